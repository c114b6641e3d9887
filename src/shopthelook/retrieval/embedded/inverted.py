"""The inverted index of a segment: from values of fields to rows (section 6.1.2)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.bits import clear_bits, set_bits
from shopthelook.retrieval.embedded.texts import Texts
from shopthelook.retrieval.query import fold

Bits = NDArray[np.uint64]
RowList = NDArray[np.uint32]

SPARSE = 32
"""A list of rows takes 32 bits a row: from this share of all rows on, a bit for each row is smaller."""

# Sets of rows up to a number that are kept for each column: a range is found from the nearest two.
_MARKS = 64


def key(field_name: str, value: str) -> str:
    """What a value of a field is found by; both are folded already."""
    return f"{field_name}\0{value}"


@lru_cache(maxsize=256)
def _keys(field_name: str, values: tuple[str, ...]) -> Texts:
    """The keys of a filter's values; the same filter is asked of every segment, and often again."""
    return Texts.of(list(dict.fromkeys(key(field_name, fold(value)) for value in values)))


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The numbers of a field, ascending: values (m,) float64 and rows (m,) uint32; equal ones by row."""

    values: NDArray[np.float64]
    rows: RowList
    count: int
    """Rows of the segment, with or without a number."""
    single: bool
    """Whether no row has two numbers."""
    _marks: dict[int, Bits] = field(default_factory=dict)
    _marking: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, values: NDArray[np.float64], rows: RowList, count: int) -> Numbers:
        """Numbers in any order, a row's equal ones once or more."""
        order = np.lexsort((rows, values))
        values, rows = values[order], rows[order]
        return cls(values, rows, count, len(np.unique(rows)) == len(rows))

    def span(self, low: float | None, high: float | None, low_open: bool, high_open: bool) -> tuple[int, int]:
        """The entries [first, end) between two limits."""
        first, end = 0, len(self.values)
        if low is not None:
            first = int(self.values.searchsorted(low, "right" if low_open else "left"))
        if high is not None:
            end = int(self.values.searchsorted(high, "left" if high_open else "right"))
        return first, max(first, end)

    def few(self, first: int, end: int) -> RowList | None:
        """The rows of some entries as a sorted list, None where they are too many for that."""
        if (end - first) * SPARSE > self.count:
            return None
        rows = np.sort(self.rows[first:end])
        return rows if self.single else np.unique(rows)

    def bits(self, first: int, end: int, word: int, words: int) -> Bits:
        """The rows of some entries as `words` words of bits from word `word` on."""
        if not self.single:
            out = np.zeros(words, np.uint64)
            set_bits(self.rows[first:end], word << 6, out)
            return out
        out = self._up_to(end, word, words)
        if first:
            out &= ~self._up_to(first, word, words)
        return out

    def _up_to(self, end: int, word: int, words: int) -> Bits:
        """The rows of the entries before `end`: those of the nearest mark, and what lies between."""
        step = max(1, -(-len(self.values) // _MARKS))
        mark = (end + step // 2) // step
        out = self._mark(mark, step)[word : word + words].copy()
        marked = min(mark * step, len(self.values))
        if marked <= end:
            set_bits(self.rows[marked:end], word << 6, out)
        else:
            clear_bits(self.rows[end:marked], word << 6, out)
        return out

    def _mark(self, mark: int, step: int) -> Bits:
        found = self._marks.get(mark)
        if found is None:
            with self._marking:
                found = np.zeros((self.count + 63) >> 6, np.uint64)
                set_bits(self.rows[: mark * step], 0, found)
                self._marks[mark] = found
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """Rows by value, for `count` rows.

    terms: t keys; bounds: (t + 1,) int64 and rows: (m,) uint32, the rows of term i ascending in
    rows[bounds[i]:bounds[i + 1]]; numbers: by field.
    """

    count: int
    terms: Texts
    bounds: NDArray[np.int64]
    rows: RowList
    numbers: Mapping[str, Numbers]
    _dense: dict[int, Bits] = field(default_factory=dict)

    def terms_of(self, field_name: str, values: tuple[str, ...]) -> NDArray[np.int64]:
        """The numbers of those values of a field that some row has; values need not be folded."""
        found = self.terms.find_all(_keys(field_name, values))
        return found[found >= 0]

    def of_term(self, term: int) -> RowList:
        """The rows of a term, ascending."""
        return self.rows[self.bounds[term] : self.bounds[term + 1]]

    def dense(self, term: int) -> Bits | None:
        """The rows of a term as bits of all rows, None where a list is smaller. Not to be written to."""
        if (self.bounds[term + 1] - self.bounds[term]) * SPARSE <= self.count:
            return None
        found = self._dense.get(term)
        if found is None:
            found = np.zeros((self.count + 63) >> 6, np.uint64)
            set_bits(self.of_term(term), 0, found)
            self._dense[term] = found
        return found
