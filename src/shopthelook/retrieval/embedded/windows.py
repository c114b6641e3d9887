"""Searching a window of a part run by run, compiled: the likely runs first, then those that can still matter."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.places import numbers_at, shorts_at, words_at
from shopthelook.retrieval.embedded.popcount import distance
from shopthelook.retrieval.embedded.resolving import first_above, first_not_below
from shopthelook.retrieval.embedded.scanning import scan_masked, scan_span

# Runs that a query looks at before all others, so that its limit is low when it comes to these.
_FIRST = 6

# Rows of a window from which on it is worth asking which runs can matter.
_BY_RUN = 1024

_VISITED = 1 << 24


@njit(nogil=True)
def _scan(tables, part, start, end, masked, filtered, queries, words, k, who, state, compared):
    if start >= end:
        return
    count = end - start
    if masked:
        count = scan_masked(tables, part, start, end, filtered, queries, words, k, who, state)
    else:
        scan_span(tables, part, start, end, queries, words, k, who, state)
    for i in range(len(who)):
        compared[who[i]] += count


@njit(nogil=True)
def scan_window(
    tables, part, start, end, masked, filtered, queries, words, k, members, slack, state, compared, looked
):
    """Compare what a filter leaves of the rows start to end of a part, but for runs that are too far.

    masked: whether there is a filter, `filtered`; members: the queries that look; slack: no run is looked at
    whose centre is farther than this beyond a query's limit; compared, looked: (q,) are added to.
    """
    table = tables[part]
    if table[t.N_RUNS] == 0 or end - start < _BY_RUN:
        _scan(tables, part, start, end, masked, filtered, queries, words, k, members, state, compared)
        return
    limit = state[0]
    starts = numbers_at(table[t.RUN_STARTS], table[t.N_RUNS] + 1)
    radii = numbers_at(table[t.RADII], table[t.N_RUNS])
    first, last = first_above(starts, start) - 1, first_not_below(starts, end)
    far = _distances_of_runs(table, first, last, queries, words, members)
    alone = np.empty(1, np.int64)
    for i in range(len(members)):
        alone[0] = members[i]
        before = compared[members[i]]
        for run in _nearest_few(far[i]):
            at = first + run
            _scan(
                tables, part, max(starts[at], start), min(starts[at + 1], end), masked, filtered,
                queries, words, k, alone, state, compared,
            )  # fmt: skip
            far[i, run] = _VISITED
        looked[members[i]] += compared[members[i]] - before
    who = np.empty(len(members), np.int64)
    spreads = shorts_at(table[t.SPREADS], table[t.ROWS])
    for run in range(last - first):
        at = first + run
        reach = min(radii[at], slack)
        active, least = 0, _VISITED
        for i in range(len(members)):
            beyond = far[i, run] - limit[members[i]]
            if beyond <= reach:
                who[active] = members[i]
                active += 1
                least = min(least, beyond)
        if active == 0:
            continue
        begin, stop = starts[at], starts[at + 1]
        if least > 0:
            begin += first_not_below(spreads[begin:stop], types.uint16(least))
        begin, stop = max(begin, start), min(stop, end)
        before = compared[who[0]]
        _scan(tables, part, begin, stop, masked, filtered, queries, words, k, who[:active], state, compared)
        for i in range(active):
            looked[who[i]] += compared[who[0]] - before


@njit(nogil=True)
def _distances_of_runs(table, first, last, queries, words, members):
    """(members, runs) int32: how far each run's centre is from each query."""
    far = np.empty((len(members), last - first), np.int32)
    centres = words_at(table[t.CENTRES], last * words)
    for i in range(len(members)):
        for run in range(first, last):
            far[i, run - first] = distance(centres, run, queries, members[i], words)
    return far


@njit(nogil=True)
def _nearest_few(far):
    """The places of the smallest few, the smallest first."""
    count = min(_FIRST, len(far))
    places = np.empty(count, np.int64)
    used = 0
    for run in range(len(far)):
        if used == count and far[run] >= far[places[used - 1]]:
            continue
        at = used if used < count else count - 1
        while at and far[places[at - 1]] > far[run]:
            places[at] = places[at - 1]
            at -= 1
        places[at] = run
        used = min(used + 1, count)
    return places
