"""Searching a window of a part run by run, compiled: the likely runs first, then those that can still matter."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.eight import eight_distances
from shopthelook.retrieval.embedded.locating import first_above, first_not_below
from shopthelook.retrieval.embedded.nearest import PENDING, absorb, collect
from shopthelook.retrieval.embedded.places import numbers_at, prefetch, shorts_at, words_at
from shopthelook.retrieval.embedded.popcount import distance
from shopthelook.retrieval.embedded.scanning import codes_of, lets_through, scan_span
from shopthelook.retrieval.embedded.sifting import scan_sketched

# Runs that a query looks at before all others, so that its limit is low when it comes to these.
_FIRST = 6

# Rows of a window from which on it is worth asking which runs can matter.
_BY_RUN = 1024

# Queries look at rows together where more than one in so many pairs of query and run matters: a row costs
# several queries together less than half of what it costs each alone.
_TOGETHER = 3

_VISITED = 1 << 24


@njit(nogil=True)
def scan_window(
    tables, part, start, end, bits, queries, words, k, members, most_runs, slack,
    state, compared, looked,
):  # fmt: skip
    """Compare what a filter leaves of the rows start to end of a part, but for runs that are too far.

    bits: of the rows that the filter leaves, the first word is that of row `start`, empty without a filter;
    members: the queries that look; most_runs: the runs that a query looks at, those with the nearest centres;
    slack: see `sketches.farthest`; compared, looked: (q,) are added to.
    """
    table = tables[part]
    if table[t.N_RUNS] == 0 or end - start < _BY_RUN:
        count = end - start
        scan_span(tables, part, start, end, bits, start, queries, words, k, members, state)
        for member in members:
            compared[member] += count
        return
    starts = numbers_at(table[t.RUN_STARTS], table[t.N_RUNS] + 1)
    first, last = first_above(starts, start) - 1, first_not_below(starts, end)
    far = _distances_of_runs(table, first, last, queries, words, members)
    by_sketches = table[t.SKETCHES] != 0 and slack < np.inf
    reach = np.empty(len(members), np.int64)
    for i in range(len(members)):
        reach[i] = _reach(far[i], most_runs, words * 64)
        chosen = _up_to(far[i], reach[i])
        few = _nearest_few(far[i], chosen)
        _scan_alone(
            tables, part, start, end, bits, first, few, far[i], queries, words, k, members[i],
            np.inf, state, compared, looked,
        )  # fmt: skip
        for run in few:
            far[i, run] = _VISITED
        if by_sketches or len(members) == 1:
            _scan_alone(
                tables, part, start, end, bits, first, chosen, far[i], queries, words, k, members[i],
                slack, state, compared, looked,
            )  # fmt: skip
    if len(members) > 1 and not by_sketches:
        _scan_together(
            tables, part, start, end, bits, first, far, queries, words, k, members, reach,
            state, compared, looked,
        )  # fmt: skip


@njit(nogil=True)
def _scan_alone(
    tables, part, start, end, bits, first, chosen, far, queries, words, k, query, slack,
    state, compared, looked,
):  # fmt: skip
    """Compare the rows of chosen runs with one query, but for those too far or not let through."""
    if tables[part, t.SKETCHES] != 0 and slack < np.inf:
        scan_sketched(
            tables, part, start, end, bits, first, chosen, far, queries, words, k, query, slack,
            state, compared, looked,
        )  # fmt: skip
        return
    count = _scan_runs(tables, part, start, end, bits, first, chosen, far, queries, words, k, query, state)
    compared[query] += count
    looked[query] += count


@njit(nogil=True)
def _distances_of_runs(table, first, last, queries, words, members):
    """(members, runs) int32: how far each run's centre is from each query."""
    far = np.empty((len(members), last - first), np.int32)
    centres = words_at(table[t.CENTRES], last * words)
    run = first
    if len(members) > 1 and words == 8:
        own, mine = np.zeros(len(members), np.int64), codes_of(queries, words, members)
        group, scratch = np.empty(8, np.int64), np.empty(8 * len(members), np.int64)
        masks = np.empty(len(members), np.uint8)
        while run + 8 <= last:
            for lane in range(8):
                group[lane] = run + lane
            eight_distances(centres, group, mine, own, scratch, masks)
            for i in range(len(members)):
                for lane in range(8):
                    far[i, run - first + lane] = scratch[8 * i + lane]
            run += 8
    for i in range(len(members)):
        for at in range(run, last):
            far[i, at - first] = distance(centres, at, queries, members[i], words)
    return far


@njit(nogil=True)
def _reach(far, most_runs, bits):
    """How far the centres are that a query looks at: all, or those of so many runs that are nearest."""
    if most_runs >= len(far):
        return bits
    counts = np.zeros(bits + 1, np.int32)
    for run in range(len(far)):
        counts[far[run]] += 1
    most = total = 0
    while total + counts[most] < most_runs:
        total += counts[most]
        most += 1
    return most


@njit(nogil=True)
def _up_to(far, most):
    """The runs whose centres are not farther, in the order of their rows."""
    chosen = np.empty(len(far), np.int32)
    count = 0
    for run in range(len(far)):
        chosen[count] = run
        count += far[run] <= most
    return chosen[:count]


@njit(nogil=True)
def _nearest_few(far, chosen):
    """The nearest few of some runs, the nearest first."""
    count = min(_FIRST, len(chosen))
    places = np.empty(count, np.int32)
    used = 0
    for i in range(len(chosen)):
        run = chosen[i]
        if used == count and far[run] >= far[places[used - 1]]:
            continue
        at = used if used < count else count - 1
        while at and far[places[at - 1]] > far[run]:
            places[at] = places[at - 1]
            at -= 1
        places[at] = run
        used = min(used + 1, count)
    return places


@njit(nogil=True)
def _scan_runs(tables, part, start, end, bits, first, chosen, far, queries, words, k, query, state):
    """Compare all rows of chosen runs with one query, but for those too far; returns how many."""
    table, limit = tables[part], state[0]
    starts = numbers_at(table[t.RUN_STARTS], table[t.N_RUNS] + 1)
    radii = numbers_at(table[t.RADII], table[t.N_RUNS])
    spreads = shorts_at(table[t.SPREADS], table[t.ROWS])
    codes = words_at(table[t.CODES], table[t.ROWS] * words)
    rows, distances = np.empty(PENDING, np.int64), np.empty(PENDING, np.int32)
    compared = pending = 0
    most = limit[query]
    for place in range(len(chosen)):
        run = first + chosen[place]
        beyond = types.int64(far[chosen[place]]) - most
        if beyond > radii[run]:
            continue
        begin, stop = starts[run], starts[run + 1]
        if beyond > 0:
            begin += first_not_below(spreads[begin:stop], types.uint16(beyond))
        begin, stop = max(begin, start), min(stop, end)
        if place + 1 < len(chosen):
            # The next run may be anywhere; its first rows are on their way while this one is compared.
            following = starts[first + chosen[place + 1]]
            prefetch(table[t.SPREADS] + 2 * following)
            prefetch(table[t.SPREADS] + 2 * following + 64)
            for line in range(0, 1024, 64):
                prefetch(table[t.CODES] + following * 8 * words + line)
        compared += max(0, stop - begin)
        for row in range(begin, stop):
            found = distance(codes, row, queries, query, words)
            if found <= most and lets_through(bits, start, row):
                pending = collect(tables, k, query, part, row, found, rows, distances, pending, state)
                most = limit[query]
    if pending:
        absorb(tables, k, query, part, rows, distances, pending, state)
    return compared


@njit(nogil=True)
def _scan_together(
    tables, part, start, end, bits, first, far, queries, words, k, members, reach,
    state, compared, looked,
):  # fmt: skip
    """Compare the rows of all runs that matter to several queries, whose nearest runs were looked at.

    Where most runs matter to most of them, each row is compared with all; else each query goes alone.
    """
    table, limit = tables[part], state[0]
    starts = numbers_at(table[t.RUN_STARTS], table[t.N_RUNS] + 1)
    radii = numbers_at(table[t.RADII], table[t.N_RUNS])
    count = far.shape[1]
    pairs = 0
    wanted = np.zeros(count, np.bool_)
    if reach.min() == words * 64:
        for i in range(len(members)):
            most = limit[members[i]]
            for run in range(count):
                near = far[i, run] - most <= radii[first + run]
                wanted[run] |= near
                pairs += near
    if pairs * _TOGETHER < count * len(members):
        for i in range(len(members)):
            chosen = _up_to(far[i], reach[i])
            _scan_alone(
                tables, part, start, end, bits, first, chosen, far[i], queries, words, k, members[i],
                np.inf, state, compared, looked,
            )  # fmt: skip
        return
    seen = np.zeros(count, np.bool_)
    for i in range(len(members)):
        for run in range(count):
            seen[run] |= far[i, run] == _VISITED
    who, everyone = np.empty(len(members), np.int64), len(members)
    run = 0
    while run < count:
        begin, active = run, everyone
        who[:] = members
        run += 1
        if seen[begin]:
            # Who has looked at this run would find its rows twice.
            active = 0
            for i in range(len(members)):
                who[active] = members[i]
                active += far[i, begin] != _VISITED
        elif wanted[begin]:
            while run < count and wanted[run] and not seen[run]:
                run += 1
        first_row, end_row = max(starts[first + begin], start), min(starts[first + run], end)
        if not wanted[begin] or active == 0 or first_row >= end_row:
            continue
        some = end_row - first_row
        scan_span(tables, part, first_row, end_row, bits, start, queries, words, k, who[:active], state)
        for i in range(active):
            compared[who[i]] += some
            looked[who[i]] += some
