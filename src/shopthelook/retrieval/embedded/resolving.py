"""What a filter's conditions mean in one segment, compiled: terms, spans of numbers, ranges of rows.

First every condition is looked up, which tells how many rows it leaves at most (`look`). Then the rows of the
smallest are listed (`listed`), or all conditions are asked of rows, see `asking`.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.checks import MOST_POSITIONS
from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.locating import (
    FEW,
    column_of,
    entries_within,
    first_above,
    first_not_below,
    forward_texts,
    leaves_of,
    rows_of_term,
    term_of,
    whole_positions,
)
from shopthelook.retrieval.embedded.places import floats_at, letters_at, numbers_at, rows_at

NONE, ALL, SPAN, BITS, FORWARD, TERMS = 0, 1, 2, 3, 4, 5
"""What a condition that is ready is: no row, every row, rows from one to another, a bit for each row of the
window, a range of a forward column's numbers, a bit for each of these numbers."""

READY, FIRST, SECOND, THIRD, N_FOUND, LEFT = range(6)
"""Columns of the conditions looked up: kind, three numbers of its own, terms found, rows left at most."""

_ONE = types.uint64(1)


@njit(nogil=True)
def narrow(table, program, found, ready, start, end):
    """Count again what conditions leave, in the rows start to end only, where that is quick."""
    leaves = leaves_of(program)
    if end - start > table[t.ROWS] >> 1:
        return
    first, last = whole_positions(table, start, end)
    for i in range(len(leaves)):
        leaf, mine = leaves[i], ready[i]
        if leaf[p.LEAF_KIND] == p.BETWEEN and mine[LEFT] and first >= 0:
            column = numbers_at(column_of(table, leaf[p.LEAF_FIELD]), 8)
            if column[t.COLUMN_WITHIN]:
                mine[LEFT] = 0
                for position in range(first, last):
                    low, high = entries_within(column, position, mine[FIRST], mine[SECOND])
                    mine[LEFT] += high - low
        texts_only = leaf[p.LEAF_NUMBERS] == leaf[p.LEAF_NUMBERS_END]
        if leaf[p.LEAF_KIND] == p.ANY_OF and texts_only and mine[N_FOUND] <= FEW:
            mine[LEFT] = 0
            for at in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
                mine[LEFT] += len(rows_of_term(table, found[at], start, end))


@njit(nogil=True)
def look(table, program, found, spans, ready, start, end):
    """Look every condition up in the rows start to end; returns the rows that those that must hold leave.

    found: (values,) int64 for the terms; spans: (numbers, 2) int64; ready: (leaves, 6) int64. What comes back
    is start and end, narrowed by ranges of positions; both 0 where no row can be let through.
    """
    leaves = leaves_of(program)
    limits = floats_at(program[p.LIMITS], program[p.LEAVES_] * 2).reshape((-1, 2))
    positions = numbers_at(table[t.POSITIONS], table[t.ROWS])
    for i in range(len(leaves)):
        leaf, mine = leaves[i], ready[i]
        must = leaf[p.LEAF_MUST] != 0
        kind = leaf[p.LEAF_KIND]
        mine[READY], mine[N_FOUND], mine[LEFT] = NONE, 0, 0
        if kind == p.POSITIONS:
            mine[READY] = SPAN
            mine[FIRST] = first_not_below(positions, types.int64(limits[i, 0]))
            mine[SECOND] = first_not_below(positions, types.int64(limits[i, 1]))
            mine[LEFT] = max(0, mine[SECOND] - mine[FIRST])
            if must:
                start, end = max(start, mine[FIRST]), min(end, mine[SECOND])
                mine[READY] = ALL
        elif kind == p.BETWEEN:
            place = column_of(table, leaf[p.LEAF_FIELD])
            if place:
                column = numbers_at(place, 8)
                values = floats_at(column[t.COLUMN_VALUES], column[t.COLUMN_SIZE])
                low, high = limits[i, 0], limits[i, 1]
                is_open = leaf[p.LEAF_OPEN]
                mine[FIRST] = first_above(values, low) if is_open & 1 else first_not_below(values, low)
                mine[SECOND] = first_not_below(values, high) if is_open & 2 else first_above(values, high)
                mine[LEFT] = max(0, mine[SECOND] - mine[FIRST])
        else:
            _look_values(table, program, leaf, mine, found, spans, positions)
        if must and mine[LEFT] == 0:
            return 0, 0
    return (start, end) if start < end else (0, 0)


@njit(nogil=True)
def _look_values(table, program, leaf, mine, found, spans, positions):
    numbers = floats_at(program[p.NUMBERS], leaf[p.LEAF_NUMBERS_END])
    place = 0 if leaf[p.LEAF_KIND] == p.PLACES else column_of(table, leaf[p.LEAF_FIELD])
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        wanted = numbers[i]
        first = end = 0
        if leaf[p.LEAF_KIND] == p.PLACES:
            # A row without a category has none, not one below all others.
            if 0 <= wanted < MOST_POSITIONS and wanted == np.floor(wanted):
                first = first_not_below(positions, types.int64(wanted))
                end = first_above(positions, types.int64(wanted))
        elif place:
            column = numbers_at(place, 8)
            values = floats_at(column[t.COLUMN_VALUES], column[t.COLUMN_SIZE])
            first, end = first_not_below(values, wanted), first_above(values, wanted)
        spans[i, 0], spans[i, 1] = first, end
        mine[LEFT] += end - first
    if leaf[p.LEAF_KIND] == p.PLACES:
        return
    values_from, values_to = leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES_END]
    values = numbers_at(program[p.VALUES], values_to * 3).reshape((-1, 3))
    for i in range(values_from, values_to):
        letters = letters_at(program[p.LETTERS], values[i, 2])
        term = term_of(table, values[i], letters)
        if term >= 0:
            bounds = numbers_at(table[t.POSTING_BOUNDS] + 8 * term, 2)
            found[values_from + mine[N_FOUND]] = term
            mine[N_FOUND] += 1
            mine[LEFT] += bounds[1] - bounds[0]


@njit(nogil=True)
def _put(rows, start, end, bits, once, out, kept):
    """Write rows from start to end to `out`; with `once`, those whose bit is not set yet, and set it."""
    for i in range(len(rows)):
        row = types.int64(rows[i])
        if start <= row < end:
            out[kept] = rows[i]
            if once:
                at = row - start
                bit = _ONE << types.uint64(at & 63)
                kept += types.int64((bits[at >> 6] & bit) == 0)
                bits[at >> 6] |= bit
            else:
                kept += 1
    return kept


@njit(nogil=True)
def listed(table, leaf, mine, found, spans, start, end, out):
    """Write the rows from start to end that one condition leaves, each once, to `out`; returns how many."""
    kept = 0
    bits = np.zeros(1, np.uint64)
    place = column_of(table, leaf[p.LEAF_FIELD])
    column = numbers_at(place, 8)
    if leaf[p.LEAF_KIND] == p.BETWEEN:
        once = column[t.COLUMN_SINGLE] == 0
        if once:
            bits = np.zeros((end - start + 63) >> 6, np.uint64)
        rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
        first, last = whole_positions(table, start, end)
        if first >= 0 and column[t.COLUMN_WITHIN] and end - start < table[t.ROWS]:
            entries = rows_at(column[t.COLUMN_WITHIN], column[t.COLUMN_SIZE])
            some = np.empty(1, np.uint32)
            for position in range(first, last):
                low, high = entries_within(column, position, mine[FIRST], mine[SECOND])
                for at in range(low, high):
                    if once:
                        some[0] = rows[entries[at]]
                        kept = _put(some, start, end, bits, True, out, kept)
                    else:
                        out[kept] = rows[entries[at]]
                        kept += 1
            return kept
        return _put(rows[mine[FIRST] : mine[SECOND]], start, end, bits, once, out, kept)
    several = mine[N_FOUND] > 1 and forward_texts(table, leaf[p.LEAF_FIELD]) == 0
    once = several
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        once |= spans[i, 1] > spans[i, 0]
    if once:
        bits = np.zeros((end - start + 63) >> 6, np.uint64)
    for i in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
        kept = _put(rows_of_term(table, found[i], start, end), start, end, bits, once, out, kept)
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        if spans[i, 1] > spans[i, 0]:
            rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
            kept = _put(rows[spans[i, 0] : spans[i, 1]], start, end, bits, once, out, kept)
    return kept
