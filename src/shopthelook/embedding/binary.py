"""Binary codes: packing, Hamming distance, similarity.

A code of `bits` bits is `bits // 8` bytes: bit i is the sign of number i, the first bit the highest of
byte 0 (NumPy's big-endian bit order). Pure functions on arrays.
"""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from shopthelook.errors import ShopError

# Bytes of XOR at a time: fits in the cache of a core.
_BLOCK = 1 << 20


class CodeError(ShopError, ValueError):
    """Arrays that are no codes, or codes of different lengths."""


def pack(floats: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Embeddings (n, bits) to codes (n, bits // 8): bit i is `floats[:, i] > 0`.

    Raises `CodeError` where bits is no multiple of 8.
    """
    if floats.ndim != 2 or floats.shape[1] % 8:
        raise CodeError(f"embeddings must have shape (n, bits) with bits a multiple of 8, not {floats.shape}")
    return np.packbits(floats > 0, axis=1)


def unpack(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Codes (n, bytes) to their bits (n, bytes * 8), each 0 or 1."""
    return np.unpackbits(_codes(codes), axis=1)


def hamming(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Number of differing bits of every code of `a` (n, bytes) and every code of `b` (m, bytes): (n, m).

    Raises `CodeError` where the codes differ in length.
    """
    first, second = _codes(a), _codes(b)
    if first.shape[1] != second.shape[1]:
        raise CodeError(f"codes of {first.shape[1]} and {second.shape[1]} bytes cannot be compared")
    out = np.zeros((len(first), len(second)), np.int32)
    left, right = _words(first), _words(second)
    step = max(1, _BLOCK // max(1, second.nbytes))
    for start in range(0, len(first), step):
        differing = left[start : start + step, None] ^ right[None]  # (step, m, words)
        np.sum(np.bitwise_count(differing), axis=2, dtype=np.int32, out=out[start : start + step])
    return out


@overload
def similarity(distance: int, bits: int) -> float: ...
@overload
def similarity(distance: NDArray[np.integer], bits: int) -> NDArray[np.float64]: ...
def similarity(distance: NDArray[np.integer] | int, bits: int) -> NDArray[np.float64] | float:
    """1 for equal codes, 0 for opposite ones; about 0.5 for codes that have nothing in common."""
    return 1 - distance / bits


def _codes(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if codes.dtype != np.uint8 or codes.ndim != 2:
        raise CodeError(f"codes must be (n, bytes) uint8, not {codes.shape} {codes.dtype}")
    return codes


def _words(codes: NDArray[np.uint8]) -> NDArray[Any]:
    # Eight bytes at a time where they fill whole words.
    codes = np.ascontiguousarray(codes)
    return codes.view(np.uint64) if codes.shape[1] % 8 == 0 else codes
