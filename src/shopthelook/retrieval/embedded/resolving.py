"""What a filter's conditions mean in one segment, compiled: terms, spans of numbers, ranges of rows.

First every condition is looked up, which tells how many rows it leaves at most (`look`). Then the rows of the
smallest are listed (`listed`), or all conditions are made ready to be asked of rows (`make_ready`), 64 at a
time (`mask_of`) or one (`passes`).
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.places import (
    floats_at,
    letters_at,
    numbers_at,
    rows_at,
    sixteen_within,
    words_at,
)

NONE, ALL, SPAN, BITS, FORWARD, TERMS = 0, 1, 2, 3, 4, 5
"""What a condition that is ready is: no row, every row, rows from one to another, a bit for each row of the
window, a range of a forward column's numbers, a bit for each of these numbers."""

READY, FIRST, SECOND, THIRD, N_FOUND, LEFT = range(6)
"""Columns of the conditions looked up: kind, three numbers of its own, terms found, rows left at most."""

# Positions and terms that are looked into one by one.
_FEW = 48

_ONE = types.uint64(1)
_FULL = types.uint64(0xFFFFFFFFFFFFFFFF)


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
def _column(table, field):
    """The address of the numbers' table's row for a field, 0 where there is none."""
    for column in range(table[t.N_NUMBERS]):
        place = table[t.NUMBERS] + column * 64
        if numbers_at(place, 1)[0] == field:
            return place
    return 0


@njit(nogil=True)
def _forward_texts(table, field):
    for column in range(table[t.N_TEXTS]):
        of_one = numbers_at(table[t.TEXTS] + column * 16, 2)
        if of_one[t.TEXT_FIELD] == field:
            return of_one[t.TEXT_FORWARD]
    return 0


@njit(nogil=True)
def _find_term(table, value, letters):
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
def _postings(table, term, start, end):
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
def _positions_of(table, start, end):
    """The positions [first, last) whose rows are start to end, both -1 where they are too many or cut."""
    places = numbers_at(table[t.PLACES], table[t.N_PLACES])
    first, last = first_not_below(places, start), first_not_below(places, end)
    if last - first > _FEW or places[first] != start or places[last] != end:
        return -1, -1
    return first, last


@njit(nogil=True)
def _within_position(column, position, first, end):
    """The entries from first to end whose row has a position, as places of `within`."""
    edges = numbers_at(column[t.COLUMN_EDGES] + 8 * position, 2)
    entries = rows_at(column[t.COLUMN_WITHIN] + 4 * edges[0], edges[1] - edges[0])
    low, high = first_not_below(entries, types.uint32(first)), first_not_below(entries, types.uint32(end))
    return edges[0] + low, edges[0] + max(low, high)


@njit(nogil=True)
def narrow(table, program, found, ready, start, end):
    """Count again what conditions leave, in the rows start to end only, where that is quick."""
    leaves = numbers_at(program[p.LEAVES], program[p.LEAVES_] * 8).reshape((-1, 8))
    if end - start > table[t.ROWS] >> 1:
        return
    first, last = _positions_of(table, start, end)
    for i in range(len(leaves)):
        leaf, mine = leaves[i], ready[i]
        if leaf[p.LEAF_KIND] == p.BETWEEN and mine[LEFT] and first >= 0:
            column = numbers_at(_column(table, leaf[p.LEAF_FIELD]), 8)
            if column[t.COLUMN_WITHIN]:
                mine[LEFT] = 0
                for position in range(first, last):
                    low, high = _within_position(column, position, mine[FIRST], mine[SECOND])
                    mine[LEFT] += high - low
        texts_only = leaf[p.LEAF_NUMBERS] == leaf[p.LEAF_NUMBERS_END]
        if leaf[p.LEAF_KIND] == p.ANY_OF and texts_only and mine[N_FOUND] <= _FEW:
            mine[LEFT] = 0
            for at in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
                mine[LEFT] += len(_postings(table, found[at], start, end))


@njit(nogil=True)
def look(table, program, found, spans, ready, start, end):
    """Look every condition up in the rows start to end; returns the rows that those that must hold leave.

    found: (values,) int64 for the terms; spans: (numbers, 2) int64; ready: (leaves, 6) int64. What comes back
    is start and end, narrowed by ranges of positions; both 0 where no row can be let through.
    """
    leaves = numbers_at(program[p.LEAVES], program[p.LEAVES_] * 8).reshape((-1, 8))
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
            place = _column(table, leaf[p.LEAF_FIELD])
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
    place = 0 if leaf[p.LEAF_KIND] == p.PLACES else _column(table, leaf[p.LEAF_FIELD])
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        wanted = numbers[i]
        first = end = 0
        if leaf[p.LEAF_KIND] == p.PLACES:
            # A row without a category has none, not one below all others.
            if 0 <= wanted < 2.0**40 and wanted == np.floor(wanted):
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
        term = _find_term(table, values[i], letters)
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
    place = _column(table, leaf[p.LEAF_FIELD])
    column = numbers_at(place, 8)
    if leaf[p.LEAF_KIND] == p.BETWEEN:
        once = column[t.COLUMN_SINGLE] == 0
        if once:
            bits = np.zeros((end - start + 63) >> 6, np.uint64)
        rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
        first, last = _positions_of(table, start, end)
        if first >= 0 and column[t.COLUMN_WITHIN] and end - start < table[t.ROWS]:
            entries = rows_at(column[t.COLUMN_WITHIN], column[t.COLUMN_SIZE])
            some = np.empty(1, np.uint32)
            for position in range(first, last):
                low, high = _within_position(column, position, mine[FIRST], mine[SECOND])
                for at in range(low, high):
                    if once:
                        some[0] = rows[entries[at]]
                        kept = _put(some, start, end, bits, True, out, kept)
                    else:
                        out[kept] = rows[entries[at]]
                        kept += 1
            return kept
        return _put(rows[mine[FIRST] : mine[SECOND]], start, end, bits, once, out, kept)
    several = mine[N_FOUND] > 1 and _forward_texts(table, leaf[p.LEAF_FIELD]) == 0
    once = several
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        once |= spans[i, 1] > spans[i, 0]
    if once:
        bits = np.zeros((end - start + 63) >> 6, np.uint64)
    for i in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
        kept = _put(_postings(table, found[i], start, end), start, end, bits, once, out, kept)
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        if spans[i, 1] > spans[i, 0]:
            rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
            kept = _put(rows[spans[i, 0] : spans[i, 1]], start, end, bits, once, out, kept)
    return kept


@njit(nogil=True)
def make_ready(table, program, found, spans, ready, driver, start, end):
    """Make all conditions but the driver (-1: none) ready to be asked of the rows start to end.

    Returns the bits that they refer to: those of a window begin with the word of row `start`.
    """
    leaves = numbers_at(program[p.LEAVES], program[p.LEAVES_] * 8).reshape((-1, 8))
    words = ((end + 63) >> 6) - (start >> 6)
    of_terms = (table[t.N_TERMS] + 63) >> 6
    room = 0
    for i in range(len(leaves)):
        leaf, mine = leaves[i], ready[i]
        if i == driver:
            mine[READY] = ALL
            continue
        if mine[READY] == ALL or mine[READY] == SPAN or mine[LEFT] == 0:
            continue
        kind = leaf[p.LEAF_KIND]
        mine[READY] = BITS
        spanned = 0
        for at in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
            spanned += spans[at, 1] - spans[at, 0]
        if kind == p.BETWEEN:
            forward = numbers_at(_column(table, leaf[p.LEAF_FIELD]), 8)[t.COLUMN_FORWARD]
            if forward:
                mine[READY], mine[THIRD] = FORWARD, mine[SECOND] - mine[FIRST]
                mine[SECOND], mine[FIRST] = mine[FIRST], forward
        elif kind == p.ANY_OF and spanned == 0:
            forward = _forward_texts(table, leaf[p.LEAF_FIELD])
            if forward and mine[N_FOUND] == 1:
                mine[READY], mine[FIRST], mine[THIRD] = FORWARD, forward, 1
                mine[SECOND] = found[leaf[p.LEAF_VALUES]]
            elif forward and of_terms < words + 4 * mine[LEFT] and 2 * mine[LEFT] > end - start:
                mine[READY], mine[FIRST] = TERMS, forward
        if mine[READY] in (BITS, TERMS):
            mine[THIRD] = room
            room += words if mine[READY] == BITS else of_terms
    scratch = np.zeros(room + 1, np.uint64)
    for i in range(len(leaves)):
        mine = ready[i]
        if mine[READY] == TERMS:
            leaf = leaves[i]
            for at in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
                term = found[at]
                scratch[mine[THIRD] + (term >> 6)] |= _ONE << types.uint64(term & 63)
        elif mine[READY] == BITS:
            bits = scratch[mine[THIRD] : mine[THIRD] + words]
            _fill(table, leaves[i], mine, found, spans, start, end, bits)
    return scratch


@njit(nogil=True)
def _set(rows, start, end, bits):
    origin = (start >> 6) << 6
    for i in range(len(rows)):
        row = types.int64(rows[i])
        if start <= row < end:
            bits[(row - origin) >> 6] |= _ONE << types.uint64(row & 63)


@njit(nogil=True)
def _fill(table, leaf, mine, found, spans, start, end, bits):
    """Set the bits of the rows that a condition leaves."""
    if leaf[p.LEAF_KIND] == p.PLACES:
        origin = (start >> 6) << 6
        for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
            for row in range(max(start, spans[i, 0]), min(end, spans[i, 1])):
                bits[(row - origin) >> 6] |= _ONE << types.uint64(row & 63)
        return
    column = numbers_at(_column(table, leaf[p.LEAF_FIELD]), 8)
    if leaf[p.LEAF_KIND] == p.BETWEEN:
        rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
        _set(rows[mine[FIRST] : mine[SECOND]], start, end, bits)
        return
    for i in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
        _set(_postings(table, found[i], start, end), start, end, bits)
    for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
        if spans[i, 1] > spans[i, 0]:
            rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
            _set(rows[spans[i, 0] : spans[i, 1]], start, end, bits)


@njit(nogil=True)
def _mask_of_leaf(mine, scratch, word, block):
    """The bits of rows 64 * block to 64 * block + 63 that a condition leaves; `word` is the window's first block."""
    kind = mine[READY]
    if kind == BITS:
        return scratch[mine[THIRD] + block - word]
    if kind == FORWARD:
        mask = types.uint64(0)
        for quarter in range(4):
            some = sixteen_within(mine[FIRST] + (block << 8) + (quarter << 6), mine[SECOND], mine[THIRD])
            mask |= some << types.uint64(quarter << 4)
        return mask
    if kind == TERMS:
        forward = rows_at(mine[FIRST] + (block << 8), 64)
        mask = types.uint64(0)
        for i in range(64):
            term = types.int64(forward[i])
            if term != 0xFFFFFFFF:
                bit = (scratch[mine[THIRD] + (term >> 6)] >> types.uint64(term & 63)) & _ONE
                mask |= bit << types.uint64(i)
        return mask
    if kind == ALL:
        return _FULL
    if kind == SPAN:
        return span_mask(block, mine[FIRST], mine[SECOND])
    return types.uint64(0)


@njit(nogil=True)
def span_mask(block, start, end):
    """The bits of a block's rows that are from start to end."""
    first, last = max(start - (block << 6), 0), min(end - (block << 6), 64)
    if first >= last:
        return types.uint64(0)
    mask = _FULL << types.uint64(first)
    return mask & (_FULL >> types.uint64(64 - last))


@njit(nogil=True)
def mask_of(nodes, ready, scratch, stack, word, block):
    """The bits of a block's rows that a program lets through; rows beyond the window may be among them."""
    depth = 0
    for i in range(len(nodes)):
        what, count = nodes[i, 0], nodes[i, 1]
        if what == p.LEAF:
            stack[depth] = _mask_of_leaf(ready[count], scratch, word, block)
            depth += 1
        elif what == p.NOT:
            stack[depth - 1] = ~stack[depth - 1]
        else:
            depth -= count
            mask = _FULL if what == p.AND else types.uint64(0)
            for child in range(depth, depth + count):
                mask = mask & stack[child] if what == p.AND else mask | stack[child]
            stack[depth] = mask
            depth += 1
    return stack[0]


@njit(nogil=True)
def passes(nodes, ready, scratch, stack, word, row):
    """Whether a program lets a row through."""
    depth = 0
    for i in range(len(nodes)):
        what, count = nodes[i, 0], nodes[i, 1]
        if what == p.LEAF:
            mine = ready[count]
            kind = mine[READY]
            holds = kind == ALL
            if kind in (FORWARD, TERMS):
                number = types.int64(rows_at(mine[FIRST] + 4 * row, 1)[0])
                if kind == FORWARD:
                    holds = mine[SECOND] <= number < mine[SECOND] + mine[THIRD]
                elif number != 0xFFFFFFFF:
                    bits = scratch[mine[THIRD] + (number >> 6)]
                    holds = ((bits >> types.uint64(number & 63)) & _ONE) != 0
            elif kind == BITS:
                bits = scratch[mine[THIRD] + (row >> 6) - word]
                holds = ((bits >> types.uint64(row & 63)) & _ONE) != 0
            elif kind == SPAN:
                holds = mine[FIRST] <= row < mine[SECOND]
            stack[depth] = _FULL if holds else types.uint64(0)
            depth += 1
        elif what == p.NOT:
            stack[depth - 1] = ~stack[depth - 1]
        else:
            depth -= count
            mask = _FULL if what == p.AND else types.uint64(0)
            for child in range(depth, depth + count):
                mask = mask & stack[child] if what == p.AND else mask | stack[child]
            stack[depth] = mask
            depth += 1
    return stack[0] != 0
