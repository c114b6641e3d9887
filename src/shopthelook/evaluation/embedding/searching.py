"""Exact search by brute force: what is right by definition, for any corpus that fits in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shopthelook.embedding import hamming

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Distances: TypeAlias = "Callable[[slice], NDArray[np.float32]]"
"""The distances ``(rows, m)`` of some queries to the whole corpus, smaller is nearer; the caller may change them."""

DEPTH = 10
"""Hits that are kept of each query."""
NEVER = -1
_CELLS = 4_000_000  # distances that are held at once


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """n queries and m pictures, as numbers.

    wanted, shown: (n,) and (m,) int64, right where equal; query_group, barred: (n,) and (m,) int64, a picture does not
    answer queries of the group that it is barred for; within, category: (n,) and (m,) int64, only pictures of the
    query's category answer it, any picture where ``within`` is -1.
    """

    wanted: NDArray[np.int64]
    shown: NDArray[np.int64]
    query_group: NDArray[np.int64]
    barred: NDArray[np.int64]
    within: NDArray[np.int64]
    category: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """What a search gave n queries.

    first: (n,) int64 the rank, from 0, of the first right picture, `NEVER` where no right one may answer; hits:
    (n, DEPTH) int64 the nearest pictures, nearest first, -1 where there are no more; right: (n, DEPTH) bool which of
    these are right; rights: (n,) int64 how many right pictures there are that are not barred, in any category.
    """

    first: NDArray[np.int64]
    hits: NDArray[np.int64]
    right: NDArray[np.bool_]
    rights: NDArray[np.int64]


def hamming_distances(queries: NDArray[np.uint8], corpus: NDArray[np.uint8]) -> Distances:
    """Of codes (n, bytes) and (m, bytes)."""
    return lambda rows: hamming(queries[rows], corpus).astype(np.float32)


def cosine_distances(queries: NDArray[np.float32], corpus: NDArray[np.float32]) -> Distances:
    """1 - cosine of floats (n, d) and (m, d)."""
    a, b = _unit(queries), _unit(corpus).T
    return lambda rows: np.asarray(1 - a[rows] @ b, np.float32)


def _unit(floats: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(floats, axis=1, keepdims=True)
    return np.asarray(floats / np.maximum(lengths, 1e-9), np.float32)


def search(distances: Distances, task: Task, depth: int = DEPTH) -> Ranked:
    """Rank the corpus for every query; equal distances rank in the corpus's order."""
    n, m = len(task.wanted), len(task.shown)
    first = np.full(n, NEVER, np.int64)
    hits = np.full((n, depth), -1, np.int64)
    right = np.zeros((n, depth), np.bool_)
    rights = np.zeros(n, np.int64)
    step = max(1, _CELLS // max(m, 1))
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        near = distances(rows)
        is_right = task.wanted[rows, None] == task.shown[None]
        barred = task.query_group[rows, None] == task.barred[None]
        rights[rows] = (is_right & ~barred).sum(axis=1)
        within = task.within[rows, None]
        near[barred | ((within >= 0) & (within != task.category[None]))] = np.inf
        first[rows] = _first(near, is_right)
        hits[rows] = _nearest(near, depth)
        places = np.arange(rows.stop - start)[:, None]
        right[rows] = is_right[places, hits[rows]] & (hits[rows] >= 0)
    return Ranked(first, hits, right, rights)


def _first(near: NDArray[np.float32], is_right: NDArray[np.bool_]) -> NDArray[np.int64]:
    of_right = np.where(is_right, near, np.inf)
    best = of_right.argmin(axis=1)[:, None]  # of equal ones the first
    least = np.take_along_axis(of_right, best, axis=1)
    before = (near < least) | ((near == least) & (np.arange(near.shape[1]) < best))
    return np.where(np.isfinite(least[:, 0]), before.sum(axis=1), NEVER)


def _nearest(near: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    out = np.full((len(near), depth), -1, np.int64)
    k = min(depth, near.shape[1])
    reach = np.partition(near, k - 1, axis=1)[:, k - 1]
    for i, row in enumerate(near):
        candidates = np.flatnonzero((row <= reach[i]) & np.isfinite(row))
        nearest = candidates[np.argsort(row[candidates], kind="stable")[:k]]
        out[i, : len(nearest)] = nearest
    return out
