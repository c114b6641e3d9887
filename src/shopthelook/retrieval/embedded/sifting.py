"""Searching some rows of runs, compiled: those that a filter leaves and whose sketches are near enough."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.asking import span_mask
from shopthelook.retrieval.embedded.nearest import PENDING, absorb, collect
from shopthelook.retrieval.embedded.places import numbers_at, prefetch, words_at
from shopthelook.retrieval.embedded.popcount import distance, lowest, ones
from shopthelook.retrieval.embedded.sketches import farthest, near_eight

# Bytes of the next run that are fetched while a run is looked at: the sketches of 64 rows of 512 bits.
_AHEAD = 2048

# Rows whose codes are on their way from memory before the first of them is compared.
_WAITING = 32


@njit(nogil=True)
def scan_sketched(
    tables, part, start, end, bits, first, chosen, far, queries, words, k, query, slack,
    state, compared, looked,
):  # fmt: skip
    """Compare with one query those rows of chosen runs that a filter leaves and whose sketch is near enough.

    Runs that are too far are passed over as everywhere; within one, looking at all rows' bits costs less than
    finding the first row that matters. The arguments are those of `windows.scan_window`.
    """
    table, limit = tables[part], state[0]
    starts = numbers_at(table[t.RUN_STARTS], table[t.N_RUNS] + 1)
    radii = numbers_at(table[t.RADII], table[t.N_RUNS])
    block_size = 8 * (words >> 1)
    sketches = words_at(table[t.SKETCHES], ((table[t.ROWS] + 7) >> 3) * block_size)
    waiting = np.empty(_WAITING + 64, np.int64)
    waits, origin = 0, start >> 6
    most = limit[query]
    near = farthest(most, words, slack)
    for place in range(len(chosen)):
        run = first + chosen[place]
        if types.int64(far[chosen[place]]) - most > radii[run]:
            continue
        begin, stop = max(starts[run], start), min(starts[run + 1], end)
        if place + 1 < len(chosen):
            # The next run may be anywhere; its first sketches are on their way while this one is looked at.
            following = table[t.SKETCHES] + (starts[first + chosen[place + 1]] >> 3) * 8 * block_size
            for line in range(0, _AHEAD, 64):
                prefetch(following + line)
        for block in range(begin >> 6, (stop + 63) >> 6):
            mask = span_mask(block, begin, stop)
            if len(bits):
                mask &= bits[block - origin]
            looked[query] += ones(mask)
            mask = _near(sketches, block, mask, queries, query, words, near)
            while mask:
                row = (block << 6) + lowest(mask)
                waiting[waits] = row
                prefetch(table[t.CODES] + row * 8 * words)
                waits += 1
                mask &= mask - types.uint64(1)
            if waits >= _WAITING:
                most = _compare(tables, part, waiting, waits, queries, words, k, query, state)
                near = farthest(most, words, slack)
                compared[query] += waits
                waits = 0
    _compare(tables, part, waiting, waits, queries, words, k, query, state)
    compared[query] += waits


@njit(nogil=True)
def _near(sketches, block, mask, queries, query, words, most):
    """Those of a block's rows in a mask whose sketches are near enough."""
    found = types.uint64(0)
    for eighth in range(8):
        some = (mask >> types.uint64(8 * eighth)) & types.uint64(0xFF)
        if some:
            some &= near_eight(sketches, (block << 3) + eighth, queries, query, words, most)
            found |= some << types.uint64(8 * eighth)
    return found


@njit(nogil=True)
def _compare(tables, part, chosen, count, queries, words, k, query, state):
    """Compare the first `count` chosen rows with a query; returns the largest distance that counts then."""
    limit = state[0]
    codes = words_at(tables[part, t.CODES], tables[part, t.ROWS] * words)
    rows, distances = np.empty(PENDING, np.int64), np.empty(PENDING, np.int32)
    pending = 0
    most = limit[query]
    for i in range(count):
        found = distance(codes, chosen[i], queries, query, words)
        if found <= most:
            pending = collect(tables, k, query, part, chosen[i], found, rows, distances, pending, state)
            most = limit[query]
    if pending:
        absorb(tables, k, query, part, rows, distances, pending, state)
    return limit[query]
