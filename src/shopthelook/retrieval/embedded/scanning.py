"""The loops over codes, compiled: rows one after the other, rows of a list.

Several queries that look at the same rows look together: a row's code is loaded once for all of them. `who`
are the numbers of these queries, `state` what was found so far, see `nearest`.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.eight import eight_distances
from shopthelook.retrieval.embedded.nearest import PENDING, absorb, collect
from shopthelook.retrieval.embedded.places import prefetch, words_at
from shopthelook.retrieval.embedded.popcount import distance, lowest

# Codes that are on their way from memory while one is compared.
_AHEAD = 12


@njit(nogil=True)
def codes_of(queries, words, who):
    """The codes of some queries, one after the other."""
    out = np.empty(len(who) * words, np.uint64)
    for i in range(len(who)):
        for word in range(words):
            out[i * words + word] = queries[who[i] * words + word]
    return out


@njit(nogil=True)
def lets_through(bits, origin, row):
    """Whether a filter leaves a row: where there is one, the bits of its rows are set, bits[0] holding row `origin`."""
    return (
        len(bits) == 0 or (bits[(row >> 6) - (origin >> 6)] >> types.uint64(row & 63)) & types.uint64(1) != 0
    )


@njit(nogil=True)
def _scan_eights(tables, part, chosen, start, count, bits, origin, queries, words, k, who, state):
    """Compare `count` rows, a multiple of eight, chosen or from start on, with several queries of 512 bits."""
    limit = state[0]
    address = tables[part, t.CODES]
    codes = words_at(address, tables[part, t.ROWS] * words)
    own, mine = limit[who], codes_of(queries, words, who)
    group, scratch = np.empty(8, np.int64), np.empty(8 * len(who), np.int64)
    masks = np.empty(len(who), np.uint8)
    rows, distances = np.empty((len(who), PENDING + 8), np.int64), np.empty((len(who), PENDING + 8), np.int32)
    pending = np.zeros(len(who), np.int64)
    listed = len(chosen) > 0
    for place in range(0, count, 8):
        for lane in range(8):
            if listed:
                group[lane] = chosen[place + lane]
                if place + lane + 16 < count:
                    prefetch(address + types.int64(chosen[place + lane + 16]) * 8 * words)
            else:
                group[lane] = start + place + lane
        if not eight_distances(codes, group, mine, own, scratch, masks):
            continue
        for i in range(len(who)):
            mask = types.uint64(masks[i])
            while mask:
                lane = lowest(mask)
                mask &= mask - types.uint64(1)
                if listed or lets_through(bits, origin, group[lane]):
                    rows[i, pending[i]] = group[lane]
                    distances[i, pending[i]] = scratch[8 * i + lane]
                    pending[i] += 1
            if pending[i] >= PENDING:
                absorb(tables, k, who[i], part, rows[i], distances[i], pending[i], state)
                pending[i] = 0
                own[i] = limit[who[i]]
    for i in range(len(who)):
        if pending[i]:
            absorb(tables, k, who[i], part, rows[i], distances[i], pending[i], state)


@njit(nogil=True)
def scan_span(tables, part, start, end, bits, origin, queries, words, k, who, state):
    """Compare the rows start to end of a part, and keep those that a filter lets through, see `lets_through`."""
    limit = state[0]
    codes = words_at(tables[part, t.CODES], tables[part, t.ROWS] * words)
    if len(who) > 1 and words == 8:
        count = (end - start) & ~7
        _scan_eights(
            tables, part, np.empty(0, np.uint32), start, count, bits, origin, queries, words, k, who, state
        )
        start += count
    rows, distances = np.empty(PENDING, np.int64), np.empty(PENDING, np.int32)
    for i in range(len(who)):
        query = who[i]
        most = limit[query]
        pending = 0
        for at in range(start, end):
            found = distance(codes, at, queries, query, words)
            if found <= most and lets_through(bits, origin, at):
                pending = collect(tables, k, query, part, at, found, rows, distances, pending, state)
                most = limit[query]
        if pending:
            absorb(tables, k, query, part, rows, distances, pending, state)


@njit(nogil=True)
def scan_list(tables, part, chosen, queries, words, k, who, state):
    """Compare the rows of a list (m,) uint32."""
    limit = state[0]
    address = tables[part, t.CODES]
    codes = words_at(address, tables[part, t.ROWS] * words)
    count, place = len(chosen), 0
    for i in range(min(_AHEAD, count)):
        prefetch(address + types.int64(chosen[i]) * 8 * words)
    if len(who) > 1 and words == 8 and count >= 8:
        place = count & ~7
        _scan_eights(tables, part, chosen, 0, place, np.empty(0, np.uint64), 0, queries, words, k, who, state)
    rows, distances = np.empty(PENDING, np.int64), np.empty(PENDING, np.int32)
    for i in range(len(who)):
        query = who[i]
        most = limit[query]
        pending = 0
        for at in range(place, count):
            if at + _AHEAD < count:
                prefetch(address + types.int64(chosen[at + _AHEAD]) * 8 * words)
            row = types.int64(chosen[at])
            found = distance(codes, row, queries, query, words)
            if found <= most:
                pending = collect(tables, k, query, part, row, found, rows, distances, pending, state)
                most = limit[query]
        if pending:
            absorb(tables, k, query, part, rows, distances, pending, state)
