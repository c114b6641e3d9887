"""Asking a filter of rows, compiled: of all in a window (`masked`) or of one (`passes`).

Before that, conditions that were looked up are made ready for the rows that they will be asked of (`make_ready`).
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.locating import column_of, forward_texts, leaves_of
from shopthelook.retrieval.embedded.places import numbers_at, rows_at, sixteen_within
from shopthelook.retrieval.embedded.resolving import (
    ALL,
    BITS,
    FIRST,
    FORWARD,
    LEFT,
    N_FOUND,
    READY,
    SECOND,
    SPAN,
    TERMS,
    THIRD,
    listed,
)

_ONE = types.uint64(1)
_FULL = types.uint64(0xFFFFFFFFFFFFFFFF)

# Rows of a window for each that a condition lists, from which on marking these is shorter work than asking all.
_SHORT = 4

# Words of bits that a program is asked for at a time: with some conditions they stay in the second cache.
_AT_ONCE = 1024


@njit(nogil=True)
def make_ready(table, program, found, spans, ready, driver, start, end):
    """Make all conditions but the driver (-1: none) ready to be asked of the rows start to end.

    Returns the bits that they refer to: those of a window begin with the word of row `start`.
    """
    leaves = leaves_of(program)
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
        if (kind == p.BETWEEN or kind == p.ANY_OF) and mine[LEFT] * _SHORT <= end - start:
            mine[THIRD] = room
            room += words
            continue
        spanned = 0
        for at in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
            spanned += spans[at, 1] - spans[at, 0]
        if kind == p.BETWEEN:
            forward = numbers_at(column_of(table, leaf[p.LEAF_FIELD]), 8)[t.COLUMN_FORWARD]
            if forward:
                mine[READY], mine[THIRD] = FORWARD, mine[SECOND] - mine[FIRST]
                mine[SECOND], mine[FIRST] = mine[FIRST], forward
        elif kind == p.ANY_OF and spanned == 0:
            forward = forward_texts(table, leaf[p.LEAF_FIELD])
            if forward and mine[N_FOUND] == 1:
                mine[READY], mine[FIRST], mine[THIRD] = FORWARD, forward, 1
                mine[SECOND] = found[leaf[p.LEAF_VALUES]]
            elif forward and of_terms < words + 4 * mine[LEFT] and 2 * mine[LEFT] > end - start:
                mine[READY], mine[FIRST] = TERMS, forward
        if mine[READY] == BITS or mine[READY] == TERMS:
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
def _fill(table, leaf, mine, found, spans, start, end, bits):
    """Set the bits of the rows that a condition leaves."""
    origin = (start >> 6) << 6
    if leaf[p.LEAF_KIND] == p.PLACES:
        for i in range(leaf[p.LEAF_NUMBERS], leaf[p.LEAF_NUMBERS_END]):
            for row in range(max(start, spans[i, 0]), min(end, spans[i, 1])):
                bits[(row - origin) >> 6] |= _ONE << types.uint64(row & 63)
        return
    rows = np.empty(mine[LEFT] + 1, np.uint32)
    for i in range(listed(table, leaf, mine, found, spans, start, end, rows)):
        at = types.int64(rows[i]) - origin
        bits[at >> 6] |= _ONE << types.uint64(at & 63)


@njit(nogil=True)
def span_mask(block, start, end):
    """The bits of a block's rows that are from start to end."""
    first, last = max(start - (block << 6), 0), min(end - (block << 6), 64)
    if first >= last:
        return types.uint64(0)
    mask = _FULL << types.uint64(first)
    return mask & (_FULL >> types.uint64(64 - last))


@njit(nogil=True)
def _masked_by(mine, scratch, origin, word, out):
    """Set out to the bits of the rows that a condition leaves, from block `word` on of a window from `origin` on."""
    kind = mine[READY]
    if kind == BITS:
        first = mine[THIRD] + word - origin
        for i in range(len(out)):
            out[i] = scratch[first + i]
    elif kind == FORWARD:
        place, first, count = mine[FIRST] + (word << 8), mine[SECOND], mine[THIRD]
        for i in range(len(out)):
            mask = types.uint64(0)
            for quarter in range(4):
                some = sixteen_within(place + (i << 8) + (quarter << 6), first, count)
                mask |= some << types.uint64(quarter << 4)
            out[i] = mask
    elif kind == TERMS:
        forward = rows_at(mine[FIRST] + (word << 8), len(out) << 6)
        first = mine[THIRD]
        for i in range(len(out)):
            mask = types.uint64(0)
            for lane in range(64):
                term = types.int64(forward[(i << 6) + lane])
                if term != 0xFFFFFFFF:
                    bit = (scratch[first + (term >> 6)] >> types.uint64(term & 63)) & _ONE
                    mask |= bit << types.uint64(lane)
            out[i] = mask
    elif kind == SPAN:
        first, last = mine[FIRST], mine[SECOND]
        for i in range(len(out)):
            out[i] = span_mask(word + i, first, last)
    else:
        out[:] = _FULL if kind == ALL else types.uint64(0)


@njit(nogil=True)
def _depth_of(nodes):
    """How many masks a program keeps at a time at most."""
    depth = most = 0
    for i in range(len(nodes)):
        if nodes[i, 0] == p.LEAF:
            depth += 1
            most = max(most, depth)
        elif nodes[i, 0] != p.NOT:
            depth += 1 - nodes[i, 1]
            most = max(most, depth)
    return most


@njit(nogil=True)
def masked(nodes, ready, scratch, start, end):
    """The bits of the rows start to end that a program lets through, in words of which the first holds row `start`."""
    origin = start >> 6
    bits = np.empty(((end + 63) >> 6) - origin, np.uint64)
    stack = np.empty((_depth_of(nodes), min(_AT_ONCE, len(bits))), np.uint64)
    for first in range(0, len(bits), _AT_ONCE):
        some = bits[first : first + _AT_ONCE]
        _ask(nodes, ready, scratch, origin, origin + first, stack[:, : len(some)])
        some[:] = stack[0, : len(some)]
    bits[0] &= span_mask(origin, start, end)
    bits[-1] &= span_mask(origin + len(bits) - 1, start, end)
    return bits


@njit(nogil=True)
def _ask(nodes, ready, scratch, origin, word, stack):
    """Put into stack[0] the bits from block `word` on that a program lets through."""
    size, depth = stack.shape[1], 0
    for i in range(len(nodes)):
        what, count = nodes[i, 0], nodes[i, 1]
        if what == p.LEAF:
            _masked_by(ready[count], scratch, origin, word, stack[depth])
            depth += 1
        elif what == p.NOT:
            top = stack[depth - 1]
            for at in range(size):
                top[at] = ~top[at]
        elif count == 0:
            stack[depth, :] = _FULL if what == p.AND else types.uint64(0)
            depth += 1
        else:
            depth -= count
            mine = stack[depth]
            for child in range(depth + 1, depth + count):
                other = stack[child]
                if what == p.AND:
                    for at in range(size):
                        mine[at] &= other[at]
                else:
                    for at in range(size):
                        mine[at] |= other[at]
            depth += 1


@njit(nogil=True)
def _join(stack, depth, what, count):
    """Replace the last `count` of a stack's `depth` answers by whether all, or any, hold; returns the new depth."""
    depth -= count
    holds = what == p.AND
    for child in range(depth, depth + count):
        holds = holds & stack[child] if what == p.AND else holds | stack[child]
    stack[depth] = holds
    return depth + 1


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
            stack[depth] = holds
            depth += 1
        elif what == p.NOT:
            stack[depth - 1] = not stack[depth - 1]
        else:
            depth = _join(stack, depth, what, count)
    return stack[0]
