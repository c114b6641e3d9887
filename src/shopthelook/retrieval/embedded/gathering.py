"""Making inverted indexes: from the attributes of products, and from those of segments that are merged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.hashing import same_texts
from shopthelook.retrieval.embedded.inverted import Inverted, Numbers, forward_columns, places_of
from shopthelook.retrieval.embedded.program import key
from shopthelook.retrieval.embedded.texts import Texts, joined
from shopthelook.retrieval.protocol import CATEGORY, Attributes
from shopthelook.retrieval.query import fold, fold_field


def gathered(
    attributes: Sequence[Attributes], rows: NDArray[np.int64], positions: NDArray[np.int64]
) -> Inverted:
    """The inverted index of n products, the i-th of which is row rows[i] of 0 to n - 1.

    positions: (n,) of the rows, ascending.
    """
    terms: dict[str, int] = {}
    fields: dict[str, str] = {}
    # Few values make up most of a feed: each is folded once.
    folded: dict[tuple[str, str], int] = {}
    term_of: list[int] = []
    row_of: list[int] = []
    numbers: dict[str, tuple[list[float], list[int]]] = {}
    for of_one, row in zip(attributes, rows.tolist(), strict=True):
        for name, values in of_one.items():
            field = fields.get(name)
            if field is None:
                field = fields.setdefault(name, fold_field(name))
            # That name is the position's.
            if field == CATEGORY:
                continue
            for value in values:
                if isinstance(value, str):
                    term = folded.get((field, value))
                    if term is None:
                        term = terms.setdefault(key(field, fold(value)), len(terms))
                        folded[field, value] = term
                    term_of.append(term)
                    row_of.append(row)
                elif value == value:  # not so for what is not a number
                    found, at = numbers.setdefault(field, ([], []))
                    found.append(float(value))
                    at.append(row)
    places = places_of(positions)
    columns = {
        field: Numbers.of(np.array(values, np.float64), np.array(at, np.uint32), places)
        for field, (values, at) in numbers.items()
    }
    return _assembled(
        places, Texts.of(list(terms)), np.array(term_of, np.int64), np.array(row_of, np.int64), columns
    )


def merged_inverted(
    parts: Sequence[Inverted], moved: Sequence[NDArray[np.int64]], positions: NDArray[np.int64]
) -> Inverted:
    """One index of several: row r of part p has become row moved[p][r], or -1 where it is gone.

    positions: of the rows of the new one, ascending.
    """
    places = places_of(positions)
    everything = joined([part.terms for part in parts])
    numbers, terms = _numbered(everything)
    term_of, row_of, first = [], [], 0
    for part, to in zip(parts, moved, strict=True):
        own = numbers[first : first + len(part.terms)]
        first += len(part.terms)
        rows = to[part.rows]
        kept = rows >= 0
        term_of.append(np.repeat(own, np.diff(part.bounds))[kept])
        row_of.append(rows[kept])
    columns = {}
    for field in sorted({field for part in parts for field in part.numbers}):
        values, at = [], []
        for part, to in zip(parts, moved, strict=True):
            column = part.numbers.get(field)
            if column is not None:
                rows = to[column.rows]
                values.append(column.values[rows >= 0])
                at.append(rows[rows >= 0].astype(np.uint32))
        columns[field] = Numbers.of(np.concatenate(values), np.concatenate(at), places)
    return _assembled(places, terms, np.concatenate(term_of), np.concatenate(row_of), columns)


def _assembled(
    places: NDArray[np.int64],
    terms: Texts,
    term_of: NDArray[np.int64],
    row_of: NDArray[np.int64],
    numbers: dict[str, Numbers],
) -> Inverted:
    """An index of pairs of term and row in any order, each once or more; terms without rows fall out."""
    pairs = np.unique((term_of.astype(np.uint64) << np.uint64(32)) | row_of.astype(np.uint64))
    used, starts = np.unique(pairs >> np.uint64(32), return_index=True)
    if len(used) < len(terms):
        terms = terms.taken(used.astype(np.int64))
    bounds = np.append(starts, len(pairs)).astype(np.int64)
    rows = pairs.astype(np.uint32)
    return Inverted(
        places, terms, bounds, rows, numbers, forward_columns(int(places[-1]), terms, bounds, rows)
    )


def _numbered(texts: Texts) -> tuple[NDArray[np.int64], Texts]:
    """A number for each text, equal for equal texts, and the texts that the numbers stand for."""
    if not len(texts):
        return np.zeros(0, np.int64), texts
    new = np.append(True, texts.hashes[1:] != texts.hashes[:-1])
    group = np.cumsum(new) - 1
    members = texts.numbers.astype(np.int64)
    firsts = members[new]
    same = np.empty(len(texts), bool)
    same_texts(texts.letters, texts.bounds, members, texts.letters, texts.bounds, firsts[group], same)
    if same.all():
        numbers = np.empty(len(texts), np.int64)
        numbers[members] = group
        return numbers, texts.taken(firsts)
    # Two texts of one hash: rare enough to go slowly.
    known: dict[str, int] = {}
    slow = np.array([known.setdefault(texts[i], len(known)) for i in range(len(texts))], np.int64)
    return slow, Texts.of(list(known))
