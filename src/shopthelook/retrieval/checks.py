"""Checks of the arguments that every engine takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.protocol import RetrievalError

LEAST_BITS, MOST_BITS = 64, 4096


def check_bits(bits: int) -> None:
    """Raise `RetrievalError` unless `bits` is a multiple of 64 from 64 to 4096."""
    if not LEAST_BITS <= bits <= MOST_BITS or bits % 64:
        raise RetrievalError(f"bits must be a multiple of 64 from {LEAST_BITS} to {MOST_BITS}, not {bits}")


def check_rows(bits: int, ids: Sequence[str], codes: NDArray[np.uint8], positions: NDArray[np.int64]) -> None:
    """Raise `RetrievalError` unless ids, codes and positions are n rows of an index of `bits`."""
    if isinstance(ids, str) or not all(isinstance(product_id, str) for product_id in ids):
        raise RetrievalError("ids must be a list of strings")
    _check_codes(bits, codes)
    if not len(ids) == len(codes) == len(positions) or np.ndim(positions) != 1:
        raise RetrievalError(
            f"there must be as many codes and positions as ids: {len(ids)} ids, {len(codes)} codes, "
            f"positions {np.shape(positions)}"
        )
    if len(ids) and (not np.issubdtype(positions.dtype, np.integer) or positions.min() < -1):
        raise RetrievalError("positions must be whole numbers of 0 or more, or -1 for no category")


def check_search(
    bits: int, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
) -> None:
    """Raise `RetrievalError` unless an index of `bits` can answer this search."""
    _check_codes(bits, codes)
    if k < 1:
        raise RetrievalError(f"k must be 1 or more, not {k}")
    if len(ranges) != len(codes):
        raise RetrievalError(f"there must be one range per code: {len(codes)} codes, {len(ranges)} ranges")
    for limits in ranges:
        if limits is not None and not 0 <= limits[0] <= limits[1]:
            raise RetrievalError(f"a range must be [first, end) with 0 <= first <= end, not {limits}")


def _check_codes(bits: int, codes: NDArray[np.uint8]) -> None:
    if codes.dtype != np.uint8 or codes.ndim != 2 or codes.shape[1] * 8 != bits:
        raise RetrievalError(
            f"codes must be (n, {bits // 8}) uint8 in an index of {bits} bits, "
            f"not {codes.shape} {codes.dtype}"
        )
