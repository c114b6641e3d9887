"""Distances over columns of words, and the nearest of them."""

from __future__ import annotations

import numpy as np
import pytest

from shopthelook.retrieval.distances import hamming_columns, nearest, to_columns


@pytest.mark.parametrize("bits", [64, 192, 4096])
@pytest.mark.parametrize("count", [0, 1, 7, 40_000])
def test_distances_are_those_of_single_bits(bits: int, count: int) -> None:
    if bits * count > 10_000_000:
        count = 33_000  # more than one block, without minutes of unpacking
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (count, bits // 8), dtype=np.uint8)
    query = rng.integers(0, 256, (1, bits // 8), dtype=np.uint8)
    expected = np.unpackbits(codes ^ query, axis=1).sum(axis=1, dtype=np.int64)
    found = hamming_columns(to_columns(codes), to_columns(query)[:, 0])
    assert found.tolist() == expected.tolist()


def test_the_largest_distance_fits() -> None:
    codes = np.full((1, 512), 255, np.uint8)
    assert hamming_columns(to_columns(codes), np.zeros(64, np.uint64)).tolist() == [4096]


@pytest.mark.parametrize(
    ("distances", "k", "expected"),
    [
        ([], 3, []),
        ([5], 3, [0]),
        ([5, 1, 3], 3, [0, 1, 2]),
        ([5, 1, 3], 1, [1]),
        ([5, 1, 3, 1], 1, [1, 3]),
        ([2, 2, 2, 0], 2, [0, 1, 2, 3]),
        ([9, 2, 7, 0], 2, [1, 3]),
    ],
)
def test_nearest_gives_all_ties_of_the_last(distances: list[int], k: int, expected: list[int]) -> None:
    assert nearest(np.array(distances, np.uint16), k).tolist() == expected
