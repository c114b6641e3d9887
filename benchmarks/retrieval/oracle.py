"""The true answers, by a plain scan in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def nearest(words: NDArray[np.uint64], query: NDArray[np.uint64], k: int) -> NDArray[np.int32]:
    """Distances of the `k` codes (n, words) nearest to the query (words,), in order; fewer where n is less."""
    distances = np.bitwise_count(words ^ query).sum(axis=1, dtype=np.int32)
    if k < len(distances):
        distances = np.partition(distances, k - 1)[:k]
    return np.sort(distances)


def recall(found: NDArray[np.int32], true: NDArray[np.int32]) -> float:
    """Share of the true k that was found; any of equally distant products counts."""
    if not len(true):
        return 1.0
    return float((found <= true[-1]).sum()) / len(true)
