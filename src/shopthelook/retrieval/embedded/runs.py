"""Runs: rows of one category with like codes, one after the other, and how far from a query they must be.

By the triangle inequality a row is at least as far from a query as its run's centre is, less the distance between
row and centre. So a run is passed over where even its outermost row would be too far, and within a run, where rows
lie by their distance from the centre, all rows nearer to it than that. Nothing is lost: the search stays
exact, and looks at few rows where products have near neighbours.

The centre is also the token that the rows of a run share (section 6.1.2; the paper samples bits of a code
instead): with a recall below 1, only so many of the nearest runs are looked at as hold that share of
neighbours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.counting import distances_to
from shopthelook.retrieval.embedded.grouping import grouped, majorities

FROM = 4096
"""Rows of a segment from which on it has runs; fewer are compared faster than passed over."""


ALL_RUNS = 2**40
"""Any number of runs."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """r runs of the n rows of a segment, in the order of the rows.

    starts: (r + 1,) int64, where each begins, and n; centres: (r * words,) uint64; radii: (r,) int64, the
    largest distance of a row from its centre; spreads: (n,) uint16, that of each row, ascending in a run;
    ranks: (s, m) int64, for the m nearest neighbours of s sampled queries where in the order of the centres,
    nearest first, that of their run was; without rows where nobody measured. excesses: (s, m) float32, of the
    same neighbours, see `sketches`.
    """

    starts: NDArray[np.int64]
    centres: NDArray[np.uint64]
    radii: NDArray[np.int64]
    spreads: NDArray[np.uint16]
    ranks: NDArray[np.int64]
    excesses: NDArray[np.float32]

    def enough(self, recall: float, k: int) -> int:
        """The number of nearest runs that hold this share of the `k` nearest of the sample's queries."""
        samples, neighbours = self.ranks.shape
        if not samples or k > neighbours:
            return ALL_RUNS
        return int(_holding(self.ranks[:, :k], recall)) + 1

    def slack(self, recall: float) -> float:
        """The excess that this share of the neighbours does not go beyond; infinite where nobody measured."""
        return float(_holding(self.excesses, recall)) if self.excesses.size else math.inf


def _holding(values: NDArray[Any], share: float) -> Any:
    """The least of some values that this share of them does not go beyond."""
    ordered = np.sort(values, axis=None)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def laid_out(
    codes: NDArray[np.uint64], positions: NDArray[np.int64], seed: int = 0
) -> tuple[NDArray[np.int64], Runs | None]:
    """An order of n rows by position and run, and the runs; without runs where rows are few.

    codes: (n, words); positions: (n,). The order is the same for the same arguments.
    """
    order = np.argsort(positions, kind="stable")
    if len(order) < FROM:
        return order, None
    rng = np.random.default_rng(seed)
    run_of, first = np.empty(len(order), np.int64), 0
    for rows in np.split(order, np.flatnonzero(np.diff(positions[order])) + 1):
        groups = grouped(codes[rows], rng)
        run_of[rows] = first + groups
        first += int(groups.max()) + 1
    # Without the empty ones; the numbers still follow the positions.
    run_of = np.unique(run_of, return_inverse=True)[1].reshape(-1)
    count = int(run_of.max()) + 1
    centres, sizes = majorities(codes, run_of, count)
    spreads = np.empty(len(order), np.uint16)
    flat = np.ascontiguousarray(centres).reshape(-1)
    distances_to(np.ascontiguousarray(codes).reshape(-1), codes.shape[1], flat, run_of, spreads)
    order = np.argsort(run_of << 16 | spreads, kind="stable")
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    spreads = spreads[order]
    radii = spreads[starts[1:] - 1].astype(np.int64)
    none = np.zeros((0, 0), np.int64)
    return order, Runs(starts, flat, radii, spreads, none, none.astype(np.float32))
