"""Where a segment has what a condition names, compiled: a field's columns, a value's term, a term's rows."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from numba import njit, types

from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.places import letters_at, numbers_at, rows_at, words_at

FEW = 48
"""Positions and terms, as many at most, that are looked into one by one."""


@njit(nogil=True)
def nodes_of(program):
    """(m, 2) the nodes of a program's table."""
    return numbers_at(program[p.NODES], program[p.N_NODES] * 2).reshape((-1, 2))


@njit(nogil=True)
def leaves_of(program):
    """(l, 8) the leaves of a program's table."""
    return numbers_at(program[p.LEAVES], program[p.LEAVES_] * 8).reshape((-1, 8))


@njit(nogil=True)
def first_not_below(sorted_values, value):
    """The first place whose value is not below `value`."""
    low, high = 0, len(sorted_values)
    while low < high:
        middle = (low + high) >> 1
        if sorted_values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@njit(nogil=True)
def first_above(sorted_values, value):
    """The first place whose value is above `value`."""
    low, high = 0, len(sorted_values)
    while low < high:
        middle = (low + high) >> 1
        if sorted_values[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@njit(nogil=True)
def column_of(table, field):
    """The address of the numbers' table's row for a field, 0 where there is none."""
    for column in range(table[t.N_NUMBERS]):
        place = table[t.NUMBERS] + column * 64
        if numbers_at(place, 1)[0] == field:
            return place
    return 0


@njit(nogil=True)
def forward_texts(table, field):
    """The address of the term of each row for a field of texts, 0 where there is none."""
    for column in range(table[t.N_TEXTS]):
        of_one = numbers_at(table[t.TEXTS] + column * 16, 2)
        if of_one[t.TEXT_FIELD] == field:
            return of_one[t.TEXT_FORWARD]
    return 0


@njit(nogil=True)
def term_of(table, value, letters):
    """The number of the term that a value is, -1 where there is none."""
    count = table[t.N_TERMS]
    hashes = words_at(table[t.TERM_HASHES], count)
    wanted = types.uint64(value[0])
    at = first_not_below(hashes, wanted)
    size = value[2] - value[1]
    while at < count and hashes[at] == wanted:
        term = types.int64(rows_at(table[t.TERM_NUMBERS], count)[at])
        bounds = numbers_at(table[t.TERM_BOUNDS] + 8 * term, 2)
        if bounds[1] - bounds[0] == size:
            mine = letters_at(table[t.TERM_LETTERS] + bounds[0], size)
            same = True
            for i in range(size):
                if mine[i] != letters[value[1] + i]:
                    same = False
                    break
            if same:
                return term
        at += 1
    return -1


@njit(nogil=True)
def rows_of_term(table, term, start, end):
    """The rows of a term from start to end."""
    bounds = numbers_at(table[t.POSTING_BOUNDS] + 8 * term, 2)
    size = bounds[1] - bounds[0]
    rows = rows_at(table[t.POSTINGS] + 4 * bounds[0], size)
    first, last = 0, size
    if size and types.int64(rows[0]) < start:
        first = first_not_below(rows, types.uint32(start))
    if size and types.int64(rows[size - 1]) >= end:
        last = first_not_below(rows, types.uint32(min(end, 0xFFFFFFFF)))
    return rows[first : max(first, last)]


@njit(nogil=True)
def whole_positions(table, start, end):
    """The positions [first, last) whose rows are start to end, both -1 where they are too many or cut."""
    places = numbers_at(table[t.PLACES], table[t.N_PLACES])
    first, last = first_not_below(places, start), first_not_below(places, end)
    if last - first > FEW or places[first] != start or places[last] != end:
        return -1, -1
    return first, last


@njit(nogil=True)
def entries_within(column, position, first, end):
    """The entries from first to end whose row has a position, as places of `within`."""
    edges = numbers_at(column[t.COLUMN_EDGES] + 8 * position, 2)
    entries = rows_at(column[t.COLUMN_WITHIN] + 4 * edges[0], edges[1] - edges[0])
    low, high = first_not_below(entries, types.uint32(first)), first_not_below(entries, types.uint32(end))
    return edges[0] + low, edges[0] + max(low, high)
