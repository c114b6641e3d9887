"""The addresses and sizes of all that a part is made of, as compiled loops take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.program import field_number

if TYPE_CHECKING:
    from shopthelook.retrieval.embedded.segment import Part, Segment

(
    ROWS, CODES, POSITIONS, ID_LETTERS, ID_BOUNDS,
    N_TERMS, TERM_HASHES, TERM_NUMBERS, TERM_LETTERS, TERM_BOUNDS, POSTING_BOUNDS, POSTINGS,
    N_NUMBERS, NUMBERS, N_TEXTS, TEXTS, N_PLACES, PLACES,
    N_RUNS, RUN_STARTS, CENTRES, RADII, SPREADS, SKETCHES,
    N_DEAD, DEAD, SIZE,
) = range(27)  # fmt: skip
"""Columns of a part's table."""

FIELD, COLUMN_VALUES, COLUMN_ROWS, COLUMN_SIZE, COLUMN_SINGLE, COLUMN_FORWARD, COLUMN_WITHIN, COLUMN_EDGES = (
    range(8)
)
"""Columns of the table of numbers; what is not there is 0."""

TEXT_FIELD, TEXT_FORWARD = range(2)
"""Columns of the table of texts."""


def of_segment(segment: Segment) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The table of a segment without dead rows, and the tables that it refers to, to be kept with it."""
    inverted, runs = segment.inverted, segment.runs
    numbers = np.array(
        [
            (
                field_number(name), _at(column.values), _at(column.rows), len(column.rows), column.single,
                _at(column.forward), _at(column.within), _at(column.edges),
            )
            for name, column in inverted.numbers.items()
        ],
        np.int64,
    )  # fmt: skip
    texts = np.array([(field_number(name), _at(rows)) for name, rows in inverted.forward.items()], np.int64)
    table = np.zeros(SIZE, np.int64)
    terms, ids = inverted.terms, segment.ids
    table[:N_RUNS] = [
        len(segment), _at(segment.codes), _at(segment.positions), _at(ids.letters), _at(ids.bounds),
        len(terms), _at(terms.hashes), _at(terms.numbers), _at(terms.letters), _at(terms.bounds),
        _at(inverted.bounds), _at(inverted.rows),
        len(numbers), _at(numbers), len(texts), _at(texts), len(inverted.places), _at(inverted.places),
    ]  # fmt: skip
    if runs is not None:
        table[N_RUNS:N_DEAD] = [
            len(runs.radii), _at(runs.starts), _at(runs.centres), _at(runs.radii), _at(runs.spreads),
            0 if segment.sketches is None else _at(segment.sketches),
        ]  # fmt: skip
    return table, [numbers, texts]


def of_part(part: Part) -> NDArray[np.int64]:
    """The table of a part."""
    table = part.segment.table.copy()
    table[N_DEAD:] = len(part.dead), _at(part.dead)
    return table


def _at(array: NDArray[np.generic]) -> int:
    return array.ctypes.data if array.size else 0
