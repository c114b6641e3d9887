"""One call for all parts and queries of one filter, compiled: from codes to ids."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.compiling import NUMBERS_IN, WORDS_IN, compiled
from shopthelook.retrieval.embedded.filtering import search_filtered
from shopthelook.retrieval.embedded.locating import first_not_below, leaves_of, nodes_of
from shopthelook.retrieval.embedded.nearest import in_order, new_state, swept
from shopthelook.retrieval.embedded.places import letters_at, numbers_at, rows_at
from shopthelook.retrieval.embedded.resolving import look
from shopthelook.retrieval.embedded.windows import scan_window

FOUND, LIMIT, COMPARED, LOOKED, QUALIFIED, WAY, LETTERS = range(7)
"""Columns of what is said of each query. QUALIFIED is -1 where nobody counted; LETTERS is of all queries."""

SCAN = 0
"""The way through a part without a filter; with one, see `filtering`."""

# Queries that look at a row together: as many as stay in the first cache with what they have found.
_TOGETHER = 16

_ROW = 0xFFFFFFFF


@njit(nogil=True)
def _windows(table, asked, share, shares):
    """(q, 2) the rows of each query's range of positions, or an equal share of them."""
    positions = numbers_at(table[t.POSITIONS], table[t.ROWS])
    out = np.empty((len(asked), 2), np.int64)
    for i in range(len(asked)):
        if i and asked[i, 0] == asked[i - 1, 0] and asked[i, 1] == asked[i - 1, 1]:
            out[i] = out[i - 1]
            continue
        start = first_not_below(positions, asked[i, 0])
        size = max(0, first_not_below(positions, asked[i, 1]) - start)
        out[i, 0] = start + size * share // shares
        out[i, 1] = start + size * (share + 1) // shares
    return out


@njit(nogil=True)
def _dead_between(table, start, end):
    dead = rows_at(table[t.DEAD], table[t.N_DEAD])
    return first_not_below(dead, types.uint32(end)) - first_not_below(dead, types.uint32(start))


@njit(nogil=True)
def _members(windows, leader, done):
    """The queries that look at the same rows as the leader, itself first; they are done then."""
    members = np.empty(min(_TOGETHER, len(windows)), np.int64)
    count = 0
    for i in range(leader, len(windows)):
        same = windows[i, 0] == windows[leader, 0] and windows[i, 1] == windows[leader, 1]
        if same and not done[i] and count < len(members):
            members[count] = i
            done[i] = True
            count += 1
    return members[:count]


@njit(nogil=True)
def _search_part(
    tables,
    part,
    program,
    windows,
    queries,
    words,
    k,
    most_runs,
    slack,
    counted,
    state,
    compared,
    looked,
    qualified,
    ways,
):
    """Search the rows of a part that the windows leave, those of one window together."""
    table = tables[part]
    nodes = nodes_of(program)
    leaves = leaves_of(program)
    texts = numbers = 0
    for i in range(len(leaves)):
        texts = max(texts, leaves[i, p.LEAF_VALUES_END])
        numbers = max(numbers, leaves[i, p.LEAF_NUMBERS_END])
    found, spans = np.empty(texts, np.int64), np.zeros((numbers, 2), np.int64)
    everywhere = np.zeros((len(leaves), 6), np.int64)
    start, end = types.int64(0), table[t.ROWS]
    if len(nodes):
        start, end = look(table, program, found, spans, everywhere, start, end)
    done = np.zeros(len(windows), np.bool_)
    for i in range(len(windows)):
        if done[i]:
            continue
        members = _members(windows, i, done)
        first, last = max(start, windows[i, 0]), min(end, windows[i, 1])
        if first >= last:
            continue
        if len(nodes) == 0:
            scan_window(
                tables, part, first, last, np.empty(0, np.uint64), queries, words, k, members, most_runs, slack,
                state, compared, looked,
            )  # fmt: skip
            way, count = SCAN, last - first - _dead_between(table, first, last)
        else:
            way, count = search_filtered(
                tables, part, program, nodes, found, spans, everywhere.copy(), first, last, queries, words, k,
                members, most_runs, slack, counted, state, compared, looked,
            )  # fmt: skip
        for member in members:
            if part == 0:
                ways[member] = way
            if count < 0:
                qualified[member] = -1
            elif qualified[member] >= 0:
                qualified[member] += count


@njit(nogil=True)
def _write_id(tables, row, letters, at):
    """Append a row's id and a zero; returns where the next begins, beyond the end where there is no room."""
    table = tables[row >> 32]
    bounds = numbers_at(table[t.ID_BOUNDS] + 8 * (row & _ROW), 2)
    size = bounds[1] - bounds[0]
    if at + size < len(letters):
        mine = letters_at(table[t.ID_LETTERS] + bounds[0], size)
        for i in range(size):
            letters[at + i] = mine[i]
        letters[at + size] = 0
    return at + size + 1


@compiled(
    types.void, types.int64[:, ::1], NUMBERS_IN, WORDS_IN, types.int64, types.int64[:, ::1], types.int64,
    types.float64[:, ::1], types.int64, types.int64, types.int64[:, ::1], types.int32[:, ::1], types.int64[:, ::1],
    types.uint8[::1],
)  # fmt: skip
def search(
    tables, program, queries, words, asked, k, sparing, shares, options, rows, distances, said, letters
):
    """Find the k nearest living rows of all parts for q queries.

    tables: (parts, SIZE); program: the filter's table, of zeros where there is none; queries: (q * words,);
    asked: (q, 3) first and end of the positions, largest distance; sparing: (parts, 2) the runs that a query
    looks at and the slack of sketches; shares: share + shares << 16 for one of equal shares of the rows;
    options: 1 where the rows that qualify are to be counted; rows, distances: (q, k) to be filled;
    said: (q, 7), see the columns; letters: the ids, each with a zero behind.
    """
    share, of_shares = shares & 0xFFFF, shares >> 16
    count = len(asked)
    state = new_state(asked[:, 2], words * 64, k)
    limit, _, used, _, kept_rows, kept_distances = state
    compared, looked = np.zeros(count, np.int64), np.zeros(count, np.int64)
    qualified = np.zeros(count, np.int64)
    ways = np.zeros(count, np.int64)
    for part in range(len(tables)):
        windows = _windows(tables[part], asked, share, of_shares)
        _search_part(
            tables, part, program, windows, queries, words, k, types.int64(sparing[part, 0]), sparing[part, 1],
            options & 1, state, compared, looked, qualified, ways,
        )  # fmt: skip
    at = 0
    for i in range(count):
        size = swept(i, limit, used, kept_rows, kept_distances)
        in_order(tables, kept_rows[i], kept_distances[i], size)
        size = min(size, k)
        for place in range(size):
            rows[i, place] = kept_rows[i, place]
            distances[i, place] = kept_distances[i, place]
            at = _write_id(tables, kept_rows[i, place], letters, at)
        said[i, FOUND], said[i, LIMIT], said[i, COMPARED] = size, limit[i], compared[i]
        said[i, LOOKED], said[i, QUALIFIED], said[i, WAY] = looked[i], qualified[i], ways[i]
    said[0, LETTERS] = at
