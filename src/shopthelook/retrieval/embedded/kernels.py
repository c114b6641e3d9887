"""The loops over codes, compiled: compare, and keep the k nearest by counting distances.

Each scan takes codes as a flat (n * words,) uint64 and q queries as a flat (q * words,), so that a row's code is
loaded once for all queries. What it has found so far is in arrays of one entry or row per query:

- `limit` (q,): the largest distance that can still be among the k nearest; at first the largest allowed.
- `counts` (q, bits + 1): how many rows were kept at each distance, `within` (q,): those up to `limit`. As soon
  as k rows are nearer than `limit`, it sinks: the k-th distance is known at any time without a heap.
- `rows`, `distances` (q, room) and `used` (q,): the rows kept, all ties of the k-th among them. Rows beyond
  the limit are swept out when a buffer is full; that is, when it has no room for eight more.

A scan returns where it stopped: its end, or earlier where a buffer is full of ties and must grow.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded.compiling import ROWS_IN, WORDS_IN, compiled
from shopthelook.retrieval.embedded.eight import eight_distances
from shopthelook.retrieval.embedded.popcount import distance, lowest

_FOUND = (
    types.int64,  # k
    types.int64[::1],  # limit
    types.int64[::1],  # within
    types.int64[::1],  # used
    types.int64[:, ::1],  # counts
    types.int64[:, ::1],  # rows
    types.int32[:, ::1],  # distances
)


MARGIN = 8
"""Room that a buffer must have: so many rows may be kept before it is looked at again."""


# Never inlined: it is rarely called, and numba would count references to its arrays at each row.
@njit(nogil=True)
def _keep(query, row, found, k, limit, within, used, counts, rows, distances):
    """Keep a row; True where the buffer is full afterwards."""
    place = used[query]
    rows[query, place] = row
    distances[query, place] = found
    place += 1
    counts[query, found] += 1
    inside = within[query] + 1
    most = limit[query]
    while inside - counts[query, most] >= k:
        inside -= counts[query, most]
        most -= 1
    within[query] = inside
    limit[query] = most
    if place >= rows.shape[1] - MARGIN:
        kept = 0
        for i in range(place):
            if distances[query, i] <= most:
                rows[query, kept] = rows[query, i]
                distances[query, kept] = distances[query, i]
                kept += 1
        place = kept
    used[query] = place
    return place >= rows.shape[1] - MARGIN


@njit(nogil=True)
def _compare_eight(codes, group, base, queries, k, limit, within, used, counts, rows, distances, scratch):
    """Compare the eight rows of `group`; True where a buffer is full afterwards."""
    full = False
    if eight_distances(codes, group, queries, limit, scratch):
        for query in range(len(limit)):
            for i in range(8):
                found = scratch[8 * query + i]
                if found <= limit[query]:
                    full |= _keep(
                        query, base + group[i], found, k, limit, within, used, counts, rows, distances
                    )
    return full


@compiled(
    types.int64, WORDS_IN, types.int64, types.int64, types.int64, types.int64, ROWS_IN, WORDS_IN, *_FOUND
)
def scan_span(codes, words, base, start, end, dead, queries, k, limit, within, used, counts, rows, distances):
    """Compare rows start to end but for the sorted `dead`; rows are kept as base + row."""
    group, scratch = np.empty(8, np.int64), np.empty(8 * len(limit), np.int64)
    row, next_dead = start, 0
    while next_dead < len(dead) and dead[next_dead] < start:
        next_dead += 1
    while row < end:
        stop = end
        if next_dead < len(dead) and dead[next_dead] < end:
            stop = types.int64(dead[next_dead])
        # One query's limit stays in a register.
        most = limit[0]
        while len(limit) == 1 and row < stop:
            found = distance(codes, row, queries, 0, words)
            row += 1
            if found <= most:
                if _keep(0, base + row - 1, found, k, limit, within, used, counts, rows, distances):
                    return row
                most = limit[0]
        while len(limit) > 1 and words == 8 and row + 8 <= stop:
            for i in range(8):
                group[i] = row + i
            row += 8
            if _compare_eight(
                codes, group, base, queries, k, limit, within, used, counts, rows, distances, scratch
            ):
                return row
        while row < stop:
            row += 1
            full = False
            for query in range(len(limit)):
                found = distance(codes, row - 1, queries, query, words)
                if found <= limit[query]:
                    full |= _keep(
                        query, base + row - 1, found, k, limit, within, used, counts, rows, distances
                    )
            if full:
                return row
        if stop < end:
            row = stop + 1
            next_dead += 1
    return end


@compiled(
    types.int64, WORDS_IN, types.int64, types.int64, types.int64, types.int64, WORDS_IN, WORDS_IN, *_FOUND
)
def scan_bits(codes, words, base, start, end, bits, queries, k, limit, within, used, counts, rows, distances):
    """Compare those rows from start to end whose bit is set; the first word of `bits` is that of row start."""
    together = len(limit) > 1 and words == 8
    group, scratch = np.empty(8, np.int64), np.empty(8 * len(limit), np.int64)
    gathered = 0
    first = start >> 6
    for place in range(first, (end + 63) >> 6):
        word = bits[place - first]
        if place == first:
            word &= types.uint64(0xFFFFFFFFFFFFFFFF) << types.uint64(start & 63)
        while word:
            row = (place << 6) + lowest(word)
            word &= word - types.uint64(1)
            if row >= end:
                break
            full = False
            if together:
                group[gathered] = row
                gathered += 1
                if gathered == 8:
                    gathered = 0
                    full = _compare_eight(
                        codes, group, base, queries, k, limit, within, used, counts, rows, distances, scratch
                    )
            else:
                for query in range(len(limit)):
                    found = distance(codes, row, queries, query, words)
                    if found <= limit[query]:
                        full |= _keep(
                            query, base + row, found, k, limit, within, used, counts, rows, distances
                        )
            if full:
                return row + 1
    for i in range(gathered):
        for query in range(len(limit)):
            found = distance(codes, group[i], queries, query, words)
            if found <= limit[query]:
                _keep(query, base + group[i], found, k, limit, within, used, counts, rows, distances)
    return end


@compiled(
    types.int64, WORDS_IN, types.int64, types.int64, types.int64, types.int64, ROWS_IN, WORDS_IN, *_FOUND
)
def scan_rows(
    codes, words, base, start, end, chosen, queries, k, limit, within, used, counts, rows, distances
):
    """Compare the rows chosen[start:end]; the end that comes back is a place in `chosen`."""
    group, scratch = np.empty(8, np.int64), np.empty(8 * len(limit), np.int64)
    while len(limit) > 1 and words == 8 and start + 8 <= end:
        for i in range(8):
            group[i] = chosen[start + i]
        start += 8
        if _compare_eight(
            codes, group, base, queries, k, limit, within, used, counts, rows, distances, scratch
        ):
            return start
    for place in range(start, end):
        row = types.int64(chosen[place])
        full = False
        for query in range(len(limit)):
            found = distance(codes, row, queries, query, words)
            if found <= limit[query]:
                full |= _keep(query, base + row, found, k, limit, within, used, counts, rows, distances)
        if full:
            return place + 1
    return end


@compiled(types.void, WORDS_IN, types.int64, WORDS_IN, types.int32[::1])
def all_distances(codes, words, query, out):
    """The distance of each of the first len(out) rows."""
    for row in range(len(out)):
        out[row] = distance(codes, row, query, 0, words)
