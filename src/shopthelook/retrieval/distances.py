"""Hamming distances over columns of words, and the nearest of them. Pure functions on arrays.

Codes lie as (words, n) uint64, one row of the array for each 64 bits: the XOR, count and add of one word run
over neighbouring memory, which is four times as fast as going code by code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Codes at a time: the words of a block and what is made of them stay in a core's second cache.
_BLOCK = 32_768


def to_columns(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Codes (n, bytes), bytes a multiple of 8, to columns (bytes // 8, n)."""
    rows = np.ascontiguousarray(codes).view(np.uint64).reshape(len(codes), codes.shape[1] // 8)
    return np.ascontiguousarray(rows.T)


def hamming_columns(columns: NDArray[np.uint64], query: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Distances (n,) of a query (words,) to codes in columns (words, n)."""
    count = columns.shape[1]
    out = np.zeros(count, np.uint16)
    block = min(count, _BLOCK)
    differing, ones = np.empty(block, np.uint64), np.empty(block, np.uint8)
    for start in range(0, count, _BLOCK):
        total = out[start : start + _BLOCK]
        size = len(total)
        for column, word in zip(columns, query, strict=True):
            np.bitwise_xor(column[start : start + size], word, out=differing[:size])
            np.bitwise_count(differing[:size], out=ones[:size])
            np.add(total, ones[:size], out=total)
    return out


def nearest(distances: NDArray[np.uint16], k: int) -> NDArray[np.intp]:
    """Indices of the `k` smallest distances with all that equal the k-th, in ascending index.

    All of the ties come back since what breaks them, the id, is not known here.
    """
    if len(distances) <= k:
        return np.arange(len(distances))
    return np.flatnonzero(distances <= np.partition(distances, k - 1)[k - 1])
