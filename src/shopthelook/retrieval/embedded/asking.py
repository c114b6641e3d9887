"""Asking a filter of rows, compiled: of 64 at a time (`mask_of`) or of one (`passes`).

Before that, conditions that were looked up are made ready for the rows that they will be asked of (`make_ready`).
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from numba import njit, types

from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded import table as t
from shopthelook.retrieval.embedded.locating import column_of, forward_texts, leaves_of, rows_of_term
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
)

_ONE = types.uint64(1)
_FULL = types.uint64(0xFFFFFFFFFFFFFFFF)


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
    column = numbers_at(column_of(table, leaf[p.LEAF_FIELD]), 8)
    if leaf[p.LEAF_KIND] == p.BETWEEN:
        rows = rows_at(column[t.COLUMN_ROWS], column[t.COLUMN_SIZE])
        _set(rows[mine[FIRST] : mine[SECOND]], start, end, bits)
        return
    for i in range(leaf[p.LEAF_VALUES], leaf[p.LEAF_VALUES] + mine[N_FOUND]):
        _set(rows_of_term(table, found[i], start, end), start, end, bits)
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
def _join(stack, depth, what, count):
    """Replace the last `count` of a stack's `depth` masks by what all, or any, of them have; returns the new depth."""
    depth -= count
    mask = _FULL if what == p.AND else types.uint64(0)
    for child in range(depth, depth + count):
        mask = mask & stack[child] if what == p.AND else mask | stack[child]
    stack[depth] = mask
    return depth + 1


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
            depth = _join(stack, depth, what, count)
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
            depth = _join(stack, depth, what, count)
    return stack[0] != 0
