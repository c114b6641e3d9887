"""Which rows of a segment a filter leaves, as a sorted list or as bits, whichever is smaller."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.bits import clear_bits, count_bits, set_bits, with_bit, with_row
from shopthelook.retrieval.embedded.inverted import SPARSE, Bits, Inverted, RowList
from shopthelook.retrieval.embedded.segment import NO_ROWS, Part, Segment
from shopthelook.retrieval.embedded.wording import with_tokens
from shopthelook.retrieval.protocol import CATEGORY
from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term, number


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Rows [start, end) of a segment, and the words of bits that cover them."""

    start: int
    end: int

    @property
    def word(self) -> int:
        """The word that holds the first row."""
        return self.start >> 6

    @property
    def words(self) -> int:
        """Words from there to the last row's."""
        return max(0, ((self.end + 63) >> 6) - self.word)

    @property
    def first(self) -> int:
        """The row of the first word's first bit."""
        return self.word << 6


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Rows of a window: a sorted list or the window's bits; with `negated`, all the others.

    Bits may be shared with the index, and those outside of the window mean nothing.
    """

    rows: RowList | None
    bits: Bits | None
    negated: bool = False

    def other(self) -> Chosen:
        """All rows but these."""
        return Chosen(self.rows, self.bits, not self.negated)


_NO_BITS = np.zeros(0, np.uint64)

# No taxonomy has so many categories.
_FAR = 2**40

NONE = Chosen(NO_ROWS, None)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What is left to compare in a part: `count` living rows of a window.

    rows: their list; bits: or their bits; neither where they are all living rows of the window.
    """

    part: Part
    window: Window
    count: int
    rows: RowList | None = None
    bits: Bits | None = None


def choose(part: Part, positions: tuple[int, int] | None, where: Filter | None) -> Choice:
    """The living rows of a part that are in the range and fulfil the filter."""
    segment = part.segment
    start, end = segment.rows_of(positions)
    # A category in the filter is a range of rows too, and the rest is asked of these only.
    rest: list[Filter] = []
    if where is not None:
        for condition in where.children if isinstance(where, And) else (where,):
            if isinstance(condition, Range) and condition.field == CATEGORY:
                first, last = _rows_between(segment, condition)
                start, end = max(start, first), min(end, last)
            else:
                rest.append(condition)
    window = Window(start, max(start, end))
    dead = _within(part.dead, window)
    if not rest:
        return Choice(part, window, window.end - window.start - len(dead))
    if window.start == window.end:
        return Choice(part, window, 0, NO_ROWS)
    chosen = _evaluated(segment, rest[0] if len(rest) == 1 else And(tuple(rest)), window)
    if chosen.rows is not None and not chosen.negated:
        rows = chosen.rows
        if len(dead):
            rows = _filtered_by_rows(rows, dead, False)
        return Choice(part, window, len(rows), rows)
    bits = _bits(chosen, window)
    if len(dead):
        bits = bits.copy()
        clear_bits(dead, window.first, bits)
    return Choice(
        part, window, count_bits(bits, window.start - window.first, window.end - window.first), None, bits
    )


def _evaluated(segment: Segment, where: Filter, window: Window) -> Chosen:
    match where:
        case And():
            return _all([_evaluated(segment, child, window) for child in where.children], window)
        case Or():
            # Some condition holds unless all fail.
            children = [_evaluated(segment, child, window) for child in where.children]
            return _any(children, window)
        case Not():
            return _evaluated(segment, where.child, window).other()
        case Term():
            return _any(_of_values(segment, where.field, (where.value,), window), window)
        case In():
            return _any(_of_values(segment, where.field, where.values, window), window)
        case Range():
            if where.field == CATEGORY:
                return _run(*_rows_between(segment, where), window)
            return _between(segment, where, window)


def _of_values(segment: Segment, field: str, values: tuple[str, ...], window: Window) -> list[Chosen]:
    """The rows with some of these values as text, and those with one as number."""
    inverted = segment.inverted
    found: list[Chosen] = []
    if field == CATEGORY or field in inverted.numbers:
        for as_number in {number(value) for value in values} - {None}:
            limits = Range(field, as_number, as_number)
            if field == CATEGORY:
                found.append(_run(*_rows_between(segment, limits), window))
            else:
                found.append(_between(segment, limits, window))
    if field == CATEGORY:
        return found
    terms = inverted.terms_of(field, values)
    if len(terms) == 1:
        term = int(terms[0])
        bits = inverted.dense(term)
        if bits is None:
            found.append(Chosen(_within(inverted.of_term(term), window), None))
        else:
            found.append(Chosen(None, bits[window.word : window.word + window.words]))
    elif len(terms):
        found.append(_of_terms(inverted, terms, window))
    return found


def _of_terms(inverted: Inverted, terms: NDArray[np.int64], window: Window) -> Chosen:
    """The rows of several terms; a row may have more than one of them."""
    rows = np.empty(int((inverted.bounds[terms + 1] - inverted.bounds[terms]).sum()) + 1, np.uint32)
    count = with_tokens(
        inverted.bounds, inverted.rows, terms, window.start, window.end, _NO_BITS, window.first, rows
    )
    if count * SPARSE <= window.end - window.start:
        return Chosen(np.unique(rows[:count]), None)
    bits = np.zeros(window.words, np.uint64)
    set_bits(rows[:count], window.first, bits)
    return Chosen(None, bits)


def _between(segment: Segment, limits: Range, window: Window) -> Chosen:
    column = segment.inverted.numbers.get(limits.field)
    if column is None:
        return NONE
    first, end = column.span(limits.low, limits.high, limits.low_open, limits.high_open)
    rows = column.few(first, end)
    if rows is not None:
        return Chosen(_within(rows, window), None)
    return Chosen(None, column.bits(first, end, window.word, window.words))


def _rows_between(segment: Segment, limits: Range) -> tuple[int, int]:
    """The rows [start, end) whose position is within the limits; -1 is none."""
    low = 0 if limits.low is None else _clamped(limits.low, limits.low_open)
    end = _FAR if limits.high is None else _clamped(limits.high, not limits.high_open)
    start, stop = segment.positions.searchsorted((max(low, 0), max(end, 0)))
    return int(start), int(stop)


def _clamped(limit: float, beyond: bool) -> int:
    """The first whole number from the limit on, or beyond it."""
    near = max(-1.0, min(limit, float(_FAR)))
    return math.floor(near) + 1 if beyond else math.ceil(near)


def _run(start: int, end: int, window: Window) -> Chosen:
    start, end = max(start, window.start), min(end, window.end)
    return Chosen(np.arange(start, max(start, end), dtype=np.uint32), None)


def _within(rows: RowList, window: Window) -> RowList:
    """Those of sorted rows that are in the window."""
    # Limits of the rows' own type: others would have all rows converted first.
    first, end = rows.searchsorted(np.array((window.start, window.end), np.uint32))
    return rows[first:end]


def _all(children: Sequence[Chosen], window: Window) -> Chosen:
    """Rows that are in all of the children."""
    if len(children) == 1:
        return children[0]
    lists = [child for child in children if child.rows is not None and not child.negated]
    if lists:
        # The shortest list, of which each other child takes some away.
        lists.sort(key=lambda child: len(child.rows) if child.rows is not None else 0)
        rows = lists[0].rows
        assert rows is not None  # noqa: S101 - chosen as such
        for child in children:
            if child is lists[0]:
                continue
            if child.rows is not None:
                rows = _filtered_by_rows(rows, child.rows, not child.negated)
            elif child.bits is not None:
                rows = _filtered_by_bits(rows, child.bits, window, not child.negated)
        return Chosen(rows, None)
    if all(child.negated for child in children):
        return _any([child.other() for child in children], window).other()
    out = np.full(window.words, ~np.uint64(0))
    for child in children:
        if child.bits is not None:
            out &= ~child.bits if child.negated else child.bits
        elif child.rows is not None:  # a negated list: others were handled above
            clear_bits(child.rows, window.first, out)
    return Chosen(None, out)


def _any(children: Sequence[Chosen], window: Window) -> Chosen:
    """Rows that are in some of the children."""
    if len(children) == 1:
        return children[0]
    if any(child.negated for child in children):
        return _all([child.other() for child in children], window).other()
    lists = [child.rows for child in children if child.rows is not None]
    if len(lists) == len(children):
        lists = [rows for rows in lists if len(rows)]
        if not lists:
            return NONE
        if len(lists) == 1:
            return Chosen(lists[0], None)
        if sum(map(len, lists)) * SPARSE <= window.end - window.start:
            return Chosen(np.unique(np.concatenate(lists)), None)
    out = np.zeros(window.words, np.uint64)
    for child in children:
        if child.bits is not None:
            out |= child.bits
        elif child.rows is not None:
            set_bits(child.rows, window.first, out)
    return Chosen(None, out)


def _bits(chosen: Chosen, window: Window) -> Bits:
    bits = chosen.bits
    if bits is None:
        bits = np.zeros(window.words, np.uint64)
        set_bits(NO_ROWS if chosen.rows is None else chosen.rows, window.first, bits)
    return ~bits if chosen.negated else bits


def _filtered_by_rows(rows: RowList, others: RowList, wanted: bool) -> RowList:
    out = np.empty(len(rows) + 1, np.uint32)
    # Walk along the shorter list.
    if wanted and len(others) < len(rows):
        rows, others = others, rows
    return out[: with_row(rows, others, wanted, out)]


def _filtered_by_bits(rows: RowList, bits: Bits, window: Window, wanted: bool) -> RowList:
    out = np.empty(len(rows) + 1, np.uint32)
    return out[: with_bit(rows, bits, window.first, np.uint64(wanted), out)]
