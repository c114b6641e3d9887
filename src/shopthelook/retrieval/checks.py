"""Checks of the arguments that every engine takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.protocol import Attributes, Query, RetrievalError

LEAST_BITS, MOST_BITS = 64, 4096

MOST_POSITIONS = 2**40

MOST_NUMBER = 2**1000
"""Numbers are compared as float64."""

_BYTE = np.dtype(np.uint8)


def check_bits(bits: int) -> None:
    """Raise `RetrievalError` unless `bits` is a multiple of 64 from 64 to 4096."""
    if not LEAST_BITS <= bits <= MOST_BITS or bits % 64:
        raise RetrievalError(f"bits must be a multiple of 64 from {LEAST_BITS} to {MOST_BITS}, not {bits}")


def check_rows(
    bits: int,
    ids: Sequence[str],
    codes: NDArray[np.uint8],
    positions: NDArray[np.int64],
    attributes: Sequence[Attributes] | None,
) -> None:
    """Raise `RetrievalError` unless these are n rows of an index of `bits`."""
    if isinstance(ids, str) or not all(isinstance(product_id, str) for product_id in ids):
        raise RetrievalError("ids must be a list of strings")
    _check_codes(bits, codes)
    if not len(ids) == len(codes) == len(positions) or np.ndim(positions) != 1:
        raise RetrievalError(
            f"there must be as many codes and positions as ids: {len(ids)} ids, {len(codes)} codes, "
            f"positions {np.shape(positions)}"
        )
    whole = np.issubdtype(positions.dtype, np.integer)
    if len(ids) and not (whole and positions.min() >= -1 and positions.max() < MOST_POSITIONS):
        raise RetrievalError("positions must be whole numbers from 0 to 2**40 - 1, or -1 for no category")
    if attributes is not None:
        _check_attributes(len(ids), attributes)


def check_search(
    bits: int, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
) -> None:
    """Raise `RetrievalError` unless an index of `bits` can answer this search."""
    _check_codes(bits, codes)
    _check_k(k)
    if len(ranges) != len(codes):
        raise RetrievalError(f"there must be one range per code: {len(codes)} codes, {len(ranges)} ranges")
    for limits in ranges:
        _check_range(limits)


def check_queries(bits: int, queries: Sequence[Query], k: int) -> None:
    """Raise `RetrievalError` unless an index of `bits` can answer these queries."""
    _check_k(k)
    shape = (bits // 8,)
    for query in queries:
        code, limits, most = query.code, query.range, query.max_distance
        if code.dtype is not _BYTE or code.shape != shape:
            raise RetrievalError(
                f"a query's code must be ({bits // 8},) uint8 in an index of {bits} bits, "
                f"not {code.shape} {code.dtype}"
            )
        if limits is not None:
            _check_range(limits)
        if most is not None and most < 0:
            raise RetrievalError(f"max_distance must be 0 or more, not {most}")


def _check_k(k: int) -> None:
    if k < 1:
        raise RetrievalError(f"k must be 1 or more, not {k}")


def _check_range(limits: tuple[int, int] | None) -> None:
    if limits is not None and not 0 <= limits[0] <= limits[1]:
        raise RetrievalError(f"a range must be [first, end) with 0 <= first <= end, not {limits}")


def _check_attributes(count: int, attributes: Sequence[Attributes]) -> None:
    if len(attributes) != count:
        raise RetrievalError(
            f"there must be as many attributes as ids: {count} ids, {len(attributes)} attributes"
        )
    for of_one in attributes:
        for field, values in of_one.items():
            if not isinstance(field, str) or "\0" in field:
                raise RetrievalError(
                    f"the name of an attribute must be a text without zero letters, not {field!r}"
                )
            # A text is a sequence of texts too: each letter would become a value.
            if isinstance(values, str) or not all(_is_value(value) for value in values):
                raise RetrievalError(
                    f"values of {field} must be a list of texts and numbers, not {values!r:.200}"
                )


def _is_value(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < MOST_NUMBER
    return isinstance(value, (str, float))


def _check_codes(bits: int, codes: NDArray[np.uint8]) -> None:
    if codes.dtype != np.uint8 or codes.ndim != 2 or codes.shape[1] * 8 != bits:
        raise RetrievalError(
            f"codes must be (n, {bits // 8}) uint8 in an index of {bits} bits, "
            f"not {codes.shape} {codes.dtype}"
        )
