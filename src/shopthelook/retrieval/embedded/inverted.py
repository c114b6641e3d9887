"""The inverted index of a segment, from values of fields to rows, and its forward columns back (section 6.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.forward import fill_numbers, fill_terms
from shopthelook.retrieval.embedded.texts import Texts

RowList = NDArray[np.uint32]

FORWARD_FROM = 4096
"""Rows of a segment from which on it has forward columns."""

# Fields that fewer than one row in so many has get none: their lists of rows are short.
_RARE = 16

_NO_COLUMN: RowList = np.zeros(0, np.uint32)
_NO_EDGES = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The numbers of a field, ascending: values (m,) float64 and rows (m,) uint32; equal ones by row.

    single: whether no row has two numbers; forward: the place in `values` of each row's number, or empty;
    within: (m,) uint32 places in `values` by position of the row, ascending in each, and edges: (p + 1,) int64,
    where each of the segment's p positions begins in it, or both empty.
    """

    values: NDArray[np.float64]
    rows: RowList
    single: bool
    forward: RowList
    within: RowList
    edges: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[np.float64], rows: RowList, places: NDArray[np.int64]) -> Numbers:
        """Numbers in any order, a row's equal ones once or more; places: (p + 1,), see `Inverted`."""
        count = int(places[-1])
        order = np.lexsort((rows, values))
        values, rows = values[order], rows[order]
        column = _column(count)
        single = bool(fill_numbers(rows, column))
        if count < FORWARD_FROM or len(rows) * _RARE < count:
            return cls(values, rows, single, _NO_COLUMN, _NO_COLUMN, _NO_EDGES)
        position = np.searchsorted(places, rows, "right").astype(np.int32)
        within = np.argsort(position, kind="stable").astype(np.uint32)
        edges = np.zeros(len(places), np.int64)
        np.cumsum(np.bincount(position - 1, minlength=len(places) - 1), out=edges[1:])
        return cls(values, rows, single, column if single else _NO_COLUMN, within, edges)


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """Rows by value.

    terms: t keys; bounds: (t + 1,) int64 and rows: (m,) uint32, the rows of term i ascending in
    rows[bounds[i]:bounds[i + 1]]; numbers: by field; forward: by field the term of each row, for fields of texts
    of which no row has two. Forward columns are as long as blocks of 64 rows are, with 2**32 - 1 for none.
    places: (p + 1,) int64, the first row of each of the p positions that rows have, and how many rows there are.
    """

    places: NDArray[np.int64]
    terms: Texts
    bounds: NDArray[np.int64]
    rows: RowList
    numbers: Mapping[str, Numbers]
    forward: Mapping[str, RowList] = field(default_factory=dict)


def forward_columns(count: int, terms: Texts, bounds: NDArray[np.int64], rows: RowList) -> dict[str, RowList]:
    """The forward columns of the fields of texts that are to have one."""
    if count < FORWARD_FROM:
        return {}
    fields = terms.heads()
    found = {}
    for field_name, of_field in fields.items():
        if (bounds[of_field + 1] - bounds[of_field]).sum() * _RARE >= count:
            column = _column(count)
            if fill_terms(bounds, rows, of_field, column):
                found[field_name] = column
    return found


def places_of(positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each of some ascending positions, and how many rows there are."""
    new = np.flatnonzero(np.diff(positions)) + 1
    return np.concatenate([[0] if len(positions) else [], new, [len(positions)]]).astype(np.int64)


def _column(count: int) -> RowList:
    return np.full(-(-count // 64) * 64, 2**32 - 1, np.uint32)
