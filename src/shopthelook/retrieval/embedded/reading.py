"""From the rows that compiled loops found to hits: their ids, what other threads and fresh rows add, and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.calling import Found
from shopthelook.retrieval.embedded.filtering import GATHER, MASKED_SCAN
from shopthelook.retrieval.embedded.searching import (
    COMPARED,
    LETTERS,
    LIMIT,
    LOOKED,
    QUALIFIED,
    SCAN,
    WAY,
)
from shopthelook.retrieval.embedded.searching import FOUND as HITS
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.protocol import Query

if TYPE_CHECKING:
    from shopthelook.retrieval.embedded.answering import Content

_PART = 32
_ROW = (1 << _PART) - 1

_WAYS = {SCAN: "scan", MASKED_SCAN: "masked scan", GATHER: "gather"}


def hits_of(
    content: Content,
    queries: Sequence[Query],
    found: Found,
    letters: NDArray[np.uint8],
    k: int,
    by_tokens: bool,
) -> list[Hits]:
    """The hits of queries from one call; by_tokens: whether runs may have been passed over."""
    rows, distances, said = found
    told = said.tolist()
    ids = _ids(content, rows, told, letters)
    answers, at = [], 0
    for i, (count, _, compared, looked, qualified, way, _) in enumerate(told):
        name = "tokens" if by_tokens and looked else _WAYS[way]
        plan = Plan(name, None if qualified < 0 else qualified, compared, looked if by_tokens else 0)
        end = at + count
        answers.append(Hits(tuple(ids[at:end]), distances[i, :count], plan))
        at = end
    if content.fresh.alive:
        return [
            _with_fresh(content, query, hits, int(said[i, LIMIT]), k)
            for i, (query, hits) in enumerate(zip(queries, answers, strict=True))
        ]
    return answers


def merged_hits(content: Content, query: Query, i: int, shares: list[Found], k: int, by_tokens: bool) -> Hits:
    """The hits of one query, the i-th, from what was found in shares of the rows."""
    best: list[tuple[int, str]] = []
    for rows, distances, said in shares:
        count = int(said[i, HITS])
        best += zip(distances[i, :count].tolist(), _slowly(content, rows[i, :count].tolist()), strict=True)
    said = np.stack([said[i] for _, _, said in shares])
    qualified = None if (said[:, QUALIFIED] < 0).any() else int(said[:, QUALIFIED].sum())
    looked = int(said[:, LOOKED].sum()) if by_tokens else 0
    name = "tokens" if looked else _WAYS[int(said[0, WAY])]
    hits = _of_pairs(best, k, Plan(name, qualified, int(said[:, COMPARED].sum()), looked))
    if content.fresh.alive:
        return _with_fresh(content, query, hits, int(said[:, LIMIT].min()), k)
    return hits


def _with_fresh(content: Content, query: Query, hits: Hits, limit: int, k: int) -> Hits:
    more, asked = content.fresh.near(query, limit)
    plan = hits.plan
    assert plan is not None  # noqa: S101 - every answer of parts has one
    qualified = plan.rows_qualified if query.counted else None
    if qualified is not None:
        qualified += content.fresh.allowed(query)
    plan = Plan(plan.name, qualified, (plan.rows_compared or 0) + asked, plan.tokens_matched)
    if not more:
        return Hits(hits.ids, hits.distances, plan)
    return _of_pairs([*zip(hits.distances.tolist(), hits.ids, strict=True), *more], k, plan)


def _of_pairs(pairs: list[tuple[int, str]], k: int, plan: Plan) -> Hits:
    best = sorted(pairs)[:k]
    return Hits(tuple(one for _, one in best), np.array([distance for distance, _ in best], np.int32), plan)


def _ids(
    content: Content, rows: NDArray[np.int64], told: list[list[int]], letters: NDArray[np.uint8]
) -> list[str]:
    """The ids of all hits, one query's after the other's."""
    size = told[0][LETTERS]
    counts = [one[HITS] for one in told]
    if 0 < size <= len(letters):
        ids = str(letters[: size - 1].data, "utf-8", "surrogatepass").split("\0")
        # An id may have a zero in it.
        if len(ids) == sum(counts):
            return ids
    return [one for i, count in enumerate(counts) for one in _slowly(content, rows[i, :count].tolist())]


def _slowly(content: Content, rows: list[int]) -> list[str]:
    return [content.parts[row >> _PART].segment.ids[row & _ROW] for row in rows]
