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


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The numbers of a field, ascending: values (m,) float64 and rows (m,) uint32; equal ones by row.

    single: whether no row has two numbers; forward: the place in `values` of each row's number, or empty.
    """

    values: NDArray[np.float64]
    rows: RowList
    single: bool
    forward: RowList

    @classmethod
    def of(cls, values: NDArray[np.float64], rows: RowList, count: int) -> Numbers:
        """Numbers of `count` rows in any order, a row's equal ones once or more."""
        order = np.lexsort((rows, values))
        values, rows = values[order], rows[order]
        column = _column(count)
        single = bool(fill_numbers(rows, column))
        keeps = single and count >= FORWARD_FROM and len(rows) * _RARE >= count
        return cls(values, rows, single, column if keeps else _NO_COLUMN)


@dataclass(frozen=True, slots=True, eq=False)
class Inverted:
    """Rows by value, for `count` rows.

    terms: t keys; bounds: (t + 1,) int64 and rows: (m,) uint32, the rows of term i ascending in
    rows[bounds[i]:bounds[i + 1]]; numbers: by field; forward: by field the term of each row, for fields of texts
    of which no row has two. Forward columns are as long as blocks of 64 rows are, with 2**32 - 1 for none.
    """

    count: int
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


def _column(count: int) -> RowList:
    return np.full(-(-count // 64) * 64, 2**32 - 1, np.uint32)
