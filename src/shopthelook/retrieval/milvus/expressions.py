"""A filter's tree as a Milvus expression.

An expression lets through exactly the products that the filter does, and with them all of which `odd` holds the
attributes; those are for the caller to look at. Nothing in it depends on what Milvus makes of a missing value:
a number is compared only where the word of the field's number is there, too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from shopthelook.retrieval.milvus.columns import has_number, number_key, number_word, text_word
from shopthelook.retrieval.protocol import CATEGORY, RetrievalError
from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term, fold, number

DEEPEST = 40
"""Operators within each other that a server takes."""

_MOST_LISTED = 64
_LARGEST = 2**62


class Expression(NamedTuple):
    """The text of an expression, and how deep its operators stand within each other."""

    text: str
    depth: int = 1


# True and False are all products and none.
_Part: TypeAlias = Expression | bool

PRODUCTS = Expression("position >= -1")
"""All rows that are products."""


def expression_of(where: Filter) -> _Part:
    """The filter's expression; True stands for all products.

    Raises:
        RetrievalError: AND and OR stand within each other deeper than Milvus takes.
    """
    return any_of([_part(where, wanted=True), Expression('odd != ""')])


def all_of(parts: Iterable[_Part]) -> _Part:
    """What every part lets through."""
    return _joined(list(parts), "and", empty=True)


def any_of(parts: Iterable[_Part]) -> _Part:
    """What some part lets through."""
    return _joined(list(parts), "or", empty=False)


def in_range(first: int, end: int) -> _Part:
    """Positions of a half-open range. Few are listed, so that Milvus looks only where they are kept."""
    if first >= end:
        return False
    if end - first <= _MOST_LISTED:
        return Expression(f"position in [{', '.join(map(str, range(first, end)))}]")
    return all_of([Expression(f"position >= {first}"), Expression(f"position < {min(end, _LARGEST)}")])


def keys_in(keys: Sequence[str]) -> str:
    """The rows with these keys."""
    return f"key in {_listed(keys)}"


def _part(where: Filter, wanted: bool) -> _Part:
    """The filter, or where not `wanted` its opposite: NOT goes down to the leaves, so it makes nothing deeper."""
    match where:
        case And(children) | Or(children):
            every = isinstance(where, And) == wanted
            kinds = And if isinstance(where, And) else Or
            parts = [_part(child, wanted) for child in _flat(children, kinds)]
            return all_of(parts) if every else any_of(parts)
        case Not(child):
            return _part(child, not wanted)
        case Term(field, value):
            return _opposite(_one_of(field, (value,)), wanted)
        case In(field, values):
            return _opposite(_one_of(field, values), wanted)
        case Range():
            return _opposite(_within(where), wanted)


def _flat(children: Sequence[Filter], kind: type[And] | type[Or]) -> list[Filter]:
    found: list[Filter] = []
    for child in children:
        found.extend(_flat(child.children, kind) if isinstance(child, kind) else [child])
    return found


def _opposite(part: _Part, wanted: bool) -> _Part:
    if wanted:
        return part
    return not part if isinstance(part, bool) else Expression(f"not ({part.text})", part.depth + 1)


def _one_of(field: str, values: Sequence[str]) -> _Part:
    numbers = [found for value in values if (found := number(value)) is not None]
    if field == CATEGORY:
        positions = {int(found) for found in numbers if found.is_integer() and 0 <= found < _LARGEST}
        return Expression(f"position in {sorted(positions)}") if positions else False
    words = [text_word(field, fold(value)) for value in values]
    words += [number_word(field, found) for found in numbers]
    if not words:
        return False
    return Expression(f"array_contains_any(words, {_listed(list(dict.fromkeys(words)))})")


def _within(limits: Range) -> _Part:
    low = -math.inf if limits.low is None else limits.low
    high = math.inf if limits.high is None else limits.high
    # The numbers that Milvus holds are finite.
    if not (low < math.inf and high > -math.inf):
        return False
    if limits.field == CATEGORY:
        return _positions(low, limits.low_open, high, limits.high_open)
    value = f'numbers["{number_key(limits.field)}"]'
    parts: list[_Part] = [Expression(f"array_contains(words, {_quoted(has_number(limits.field))})")]
    if low > -math.inf:
        parts.append(Expression(f"{value} {'>' if limits.low_open else '>='} {_literal(low)}"))
    if high < math.inf:
        parts.append(Expression(f"{value} {'<' if limits.high_open else '<='} {_literal(high)}"))
    return all_of(parts)


def _positions(low: float, low_open: bool, high: float, high_open: bool) -> _Part:
    """Positions are whole numbers of 0 or more, and Milvus compares them with whole numbers only."""
    first, last = 0, _LARGEST
    if low > 0 or (low == 0 and low_open):
        first = min(math.floor(low) + 1 if low_open else math.ceil(low), _LARGEST)
    if high < _LARGEST:
        last = math.ceil(high) - 1 if high_open else math.floor(high)
    return in_range(first, last + 1)


def _joined(parts: list[_Part], operator: str, empty: bool) -> _Part:
    if (not empty) in parts:
        return not empty
    level = [part for part in parts if not isinstance(part, bool)]
    if not level:
        return empty
    # Two and two, since a chain would be as deep as it is long.
    while len(level) > 1:
        rest = level[len(level) & ~1 :]
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [_pair(left, right, operator) for left, right in pairs] + rest
    return level[0]


def _pair(left: Expression, right: Expression, operator: str) -> Expression:
    depth = 1 + max(left.depth, right.depth)
    if depth > DEEPEST:
        raise RetrievalError(
            f"AND and OR stand within each other more than {DEEPEST} deep, which Milvus refuses"
        )
    return Expression(f"({left.text} {operator} {right.text})", depth)


def _literal(value: float) -> str:
    return repr(float(value) + 0.0)


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    # Milvus reads JSON's escapes, but not those of characters in two halves.
    return json.dumps(text, ensure_ascii=False)
