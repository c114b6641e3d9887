"""Queries to look at: what was found for them, right and wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.embedding.crops import Crop

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.results import Measured, Way

MOST = 12
HITS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A query, what would have been right, and its first hits, each with whether it is right.

    ``place`` is the rank, from 1, of the first right one; None where it cannot come.
    """

    query: Crop
    right: Crop
    hits: tuple[tuple[Crop, bool], ...]
    place: int | None


@dataclass(frozen=True, slots=True)
class Examples:
    """Queries whose first hit is right, and wrong; ``n_hits`` and ``n_misses`` count all of them."""

    hits: tuple[Example, ...]
    misses: tuple[Example, ...]
    n_hits: int
    n_misses: int


def choose(measured: Measured, embedder: int, way: Way, most: int = MOST) -> Examples:
    """Some of the queries that an embedder answers on binary codes, drawn over all of them, always the same ones.

    A query that the detector missed is none: there is no crop to show.
    """
    asked = measured.benchmark
    answers = measured.answers[embedder][way, "binary"]
    there = np.ones(len(asked.queries), np.bool_)
    if way.crops == "detector" and measured.found is not None:
        there = ~measured.found.missed
    first_right = answers.ranked.right[:, 0]
    right, wrong = np.flatnonzero(first_right & there), np.flatnonzero(~first_right & there)

    def some(rows: np.ndarray) -> tuple[Example, ...]:
        spread = rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)]
        return tuple(_example(measured, embedder, way, int(i)) for i in spread)

    return Examples(some(right), some(wrong), len(right), len(wrong))


def _example(measured: Measured, embedder: int, way: Way, i: int) -> Example:
    asked, ranked = measured.benchmark, measured.answers[embedder][way, "binary"].ranked
    query = Crop(asked.queries[i])
    if way.crops == "detector" and measured.found is not None:
        query = measured.found.crops[i] or query
    able = (asked.shown == asked.wanted[i]) & (asked.barred != asked.groups[i])
    right = Crop(asked.corpus[int(np.flatnonzero(able)[0])])
    hits = tuple(
        (Crop(asked.corpus[hit]), bool(is_right))
        for hit, is_right in zip(ranked.hits[i][:HITS], ranked.right[i][:HITS], strict=True)
        if hit >= 0
    )
    first = int(ranked.first[i])
    return Example(query, right, hits, first + 1 if first >= 0 else None)
