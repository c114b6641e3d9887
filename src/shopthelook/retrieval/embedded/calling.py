"""Calling the compiled search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.program import Program
from shopthelook.retrieval.embedded.runs import ALL_RUNS
from shopthelook.retrieval.embedded.searching import search

Found = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]

_NO_PROGRAM = np.zeros(8, np.int64)
_NO_LETTERS = np.empty(0, np.uint8)


def exactly(parts: int) -> NDArray[np.float64]:
    """(parts, 2) `sparing` of a search that looks at all runs and does not trust sketches."""
    return np.tile([float(ALL_RUNS), np.inf], (parts, 1))


def nearest(
    tables: NDArray[np.int64],
    program: Program | None,
    codes: NDArray[np.uint64],
    asked: NDArray[np.int64],
    k: int,
    sparing: NDArray[np.float64],
    shares: tuple[int, int] = (0, 1),
    counted: bool = False,
    letters: NDArray[np.uint8] = _NO_LETTERS,
) -> Found:
    """Rows, distances and what else is said of the `k` nearest of each query, see `searching.search`.

    tables: (parts, SIZE) int64; codes: (q, words); asked: (q, 3), of each query the first and the end of its
    range of positions, and the largest distance that counts; sparing: (parts, 2),
    the runs that a query looks at and the slack of sketches, `exactly` for all.
    """
    count, words = codes.shape
    rows, distances = np.empty((count, k), np.int64), np.empty((count, k), np.int32)
    said = np.empty((count, 7), np.int64)
    search(
        tables, _NO_PROGRAM if program is None else program.table, codes.reshape(-1), words,
        asked, k, sparing, shares[0] | shares[1] << 16, int(counted), rows, distances,
        said, letters,
    )  # fmt: skip
    return rows, distances, said
