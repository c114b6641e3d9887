"""The loops over codes, compiled: rows one after the other, rows of a list, rows that a filter lets through.

Several queries that look at the same rows look together: a row's code is loaded once for all of them. `who`
are the numbers of these queries, `state` what was found so far, see `nearest`.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.eight import eight_distances
from shopthelook.retrieval.embedded.nearest import keep
from shopthelook.retrieval.embedded.places import prefetch, words_at
from shopthelook.retrieval.embedded.popcount import distance, lowest
from shopthelook.retrieval.embedded.resolving import mask_of, span_mask

# Codes that are on their way from memory while one is compared.
_AHEAD = 12


@njit(nogil=True)
def _codes_of(queries, words, who):
    """The codes of some queries, one after the other."""
    out = np.empty(len(who) * words, np.uint64)
    for i in range(len(who)):
        for word in range(words):
            out[i * words + word] = queries[who[i] * words + word]
    return out


@njit(nogil=True)
def _keep_eight(tables, k, part, group, who, own, scratch, state):
    """Keep those of eight rows that are within the limits."""
    limit, within, used, counts, rows, distances = state
    for i in range(len(who)):
        for lane in range(8):
            found = scratch[8 * i + lane]
            if found <= own[i]:
                keep(
                    tables, k, who[i], part, group[lane], found,
                    limit, within, used, counts, rows, distances,
                )  # fmt: skip
                own[i] = limit[who[i]]


@njit(nogil=True)
def scan_span(tables, part, start, end, queries, words, k, who, state):
    """Compare the rows start to end of a part."""
    limit, within, used, counts, rows, distances = state
    codes = words_at(tables[part, t.CODES], tables[part, t.ROWS] * words)
    row = start
    if len(who) > 1 and words == 8:
        own = limit[who]
        mine = _codes_of(queries, words, who)
        group, scratch = np.empty(8, np.int64), np.empty(8 * len(who), np.int64)
        while row + 8 <= end:
            for lane in range(8):
                group[lane] = row + lane
            row += 8
            if eight_distances(codes, group, mine, own, scratch):
                _keep_eight(tables, k, part, group, who, own, scratch, state)
    for i in range(len(who)):
        query = who[i]
        most = limit[query]
        for at in range(row, end):
            found = distance(codes, at, queries, query, words)
            if found <= most:
                keep(tables, k, query, part, at, found, limit, within, used, counts, rows, distances)
                most = limit[query]


@njit(nogil=True)
def scan_list(tables, part, chosen, queries, words, k, who, state):
    """Compare the rows of a list (m,) uint32."""
    limit, within, used, counts, rows, distances = state
    address = tables[part, t.CODES]
    codes = words_at(address, tables[part, t.ROWS] * words)
    count, place = len(chosen), 0
    for i in range(min(_AHEAD, count)):
        prefetch(address + types.int64(chosen[i]) * 8 * words)
    if len(who) > 1 and words == 8:
        own = limit[who]
        mine = _codes_of(queries, words, who)
        group, scratch = np.empty(8, np.int64), np.empty(8 * len(who), np.int64)
        while place + 8 <= count:
            for lane in range(8):
                group[lane] = chosen[place + lane]
                if place + lane + 16 < count:
                    prefetch(address + types.int64(chosen[place + lane + 16]) * 8 * words)
            place += 8
            if eight_distances(codes, group, mine, own, scratch):
                _keep_eight(tables, k, part, group, who, own, scratch, state)
    for i in range(len(who)):
        query = who[i]
        most = limit[query]
        for at in range(place, count):
            if at + _AHEAD < count:
                prefetch(address + types.int64(chosen[at + _AHEAD]) * 8 * words)
            row = types.int64(chosen[at])
            found = distance(codes, row, queries, query, words)
            if found <= most:
                keep(tables, k, query, part, row, found, limit, within, used, counts, rows, distances)
                most = limit[query]


@njit(nogil=True)
def scan_masked(tables, part, start, end, filtered, queries, words, k, who, state):
    """Compare those of the rows start to end that a filter lets through; returns how many.

    `filtered` is the filter made ready: its nodes, conditions, bits, a stack and the window's first block.
    """
    nodes, ready, scratch, stack, word = filtered
    buffer = np.empty(128, np.uint32)
    gathered = compared = 0
    for block in range(start >> 6, (end + 63) >> 6):
        mask = mask_of(nodes, ready, scratch, stack, word, block) & span_mask(block, start, end)
        while mask:
            buffer[gathered] = (block << 6) + lowest(mask)
            gathered += 1
            mask &= mask - types.uint64(1)
        if gathered >= 64:
            scan_list(tables, part, buffer[:gathered], queries, words, k, who, state)
            compared += gathered
            gathered = 0
    scan_list(tables, part, buffer[:gathered], queries, words, k, who, state)
    return compared + gathered
