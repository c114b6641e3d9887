"""Searching what a filter leaves of a window of rows, compiled: listed and compared, or told from all by bits."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.asking import make_ready, masked, passes
from shopthelook.retrieval.embedded.locating import first_not_below, leaves_of
from shopthelook.retrieval.embedded.nearest import is_dead
from shopthelook.retrieval.embedded.places import rows_at
from shopthelook.retrieval.embedded.popcount import lowest, ones
from shopthelook.retrieval.embedded.resolving import ALL, LEFT, READY, listed, narrow
from shopthelook.retrieval.embedded.scanning import scan_list
from shopthelook.retrieval.embedded.windows import scan_window

MASKED_SCAN, GATHER = 1, 2
"""Ways through the rows that a filter leaves: asked all of them, or listed by one condition."""

# Rows of a window for each that a filter leaves, from which on it is shorter work to compare just these; what is left
# is compared exactly then, since its nearest are farther away than those that the runs were measured by.
_LIST = 2

# The same where other conditions are to be asked of each listed row: asking 64 at a time is so much quicker.
_ASKED = 128


@njit(nogil=True)
def _driver(program, ready):
    """The condition that must hold and leaves fewest rows, -1 where there is none that lists rows."""
    leaves = leaves_of(program)
    best = -1
    for i in range(len(leaves)):
        lists = leaves[i, p.LEAF_KIND] == p.BETWEEN or leaves[i, p.LEAF_KIND] == p.ANY_OF
        if lists and leaves[i, p.LEAF_MUST] and (best < 0 or ready[i, LEFT] < ready[best, LEFT]):
            best = i
    return best


@njit(nogil=True)
def _candidates(table, program, found, spans, ready, driver, start, end, nodes):
    """The rows from start to end that a program lets through, by way of one condition that must hold."""
    leaves = leaves_of(program)
    rows = np.empty(ready[driver, LEFT] + 1, np.uint32)
    count = listed(table, leaves[driver], ready[driver], found, spans, start, end, rows)
    scratch = make_ready(table, program, found, spans, ready, driver, start, end)
    plain = True
    for i in range(len(leaves)):
        plain &= ready[i, READY] == ALL
    if plain:
        for i in range(len(nodes)):
            plain &= nodes[i, 0] == p.LEAF or nodes[i, 0] == p.AND
    if not plain:
        stack = np.empty(len(nodes), np.bool_)
        kept = 0
        for i in range(count):
            rows[kept] = rows[i]
            kept += passes(nodes, ready, scratch, stack, start >> 6, types.int64(rows[i]))
        count = kept
    return rows[:count]


@njit(nogil=True)
def search_filtered(
    tables, part, program, nodes, found, spans, ready, first, last, queries, words, k,
    members, most_runs, slack, counted, state, compared, looked,
):  # fmt: skip
    """Search what a filter leaves of the rows first to last; returns the way and how many these are, or -1."""
    table = tables[part]
    narrow(table, program, found, ready, first, last)
    driver = _driver(program, ready)
    others = _LIST if len(nodes) == 1 else _ASKED
    if driver >= 0 and ready[driver, LEFT] * others <= last - first:
        chosen = _candidates(table, program, found, spans, ready, driver, first, last, nodes)
        return GATHER, _compare(tables, part, chosen, queries, words, k, members, counted, state, compared)
    scratch = make_ready(table, program, found, spans, ready, -1, first, last)
    bits = masked(nodes, ready, scratch, first, last)
    left = _set_in(bits)
    if left * _LIST <= last - first:
        chosen = _rows_of(bits, first, left)
        _compare(tables, part, chosen, queries, words, k, members, counted, state, compared)
    else:
        scan_window(
            tables, part, first, last, bits, queries, words, k, members, most_runs, slack, state,
            compared, looked,
        )  # fmt: skip
    return MASKED_SCAN, left - _dead_in(table, first, last, bits) if counted or not table[t.N_DEAD] else -1


@njit(nogil=True)
def _compare(tables, part, chosen, queries, words, k, members, counted, state, compared):
    """Compare chosen rows; returns how many of them live, or -1."""
    table = tables[part]
    scan_list(tables, part, chosen, queries, words, k, members, state)
    count = len(chosen)
    for member in members:
        compared[member] += count
    if table[t.N_DEAD] and not counted:
        return -1
    if table[t.N_DEAD]:
        for at in range(len(chosen)):
            count -= is_dead(table, types.int64(chosen[at]))
    return count


@njit(nogil=True)
def _set_in(bits):
    total = 0
    for word in bits:
        total += ones(word)
    return total


@njit(nogil=True)
def _rows_of(bits, origin, count):
    """The rows whose bits are set, `count` of them."""
    rows = np.empty(count, np.uint32)
    at = 0
    for i in range(len(bits)):
        word = bits[i]
        while word:
            rows[at] = (((origin >> 6) + i) << 6) + lowest(word)
            at += 1
            word &= word - types.uint64(1)
    return rows


@njit(nogil=True)
def _dead_in(table, start, end, bits):
    """The dead rows from start to end among those whose bits are set."""
    total = 0
    dead = rows_at(table[t.DEAD], table[t.N_DEAD])
    for i in range(first_not_below(dead, types.uint32(start)), first_not_below(dead, types.uint32(end))):
        at = types.int64(dead[i]) - ((start >> 6) << 6)
        total += types.int64((bits[at >> 6] >> types.uint64(at & 63)) & types.uint64(1))
    return total
