"""Sets of rows as bits and as sorted lists, compiled: bit i of word w is row 64 w + i."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from numba import types

from shopthelook.retrieval.embedded.compiling import ROWS_IN, WORDS_IN, compiled
from shopthelook.retrieval.embedded.popcount import ones


@compiled(types.void, ROWS_IN, types.int64, types.uint64[::1])
def set_bits(rows, first, bits):
    """Set the bits of those rows that `bits` has; its bit 0 is that of row `first`."""
    for i in range(len(rows)):
        row = types.int64(rows[i]) - first
        if 0 <= row < len(bits) << 6:
            bits[row >> 6] |= types.uint64(1) << types.uint64(row & 63)


@compiled(types.void, ROWS_IN, types.int64, types.uint64[::1])
def clear_bits(rows, first, bits):
    """Clear the bits of those rows that `bits` has; its bit 0 is that of row `first`."""
    for i in range(len(rows)):
        row = types.int64(rows[i]) - first
        if 0 <= row < len(bits) << 6:
            bits[row >> 6] &= ~(types.uint64(1) << types.uint64(row & 63))


@compiled(types.int64, ROWS_IN, WORDS_IN, types.int64, types.uint64, types.uint32[::1])
def with_bit(rows, bits, first, wanted, out):
    """Write the rows whose bit is `wanted` (0 or 1) to `out`; returns how many."""
    kept = 0
    for i in range(len(rows)):
        row = types.int64(rows[i]) - first
        out[kept] = rows[i]
        kept += ((bits[row >> 6] >> types.uint64(row & 63)) & types.uint64(1)) == wanted
    return kept


@compiled(types.int64, ROWS_IN, ROWS_IN, types.boolean, types.uint32[::1])
def with_row(rows, others, wanted, out):
    """Write those of sorted rows that are, or are not, among sorted others to `out`; returns how many."""
    kept = 0
    at = 0
    for i in range(len(rows)):
        row = rows[i]
        low, high = at, len(others)
        while low < high:
            middle = (low + high) >> 1
            if others[middle] < row:
                low = middle + 1
            else:
                high = middle
        at = low
        out[kept] = row
        kept += (at < len(others) and others[at] == row) == wanted
    return kept


@compiled(types.int64, WORDS_IN, types.int64, types.int64)
def count_bits(bits, start, end):
    """Bits set from start to end."""
    if start >= end:
        return 0
    first, last = start >> 6, (end - 1) >> 6
    head = types.uint64(0xFFFFFFFFFFFFFFFF) << types.uint64(start & 63)
    tail = types.uint64(0xFFFFFFFFFFFFFFFF) >> types.uint64(63 - ((end - 1) & 63))
    if first == last:
        return ones(bits[first] & head & tail)
    total = ones(bits[first] & head) + ones(bits[last] & tail)
    for word in range(first + 1, last):
        total += ones(bits[word])
    return total
