"""A number that two indexes share when they hold the same products, however they are laid out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.segment import Part
from shopthelook.retrieval.embedded.texts import Texts

_Hashes = NDArray[np.uint64]


def digest(parts: Sequence[Part], words: int) -> int:
    """The sum of a 64-bit hash of each living product: id, code, position and each of its values."""
    total = np.uint64(0)
    with np.errstate(over="ignore"):
        for part in parts:
            segment = part.segment
            ids = _in_order(segment.ids)
            rows = ids.copy()
            for word in range(words):
                rows = _mixed(rows, segment.codes[word::words])
            rows = _mixed(rows, segment.positions.view(np.uint64))
            rows[part.dead] = 0
            total += rows.sum(dtype=np.uint64)
            inverted = segment.inverted
            terms = np.repeat(_in_order(inverted.terms), np.diff(inverted.bounds))
            total += _of_values(ids, part, inverted.rows, terms)
            for field, column in inverted.numbers.items():
                # One zero of both, as a filter sees them.
                values = (column.values + 0.0).view(np.uint64)
                total += _of_values(
                    ids, part, column.rows, _mixed(values, np.full(len(values), Texts.of([field]).hashes[0]))
                )
    return int(total)


def _of_values(ids: _Hashes, part: Part, rows: NDArray[np.uint32], values: _Hashes) -> np.uint64:
    hashes = _mixed(ids[rows], values)
    hashes[part.is_dead(rows.astype(np.int64))] = 0
    return np.uint64(hashes.sum(dtype=np.uint64))


def _in_order(texts: Texts) -> _Hashes:
    """The hash of each text by its number."""
    hashes = np.empty(len(texts), np.uint64)
    hashes[texts.numbers] = texts.hashes
    return hashes


def _mixed(left: _Hashes, right: _Hashes) -> _Hashes:
    mixed = (left ^ right) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(32)), np.uint64)
