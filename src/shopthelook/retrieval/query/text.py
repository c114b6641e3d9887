"""A filter as text in one canonical form."""

from __future__ import annotations

import re

from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Term
from shopthelook.retrieval.query.fold import plain
from shopthelook.retrieval.query.lexer import OPERATORS
from shopthelook.retrieval.query.limits import check

_BARE = re.compile(r"""[^\s()\[\]{}:,<>="'!\\*]+""")


def to_text(where: Filter) -> str:
    """The filter as text; `parse` of it gives an equal tree.

    Two things that the text cannot spell come out as others of the same meaning: an And or Or of one
    child is that child, and one that nothing can match is "NOT *".

    Raises:
        QueryError: it is larger than a filter may be, or has a field without a name.
    """
    check(where)
    return _text(where)


def _text(where: Filter) -> str:
    match where:
        case And(children) | Or(children) if len(children) == 1:
            return _text(children[0])
        case And(children):
            return " AND ".join(map(_part, children)) or "*"
        case Or(children):
            return " OR ".join(map(_part, children)) or "NOT *"
        case Not(In(field, values)) if values:
            return f"{_name(field)} NOT IN ({', '.join(map(_name, values))})"
        case Not(child):
            return f"NOT {_part(child)}"
        case Term(field, value):
            return f"{_name(field)}:{_name(value)}"
        case In(field, values):
            return f"{_name(field)} IN ({', '.join(map(_name, values))})" if values else "NOT *"
        case Range():
            return _range(where)


def _part(where: Filter) -> str:
    """A child of an operator: in parentheses where it is an operator of its own."""
    text = _text(where)
    while isinstance(where, And | Or) and len(where.children) == 1:
        where = where.children[0]
    return f"({text})" if isinstance(where, And | Or) and where.children else text


def _range(where: Range) -> str:
    name, low, high = _name(where.field), where.low, where.high
    if high is None and low is not None:
        return f"{name} {'>' if where.low_open else '>='} {plain(low)}"
    if low is None and high is not None:
        return f"{name} {'<' if where.high_open else '<='} {plain(high)}"
    first = "*" if low is None else plain(low)
    last = "*" if high is None else plain(high)
    return f"{name}:{'{' if where.low_open else '['}{first} TO {last}{'}' if where.high_open else ']'}"


def _name(text: str) -> str:
    """A name or value, in quotes where it needs them."""
    if _BARE.fullmatch(text) and text.isprintable() and text.upper() not in OPERATORS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
