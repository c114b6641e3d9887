"""What is wrong with a filter, and where."""

from __future__ import annotations

import unicodedata

from shopthelook.errors import ShopError

_BEFORE, _AFTER = 60, 40


class QueryError(ShopError, ValueError):
    """A filter that cannot be read or used. The message points at the place.

    Attributes:
        reason: what is wrong, without the place.
        column: the character at fault, from 1; None for a filter that did not come as text.
        path: the place in a filter that came as JSON, such as "where.and[1].gte"; None for text.
        field: the argument at fault in every interface, "where".
    """

    field = "where"

    def __init__(
        self,
        reason: str,
        text: str | None = None,
        span: tuple[int, int] | None = None,
        path: str | None = None,
    ) -> None:
        self.reason = reason
        self.path = path
        self.column = None if text is None or span is None else span[0] + 1
        if text is not None and span is not None:
            super().__init__(f"where, column {self.column}: {reason}\n{_pointed(text, *span)}")
        else:
            super().__init__(f"{path or 'where'}: {reason}")


def quoted(text: str, longest: int = 40) -> str:
    """A piece of input for a message: on one line, printable, cut when long."""
    shown = "".join(map(_printable, text[: longest + 1]))
    return f'"{shown}"' if len(text) <= longest else f'"{shown[:longest]}..."'


def _pointed(text: str, first: int, end: int) -> str:
    """The part of the text around the place, and below it a caret and the place's length."""
    start, stop = max(0, first - _BEFORE), min(len(text), first + _AFTER)
    head, tail = ("..." if start else ""), ("..." if stop < len(text) else "")
    before = head + "".join(map(_printable, text[start:first]))
    after = "".join(map(_printable, text[first:stop])) + tail
    marked = "".join(map(_printable, text[first : min(end, stop)]))
    return f"  {before}{after}\n  {' ' * _width(before)}^{'~' * (_width(marked) - 1)}"


def _printable(letter: str) -> str:
    """One letter that neither steers a terminal nor breaks the line."""
    if letter.isspace():
        return " "
    return letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}"


def _width(text: str) -> int:
    """Columns that a terminal gives to the text."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    narrow = sum(unicodedata.combining(letter) != 0 for letter in text)
    return len(text) + wide - narrow
