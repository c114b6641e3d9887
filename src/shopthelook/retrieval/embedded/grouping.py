"""Groups of like codes, by k-means with the majority of each bit as the mean."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.counting import count_ones, nearest_centre, nearest_of_near

ROWS = 64
"""Rows of a group that are aimed at."""

_TURNS = 6
_SAMPLE = 32  # rows for each group
_PASSES = 3  # over all rows, where there are groups of groups
# Groups that are looked for at once; more are groups of groups.
_AT_ONCE = 48


def grouped(codes: NDArray[np.uint64], rng: np.random.Generator) -> NDArray[np.int64]:
    """A group's number for each of codes (m, words): about one group for `ROWS` codes, some may be empty."""
    count = -(-len(codes) // ROWS)
    if count < 2:
        return np.zeros(len(codes), np.int64)
    first = count if count <= _AT_ONCE else math.isqrt(count)
    centres = _centres(codes, first, rng)
    group_of = _nearest(codes, centres)
    if first == count:
        return group_of
    order = np.argsort(group_of, kind="stable")
    numbers = np.empty(len(codes), np.int64)
    bounds = [0]
    coarse = []
    for rows in np.split(order, np.flatnonzero(np.diff(group_of[order])) + 1):
        if 2 * len(rows) > len(codes):
            # Most are much the same, and would be again and again: they are parted by distance alone.
            within = _sliced(codes[rows], centres[group_of[rows[0]]])
        else:
            within = grouped(codes[rows], rng)
        numbers[rows] = bounds[-1] + within
        bounds.append(bounds[-1] + int(within.max()) + 1)
        coarse.append(group_of[rows[0]])
    # The nearest of all groups is often one of a neighbouring group of groups.
    flat = np.ascontiguousarray(codes).reshape(-1)
    near = np.ascontiguousarray(centres[coarse]).reshape(-1)
    for _ in range(_PASSES):
        fine, _ = majorities(codes, numbers, bounds[-1])
        nearest_of_near(flat, codes.shape[1], near, np.array(bounds, np.int64), fine.reshape(-1), numbers)
    return numbers


def _sliced(codes: NDArray[np.uint64], centre: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Groups of codes that are about as far from a centre."""
    far = np.bitwise_count(codes ^ centre).sum(axis=1, dtype=np.int64)
    numbers = np.empty(len(codes), np.int64)
    numbers[np.argsort(far, kind="stable")] = np.arange(len(codes)) // ROWS
    return numbers


def majorities(
    codes: NDArray[np.uint64], group_of: NDArray[np.int64], count: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The mean (count, words) of each group, which has the bits that more than half of it has; and its size."""
    ones, sizes = np.zeros((count, codes.shape[1] * 64), np.int32), np.zeros(count, np.int64)
    count_ones(codes.reshape(-1), codes.shape[1], group_of, ones, sizes)
    bits = np.packbits(2 * ones > sizes[:, None], axis=1, bitorder="little")
    return bits.view(np.uint64), sizes


def _centres(codes: NDArray[np.uint64], count: int, rng: np.random.Generator) -> NDArray[np.uint64]:
    some = rng.choice(len(codes), min(len(codes), count * _SAMPLE), replace=False)
    sample = np.ascontiguousarray(codes[np.sort(some)])
    centres = sample[rng.choice(len(sample), count, replace=False)]
    for _ in range(_TURNS):
        centres, sizes = majorities(sample, _nearest(sample, centres), count)
        # A group that nothing is nearest to starts anew from some code.
        centres[sizes == 0] = sample[rng.integers(0, len(sample), int((sizes == 0).sum()))]
    return centres


def _nearest(codes: NDArray[np.uint64], centres: NDArray[np.uint64]) -> NDArray[np.int64]:
    out = np.empty(len(codes), np.int64)
    nearest_centre(
        np.ascontiguousarray(codes).reshape(-1),
        codes.shape[1],
        np.ascontiguousarray(centres).reshape(-1),
        out,
    )
    return out
