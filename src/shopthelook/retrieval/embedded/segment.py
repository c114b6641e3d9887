"""A segment: products laid out by category, never changed once made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import MOST_POSITIONS
from shopthelook.retrieval.embedded.calling import exactly, nearest
from shopthelook.retrieval.embedded.gathering import gathered, merged_inverted
from shopthelook.retrieval.embedded.inverted import Inverted, RowList
from shopthelook.retrieval.embedded.runs import Runs, laid_out
from shopthelook.retrieval.embedded.sketches import LEAST_WORDS, excesses, sketches_of
from shopthelook.retrieval.embedded.table import of_part, of_segment
from shopthelook.retrieval.embedded.texts import Texts, joined
from shopthelook.retrieval.protocol import Attributes

RANKS_FROM = 50_000
"""Rows of a segment from which on a recall below 1 saves more than it costs."""

_SAMPLE = 200
_NEIGHBOURS = 100
# Another look at a product changes so many of the shipped embedder's bits.
_CHANGED = 1 / 8

NO_ROWS: RowList = np.zeros(0, np.uint32)
NO_ROWS.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n products in the order of their positions, so that a category with all below it is one range of rows.

    name: unique among all segments ever made; ids: n; positions: (n,) int64, ascending; codes: (n * words,)
    uint64, row by row; inverted: rows by attribute; runs: of like codes, where rows are many.
    """

    name: str
    ids: Texts
    positions: NDArray[np.int64]
    codes: NDArray[np.uint64]
    inverted: Inverted
    runs: Runs | None = None
    sketches: NDArray[np.uint64] | None = None
    """Of all rows, where searches that may miss some are asked for, see `sketched`."""
    table: NDArray[np.int64] = field(init=False, repr=False)
    """Where all that is, for compiled loops, see `table`."""
    _tables: list[NDArray[np.int64]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        table, tables = of_segment(self)
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "_tables", tables)

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def size(self) -> int:
        """Bytes of all arrays."""
        inverted, runs = self.inverted, self.runs
        arrays: list[NDArray[Any]] = [self.positions, self.codes, inverted.bounds, inverted.rows]
        for texts in (self.ids, inverted.terms):
            arrays += [texts.letters, texts.bounds, texts.hashes, texts.numbers]
        for column in inverted.numbers.values():
            arrays += [column.values, column.rows, column.forward, column.within, column.edges]
        arrays += inverted.forward.values()
        if runs is not None:
            arrays += [runs.starts, runs.centres, runs.radii, runs.spreads, runs.ranks, runs.excesses]
        if self.sketches is not None:
            arrays.append(self.sketches)
        return sum(array.nbytes for array in arrays)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A segment and those of its rows, ascending, that were deleted or replaced since it was made."""

    segment: Segment
    dead: RowList = field(default_factory=lambda: NO_ROWS)
    table: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", of_part(self))

    @property
    def alive(self) -> int:
        """Rows that are not dead."""
        return len(self.segment) - len(self.dead)

    def without(self, rows: Sequence[int] | NDArray[np.int64]) -> Part:
        """The same with these rows, now alive, dead too."""
        if not len(rows):
            return self
        more = np.sort(np.asarray(rows, np.uint32))
        return Part(self.segment, np.insert(self.dead, self.dead.searchsorted(more), more))

    def is_dead(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some rows are dead."""
        if not len(self.dead):
            return np.zeros(len(rows), bool)
        places = self.dead.searchsorted(rows.astype(np.uint32))
        places[places == len(self.dead)] = 0
        return np.asarray(self.dead[places] == rows, bool)


def made(
    ids: Sequence[str],
    codes: NDArray[np.uint64],
    positions: NDArray[np.int64],
    attributes: Sequence[Attributes],
) -> Segment:
    """A segment of n products: ids, each once, codes (n, words), positions (n,), attributes."""
    order, runs = laid_out(codes, positions)
    rows = np.empty(len(order), np.int64)
    rows[order] = np.arange(len(order))
    return calibrated(
        Segment(
            uuid.uuid4().hex,
            Texts.of([ids[i] for i in order.tolist()]),
            positions[order].astype(np.int64),
            _taken(codes, order),
            gathered(attributes, rows, positions[order]),
            runs,
        )
    )


def merged(parts: Sequence[Part], words: int) -> tuple[Segment, list[NDArray[np.int64]]]:
    """One segment of the living rows of several, and for each part where each of its rows went, -1 if dead."""
    alive = []
    for part in parts:
        mask = np.ones(len(part.segment), bool)
        mask[part.dead] = False
        alive.append(np.flatnonzero(mask))
    each = list(zip(parts, alive, strict=True))
    positions = np.concatenate([part.segment.positions[rows] for part, rows in each])
    codes = np.concatenate([part.segment.codes.reshape(-1, words)[rows] for part, rows in each])
    order, runs = laid_out(codes, positions)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    moved, first = [], 0
    for part, rows in each:
        all_to = np.full(len(part.segment), -1, np.int64)
        all_to[rows] = place[first : first + len(rows)]
        first += len(rows)
        moved.append(all_to)
    codes = _taken(codes, order)
    sizes = np.cumsum([0] + [len(part.segment) for part in parts])
    numbers = np.concatenate([rows + size for rows, size in zip(alive, sizes, strict=False)])
    ids = joined([part.segment.ids for part in parts]).taken(numbers[order])
    inverted = merged_inverted([part.segment.inverted for part in parts], moved, positions[order])
    segment = Segment(uuid.uuid4().hex, ids, positions[order], codes, inverted, runs)
    return calibrated(segment), moved


def _taken(codes: NDArray[np.uint64], order: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The codes (n, words) in another order, flat."""
    out = aligned(codes.size)
    np.take(codes, order, axis=0, out=out.reshape(codes.shape))
    return out


def aligned(words: int) -> NDArray[np.uint64]:
    """Room for words that starts at a cache line, so that a code of 512 bits lies in one."""
    raw = np.empty(words + 8, np.uint64)
    return raw[-(raw.ctypes.data // 8) % 8 :][:words]


def calibrated(segment: Segment, seed: int = 0) -> Segment:
    """The same with the ranks of its runs and the excesses, see `Runs`, measured on changed codes of its own."""
    runs, count = segment.runs, len(segment)
    if runs is None or count < RANKS_FROM:
        return segment
    words = len(segment.codes) // count
    rng = np.random.default_rng(seed)
    queries = segment.codes.reshape(count, words)[rng.integers(0, count, _SAMPLE)]
    changed = rng.random((_SAMPLE, words * 64)) < _CHANGED
    queries = queries ^ np.packbits(changed, axis=1, bitorder="little").view(np.uint64)
    asked, table = np.array([(-1, MOST_POSITIONS, words * 64)] * _SAMPLE), Part(segment).table[None]
    rows, distances, _ = nearest(table, None, queries, asked, _NEIGHBOURS, exactly(1))
    run = np.searchsorted(runs.starts, rows, "right") - 1
    centres = runs.centres.reshape(-1, words)
    ranks = np.empty(rows.shape, np.int64)
    for i, query in enumerate(queries):
        far = np.bitwise_count(centres ^ query).sum(axis=1, dtype=np.int64)
        ranks[i] = np.searchsorted(np.sort(far), far[run[i]])
    found = excesses(queries, segment.codes.reshape(count, words)[rows], distances.astype(np.int64))
    return replace(segment, runs=replace(runs, ranks=ranks, excesses=found))


def sketched(segment: Segment) -> Segment:
    """The same with sketches, where these can save something."""
    count = len(segment)
    words = len(segment.codes) // max(1, count)
    measured = segment.runs is not None and segment.runs.excesses.size
    if not measured or words < LEAST_WORDS or segment.sketches is not None:
        return segment
    return replace(segment, sketches=sketches_of(segment.codes, words))
