"""A filter as numbers that compiled loops can follow, whatever the segment.

nodes   (m, 2)  the tree, children first: what to do, and with what
leaves  (l, 8)  the conditions: kind, field, first and last value, first and last number, flags
limits  (l, 2)  lowest and highest number of each range
values  (v, 3)  hash, start and end in `letters` of each text that a condition looks for
numbers (u,)    the numbers that it looks for
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import MOST_POSITIONS
from shopthelook.retrieval.embedded.texts import Texts
from shopthelook.retrieval.protocol import CATEGORY
from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term, fold, number

LEAF, AND, OR, NOT = 0, 1, 2, 3
"""What a node does: a leaf's number follows, or how many children."""

POSITIONS, PLACES, BETWEEN, ANY_OF = 0, 1, 2, 3
"""Kinds of leaves: a range of positions, some positions, a range of a field's numbers, some values of a field."""

LEAF_KIND, LEAF_FIELD, LEAF_VALUES, LEAF_VALUES_END, LEAF_NUMBERS, LEAF_NUMBERS_END, LEAF_OPEN, LEAF_MUST = (
    range(8)
)
"""Columns of `leaves`. OPEN: 1 for an open lower limit, 2 for an open upper one. MUST: 1 where no row that
the leaf leaves out is let through by the whole."""

N_NODES, NODES, LEAVES_, LEAVES, LIMITS, VALUES, LETTERS, NUMBERS = range(8)
"""Places in a program's table."""

# A program takes some 200 bytes a value.
_KEPT_VALUES = 500

_FIELDS: dict[str, int] = {}
_NUMBERS = itertools.count()


def key(field_name: str, value: str) -> str:
    """What a value of a field is found by; both are folded already."""
    return f"{field_name}\0{value}"


def field_number(name: str) -> int:
    """A number for a field, the same as long as this process lives."""
    found = _FIELDS.get(name)
    return _FIELDS.setdefault(name, next(_NUMBERS)) if found is None else found


class Program:
    """A filter to be followed; `table` has the addresses of all that it is made of."""

    def __init__(self, where: Filter) -> None:
        self._leaves: list[tuple[int, ...]] = []
        self._limits: list[tuple[float, float]] = []
        self._texts: list[str] = []
        self._floats: list[float] = []
        nodes = list(self._compiled(where, must=True))
        texts = Texts.of(self._texts)
        hashes = np.empty(len(texts), np.uint64)
        hashes[texts.numbers] = texts.hashes
        values = np.stack([hashes.view(np.int64), texts.bounds[:-1], texts.bounds[1:]], axis=1)
        self._arrays: list[NDArray[np.generic]] = [
            np.array(nodes, np.int64),
            np.array(self._leaves, np.int64),
            np.array(self._limits, np.float64),
            np.ascontiguousarray(values),
            np.ascontiguousarray(texts.letters),
            np.array(self._floats, np.float64),
        ]
        of_nodes, *rest = (array.ctypes.data for array in self._arrays)
        self.table = np.array([len(nodes), of_nodes, len(self._leaves), *rest], np.int64)

    def _compiled(self, where: Filter, must: bool) -> Iterator[tuple[int, int]]:
        match where:
            case And(children) | Or(children):
                joins_all = isinstance(where, And)
                children = children if joins_all else _joined(children)
                for child in children:
                    yield from self._compiled(child, must and (joins_all or len(children) == 1))
                yield (AND if joins_all else OR, len(children))
            case Not(child):
                yield from self._compiled(child, must=False)
                yield NOT, 1
            case Term(field, value):
                yield LEAF, self._any_of(field, (value,), must)
            case In(field, values):
                yield LEAF, self._any_of(field, values, must)
            case Range():
                yield LEAF, self._range(where, must)

    def _any_of(self, field: str, values: tuple[str, ...], must: bool) -> int:
        first, first_number = len(self._texts), len(self._floats)
        kind = PLACES if field == CATEGORY else ANY_OF
        if kind == ANY_OF:
            self._texts += dict.fromkeys(key(field, fold(value)) for value in values)
        self._floats += sorted({found for value in values if (found := number(value)) is not None})
        ends = (len(self._texts), first_number, len(self._floats))
        return self._leaf((kind, field_number(field), first, *ends, 0, must), (0, 0))

    def _range(self, where: Range, must: bool) -> int:
        low = -math.inf if where.low is None else where.low
        high = math.inf if where.high is None else where.high
        if low != low or high != high:
            low, high = math.inf, -math.inf  # nothing is above or below what is not a number
        if where.field == CATEGORY:
            first = _whole(low, where.low_open)
            limits = (max(0.0, first), max(0.0, _whole(high, not where.high_open)))
            return self._leaf((POSITIONS, 0, 0, 0, 0, 0, 0, must), limits)
        flags = where.low_open | where.high_open << 1
        return self._leaf((BETWEEN, field_number(where.field), 0, 0, 0, 0, flags, must), (low, high))

    def _leaf(self, leaf: tuple[int, ...], limits: tuple[float, float]) -> int:
        self._leaves.append(leaf)
        self._limits.append(limits)
        return len(self._leaves) - 1


def compiled_filter(where: Filter) -> Program:
    """The program of a filter; the same filter is often asked again, and kept unless it is large."""
    return Program(where) if _values(where) > _KEPT_VALUES else _kept(where)


@lru_cache(maxsize=1024)
def _kept(where: Filter) -> Program:
    return Program(where)


def _values(where: Filter) -> int:
    match where:
        case And(children) | Or(children):
            return sum(_values(child) for child in children)
        case Not(child):
            return _values(child)
        case In():
            return len(where.values)
        case _:
            return 1


def _joined(children: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The same alternatives, those of one field as one."""
    values: dict[str, list[str]] = {}
    others: list[Filter] = []
    for child in children:
        if isinstance(child, (Term, In)):
            found = values.setdefault(child.field, [])
            found += (child.value,) if isinstance(child, Term) else child.values
        else:
            others.append(child)
    return (*others, *(In(field, tuple(dict.fromkeys(found))) for field, found in values.items()))


def _whole(limit: float, beyond: bool) -> float:
    """The first whole number from the limit on, or beyond it."""
    near = max(-1.0, min(limit, float(MOST_POSITIONS)))
    return math.floor(near) + 1 if beyond else math.ceil(near)
