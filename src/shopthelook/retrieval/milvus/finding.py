"""Exact nearest rows from a server that gives its nearest in no certain order among equals."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shopthelook.retrieval.milvus.columns import odd_matches
from shopthelook.retrieval.milvus.expressions import Expression
from shopthelook.retrieval.protocol import RetrievalError
from shopthelook.retrieval.query import Filter

MOST = 16_384
"""Rows that Milvus gives in one answer."""

_SLACK = 32
_WIDER = 4
_SPREADS = 2**31


@dataclass(frozen=True, slots=True)
class Row:
    """A row that Milvus found."""

    distance: int
    product_id: str
    born: int
    odd: str


Ask = Callable[[Sequence[bytes], Expression | None, int], list[list[Row]]]
"""Milvus: codes, what rows must fulfil besides the expression asked for anyway, and how many at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every hit of some codes must fulfil: the k nearest, a filter, and the largest distance."""

    k: int
    where: Filter | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """The k nearest by distance and then id; how many rows qualified, where all of them were seen."""

    best: list[tuple[int, str]]
    qualified: int | None


def find(ask: Ask, codes: Sequence[bytes], wanted: Wanted) -> list[Found]:
    """The nearest rows of each code.

    More than k rows are asked for, until the last of them is farther than the k-th: then no row that is left
    out is as near as one that is given. Where that takes more than Milvus gives at once, the rows are cut in
    halves, which are searched by themselves.
    """
    found: dict[int, Found] = {}
    limit = min(wanted.k + _SLACK, MOST)
    left = list(range(len(codes)))
    while left:
        answers = ask([codes[i] for i in left], None, limit)
        found.update(
            (i, settled)
            for i, rows in zip(left, answers, strict=True)
            if (settled := _settled(rows, limit, wanted)) is not None
        )
        left = [i for i in left if i not in found]
        if limit == MOST:
            break
        limit = min(limit * _WIDER, MOST)
    for i in left:
        found[i] = _in_halves(ask, codes[i], wanted, 0, _SPREADS)
    return [found[i] for i in range(len(codes))]


def _in_halves(ask: Ask, code: bytes, wanted: Wanted, first: int, end: int) -> Found:
    if end - first < 2:
        raise RetrievalError(
            f"more than {MOST:,} products are equally near, which Milvus cannot tell apart; "
            "search in a category or with a filter"
        )
    middle = (first + end) // 2
    halves: list[Found] = []
    for low, high in ((first, middle), (middle, end)):
        part = Expression(f"(spread >= {low} and spread < {high})", 2)
        (rows,) = ask([code], part, MOST)
        halves.append(_settled(rows, MOST, wanted) or _in_halves(ask, code, wanted, low, high))
    counts = [half.qualified for half in halves]
    return Found(
        heapq.nsmallest(wanted.k, [pair for half in halves for pair in half.best]),
        None if None in counts else sum(count or 0 for count in counts),
    )


def _settled(rows: list[Row], limit: int, wanted: Wanted) -> Found | None:
    """What these rows say for certain; None where rows that were left out may be as near."""
    fit = [(row.distance, row.product_id) for row in _newest(rows) if _fits(row, wanted.where)]
    near = [pair for pair in fit if wanted.most is None or pair[0] <= wanted.most]
    best = heapq.nsmallest(wanted.k, near)
    if len(rows) < limit:
        return Found(best, len(fit))
    last = max(row.distance for row in rows)
    full = len(best) == wanted.k and best[-1][0] < last
    beyond = wanted.most is not None and last > wanted.most
    return Found(best, None) if full or beyond else None


def _newest(rows: Iterable[Row]) -> Iterable[Row]:
    """Each product once: while another process replaces it, both its rows can be there."""
    found: dict[str, Row] = {}
    for row in rows:
        if (known := found.get(row.product_id)) is None or row.born > known.born:
            found[row.product_id] = row
    return found.values()


def _fits(row: Row, where: Filter | None) -> bool:
    return not row.odd or where is None or odd_matches(where, row.odd)
