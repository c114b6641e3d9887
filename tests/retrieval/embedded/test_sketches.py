"""Sketches: what the eight rows of a block are compared by, and how far neighbours' sketches may be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from shopthelook.retrieval.embedded.sketches import excesses, farthest, half_of, near_eight, sketches_of


@njit
def near(sketches, block, queries, query, words, most):  # type: ignore[no-untyped-def]
    return near_eight(sketches, block, queries, query, words, most)


@given(st.integers(4, 11), st.integers(1, 40), st.integers(0, 2**32 - 1), st.data())
def test_a_block_says_which_of_its_rows_are_near(words: int, n: int, seed: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2**64, (n, words), dtype=np.uint64)
    queries = rng.integers(0, 2**64, (3, words), dtype=np.uint64)
    half = half_of(words)
    most = data.draw(st.integers(0, half * 64))
    sketches = sketches_of(codes.reshape(-1), words)
    assert len(sketches) == -(-n // 8) * 8 * half
    for query in range(3):
        far = np.bitwise_count(codes[:, :half] ^ queries[query, :half]).sum(axis=1)
        for block in range(-(-n // 8)):
            mask = int(near(sketches, block, queries.reshape(-1), query, words, most))
            for lane in range(min(8, n - 8 * block)):
                assert bool(mask >> lane & 1) == (far[8 * block + lane] <= most)


@pytest.mark.parametrize("words", [4, 5, 8])
def test_the_slack_of_all_neighbours_leaves_none_out(words: int) -> None:
    rng = np.random.default_rng(words)
    codes = rng.integers(0, 2**64, (50, words), dtype=np.uint64)
    changed = rng.random((50, 20, words * 64)) < rng.random((50, 20, 1)) / 2
    neighbours = codes[:, None] ^ np.packbits(changed, axis=2, bitorder="little").view(np.uint64)
    distances = np.bitwise_count(neighbours ^ codes[:, None]).sum(axis=2, dtype=np.int64)
    found = excesses(codes, neighbours, distances)
    assert abs(float(found.mean())) < 0.1
    half = half_of(words)
    sketch = np.bitwise_count(neighbours[..., :half] ^ codes[:, None, :half]).sum(axis=2, dtype=np.int64)
    for share in (0.9, 1.0):
        slack = float(np.quantile(found, share, method="higher"))
        kept = [
            near <= farthest(most, words, slack + 1e-5)
            for near, most in zip(sketch.ravel().tolist(), distances.ravel().tolist(), strict=True)
        ]
        assert np.mean(kept) >= share
        assert share == 1.0 or np.mean(kept) < 0.97
