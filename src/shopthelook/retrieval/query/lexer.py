"""A filter's text to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from shopthelook.retrieval.query.errors import QueryError, quoted
from shopthelook.retrieval.query.limits import MOST_TEXT


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    STRING = "text in quotes"
    SIGN = "sign"  # : , ( ) [ ] { }
    COMPARISON = "comparison"  # < <= > >= = !=
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `text` is what it says, without quotes and escapes; it stands at [start, end)."""

    kind: Kind
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these operators, in any letter case and not in quotes."""
        return self.kind is Kind.WORD and self.text.upper() in words

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind is Kind.SIGN and self.text in signs

    @property
    def reserved(self) -> bool:
        """Whether it is a word of the language, which as a name or value needs quotes."""
        return self.is_word(*OPERATORS)

    def __str__(self) -> str:
        """How a message names it."""
        return "the end" if self.kind is Kind.END else quoted(self.text)


OPERATORS = ("AND", "OR", "NOT", "IN", "TO")

_SPACE = re.compile(r"\s*")
# An apostrophe opens a quoted text at the start of a word only: Levi's is one word.
_WORD = re.compile(r"""(?:[^\s()\[\]{}:,<>="'!]|!(?!=))(?:[^\s()\[\]{}:,<>="!]|!(?!=))*""")
_STRING = re.compile(r""""[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'""", re.DOTALL)
_SIGN = re.compile(r"[()\[\]{}:,]")
_COMPARISON = re.compile(r"<=|>=|!=|<|>|=")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def tokens(text: str) -> list[Token]:
    """The tokens of the text, the last of kind END.

    Raises `QueryError` for a quote that is not closed, an unknown escape and text that is too long.
    """
    if len(text) > MOST_TEXT:
        raise QueryError(f"the filter has {len(text)} characters, {MOST_TEXT} are allowed")
    if broken := _SURROGATE.search(text):
        raise QueryError("half of a UTF-16 pair is no character", text, broken.span())
    found: list[Token] = []
    at = _end_of_space(text, 0)
    while at < len(text):
        token = _next(text, at)
        found.append(token)
        at = _end_of_space(text, token.end)
    found.append(Token(Kind.END, "", len(text), len(text)))
    return found


def _next(text: str, at: int) -> Token:
    for kind, pattern in ((Kind.WORD, _WORD), (Kind.SIGN, _SIGN), (Kind.COMPARISON, _COMPARISON)):
        if match := pattern.match(text, at):
            return Token(kind, match[0], at, match.end())
    # Whatever is left can only be a quote.
    match = _STRING.match(text, at)
    if match is None:
        raise QueryError(f"this quote is not closed: add {text[at]} at its end", text, (at, at + 1))
    return Token(Kind.STRING, _unescaped(text, at, match.end()), at, match.end())


def _unescaped(text: str, start: int, end: int) -> str:
    inside = text[start + 1 : end - 1]
    for escape in _ESCAPE.finditer(inside):
        if escape[1] not in "\\\"'":
            place = start + 1 + escape.start()
            reason = "after a backslash comes a quote or a backslash; write \\\\ for a backslash"
            raise QueryError(reason, text, (place, place + 2))
    return _ESCAPE.sub(r"\1", inside)


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()
