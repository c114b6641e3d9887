"""A segment: products laid out by category, never changed once made."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.bits import clear_bits
from shopthelook.retrieval.embedded.gathering import gathered, merged_inverted
from shopthelook.retrieval.embedded.inverted import Bits, Inverted, RowList
from shopthelook.retrieval.embedded.texts import Texts, joined
from shopthelook.retrieval.embedded.tokens import Tokens, learned
from shopthelook.retrieval.protocol import Attributes

NO_ROWS: RowList = np.zeros(0, np.uint32)
NO_ROWS.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """n products in the order of their positions, so that a category with all below it is one range of rows.

    name: unique among all segments ever made; ids: n; positions: (n,) int64, ascending; codes: (n * words,)
    uint64, row by row; inverted: rows by attribute; tokens: rows by token, where there are any.
    """

    name: str
    ids: Texts
    positions: NDArray[np.int64]
    codes: NDArray[np.uint64]
    inverted: Inverted
    tokens: Tokens | None = None

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def size(self) -> int:
        """Bytes of all arrays."""
        inverted, tokens = self.inverted, self.tokens
        arrays: list[NDArray[Any]] = [self.positions, self.codes, inverted.bounds, inverted.rows]
        for texts in (self.ids, inverted.terms):
            arrays += [texts.letters, texts.bounds, texts.hashes, texts.numbers]
        for column in inverted.numbers.values():
            arrays += [column.values, column.rows]
        if tokens is not None:
            arrays += [tokens.learned, tokens.bounds, tokens.rows, tokens.ranks]
        return sum(array.nbytes for array in arrays)

    def rows_of(self, positions: tuple[int, int] | None) -> tuple[int, int]:
        """The rows [start, end) of a range of positions."""
        if positions is None:
            return 0, len(self)
        start, end = self.positions.searchsorted(positions)
        return int(start), int(end)

    def with_tokens(self, words: int) -> Segment:
        """The same with tokens; another name, as it is stored anew."""
        return replace(self, name=uuid.uuid4().hex, tokens=learned(self.codes, words))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A segment and those of its rows, ascending, that were deleted or replaced since it was made."""

    segment: Segment
    dead: RowList = field(default_factory=lambda: NO_ROWS)

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

    def bits_alive(self, word: int, words: int) -> Bits:
        """`words` words of bits from word `word` on, in which those of dead rows are 0."""
        bits = np.full(words, ~np.uint64(0))
        clear_bits(self.dead, word << 6, bits)
        return bits

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
    order = np.argsort(positions, kind="stable")
    rows = np.empty(len(order), np.int64)
    rows[order] = np.arange(len(order))
    laid_out = aligned(codes.size)
    np.take(codes, order, axis=0, out=laid_out.reshape(codes.shape))
    return Segment(
        uuid.uuid4().hex,
        Texts.of([ids[i] for i in order.tolist()]),
        positions[order].astype(np.int64),
        laid_out,
        gathered(attributes, rows),
    )


def merged(parts: Sequence[Part], words: int) -> tuple[Segment, list[NDArray[np.int64]]]:
    """One segment of the living rows of several, and for each part where each of its rows went, -1 if dead."""
    alive = []
    for part in parts:
        mask = np.ones(len(part.segment), bool)
        mask[part.dead] = False
        alive.append(np.flatnonzero(mask))
    positions = np.concatenate(
        [part.segment.positions[rows] for part, rows in zip(parts, alive, strict=True)]
    )
    order = np.argsort(positions, kind="stable")
    count = len(order)
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    codes = aligned(count * words)
    by_row, moved, first = codes.reshape(count, words), [], 0
    for part, rows in zip(parts, alive, strict=True):
        to = place[first : first + len(rows)]
        first += len(rows)
        by_row[to] = part.segment.codes.reshape(-1, words)[rows]
        all_to = np.full(len(part.segment), -1, np.int64)
        all_to[rows] = to
        moved.append(all_to)
    sizes = np.cumsum([0] + [len(part.segment) for part in parts])
    numbers = np.concatenate([rows + size for rows, size in zip(alive, sizes, strict=False)])
    ids = joined([part.segment.ids for part in parts]).taken(numbers[order])
    inverted = merged_inverted([part.segment.inverted for part in parts], moved, count)
    return Segment(uuid.uuid4().hex, ids, positions[order], codes, inverted), moved


def aligned(words: int) -> NDArray[np.uint64]:
    """Room for words that starts at a cache line, so that a code of 512 bits lies in one."""
    raw = np.empty(words + 8, np.uint64)
    return raw[-(raw.ctypes.data // 8) % 8 :][:words]
