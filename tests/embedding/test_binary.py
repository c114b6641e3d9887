"""Codes, against single bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.embedding.binary import CodeError, hamming, pack, similarity, unpack


def test_bit_order() -> None:
    floats = -np.ones((1, 64), np.float32)
    floats[0, [0, 9, 63]] = 0.1
    assert pack(floats).tolist() == [[128, 64, 0, 0, 0, 0, 0, 1]]


def test_zero_and_negative_zero_are_no_bit() -> None:
    assert pack(np.array([[0.0, -0.0, 1e-30, -1e-30, 0, 0, 0, 0]])).tolist() == [[0b00100000]]


@given(st.integers(0, 5), st.sampled_from([8, 64, 72, 512, 4096]), st.integers(0, 99))
def test_unpacking_gives_the_signs(count: int, bits: int, seed: int) -> None:
    floats = np.random.default_rng(seed).standard_normal((count, bits)).astype(np.float32)
    codes = pack(floats)
    assert codes.shape == (count, bits // 8)
    assert np.array_equal(unpack(codes), floats > 0)


@given(st.integers(0, 40), st.integers(0, 7), st.sampled_from([1, 8, 9, 64, 512]), st.integers(0, 99))
def test_distances_are_those_of_single_bits(n: int, m: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 256, (n, width), dtype=np.uint8)
    b = rng.integers(0, 256, (m, width), dtype=np.uint8)
    found = hamming(a, b)
    assert found.dtype == np.int32
    expected = (np.unpackbits(a, axis=1)[:, None] != np.unpackbits(b, axis=1)[None]).sum(axis=2)
    assert np.array_equal(found, expected.reshape(n, m))


def test_distances_of_more_than_one_block() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 256, (n, 64), dtype=np.uint8) for n in (70, 5000))
    found = hamming(a, b)
    for i in (0, 1, 35, 69):
        assert np.array_equal(found[i], np.unpackbits(a[i] ^ b, axis=1).sum(axis=1))


def test_similarity() -> None:
    assert similarity(0, 512) == 1
    assert similarity(512, 512) == 0
    assert similarity(np.array([0, 128], np.int32), 512).tolist() == [1, 0.75]


def test_what_are_no_codes() -> None:
    codes = np.zeros((2, 8), np.uint8)
    with pytest.raises(CodeError, match="8 and 16 bytes"):
        hamming(codes, np.zeros((2, 16), np.uint8))
    with pytest.raises(CodeError, match="uint8"):
        hamming(codes.astype(np.int64), codes)
    with pytest.raises(CodeError, match="uint8"):
        unpack(codes[0])
    with pytest.raises(CodeError, match="multiple of 8"):
        pack(np.zeros((2, 9)))
