"""The two parts of an exact index's content: rows laid out by position, and rows as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.protocol import Attributes

NO_ROWS: NDArray[np.int64] = np.zeros(0, np.int64)
NO_ROWS.flags.writeable = False


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """n products; nothing in it ever changes below `count`.

    ids, attributes: at least n; positions: (n,) int64; columns: (words, n) uint64; dead: sorted numbers of
    rows that are deleted or replaced.
    """

    ids: Sequence[str]
    attributes: Sequence[Attributes]
    positions: NDArray[np.int64]
    columns: NDArray[np.uint64]
    dead: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Rows, dead ones included."""
        return len(self.positions)

    def alive(self) -> NDArray[np.int64]:
        """Numbers of the rows that are not dead, ascending."""
        mask = np.ones(self.count, bool)
        mask[self.dead] = False
        return np.flatnonzero(mask)

    def without(self, more: Sequence[int]) -> Part:
        """The same rows with `more`, now alive, dead too."""
        if not more:
            return self
        numbers = np.sort(np.asarray(more, np.int64))
        dead = np.insert(self.dead, np.searchsorted(self.dead, numbers), numbers)
        return Part(self.ids, self.attributes, self.positions, self.columns, dead)


def no_rows(words: int) -> Part:
    """Rows of none, for codes of `words` words."""
    return Part((), (), NO_ROWS, np.zeros((words, 0), np.uint64), NO_ROWS)


def merged(sorted_rows: Part, fresh: Part) -> Part:
    """All living rows of both, laid out by position."""
    old, new = sorted_rows.alive(), fresh.alive()
    positions = np.concatenate([sorted_rows.positions[old], fresh.positions[new]])
    order = np.argsort(positions, kind="stable")
    columns = np.empty((len(sorted_rows.columns), len(order)), np.uint64)
    # Column by column, so that no second copy of all codes is ever held.
    for out, left, right in zip(columns, sorted_rows.columns, fresh.columns, strict=True):
        np.take(np.concatenate([left[old], right[new]]), order, out=out)
    ids = [sorted_rows.ids[i] for i in old.tolist()] + [fresh.ids[i] for i in new.tolist()]
    attributes = [sorted_rows.attributes[i] for i in old.tolist()] + [
        fresh.attributes[i] for i in new.tolist()
    ]
    return Part(
        tuple(ids[i] for i in order.tolist()),
        tuple(attributes[i] for i in order.tolist()),
        positions[order],
        columns,
        NO_ROWS,
    )


class FreshRows:
    """Rows in the order they came, in buffers with room for more.

    Adding writes only behind the rows that any `Part` taken before can see, and buffers that are full are
    replaced, not moved: what readers hold stays as it was. One writer at a time.
    """

    def __init__(self, words: int) -> None:
        self._ids: list[str] = []
        self._attributes: list[Attributes] = []
        self._positions = np.empty(64, np.int64)
        self._columns = np.empty((words, 64), np.uint64)

    def add(
        self,
        ids: Sequence[str],
        columns: NDArray[np.uint64],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes],
    ) -> int:
        """Append rows; returns the number of the first."""
        first, end = len(self._ids), len(self._ids) + len(ids)
        if end > len(self._positions):
            room = max(end, 2 * len(self._positions))
            grown_positions = np.empty(room, np.int64)
            grown_columns = np.empty((len(self._columns), room), np.uint64)
            grown_positions[:first] = self._positions[:first]
            grown_columns[:, :first] = self._columns[:, :first]
            self._positions, self._columns = grown_positions, grown_columns
        self._positions[first:end] = positions
        self._columns[:, first:end] = columns
        self._ids.extend(ids)
        self._attributes.extend(attributes)
        return first

    def rows(self, dead: NDArray[np.int64]) -> Part:
        """The rows so far, of which `dead` are dead."""
        count = len(self._ids)
        return Part(self._ids, self._attributes, self._positions[:count], self._columns[:, :count], dead)
