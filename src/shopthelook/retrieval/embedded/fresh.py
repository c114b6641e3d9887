"""The products that came last, kept as they came until they are enough for a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.counting import all_distances
from shopthelook.retrieval.embedded.segment import Segment, made
from shopthelook.retrieval.protocol import CATEGORY, Attributes, Query
from shopthelook.retrieval.query import Filter, fold_field, matches


@dataclass(frozen=True, slots=True, eq=False)
class Fresh:
    """The first `count` rows of what a `FreshRows` holds, but for the dead.

    ids, attributes: at least `count`; positions: (room,); codes: (room * words,).
    """

    count: int
    ids: Sequence[str]
    attributes: Sequence[Attributes]
    positions: NDArray[np.int64]
    codes: NDArray[np.uint64]
    dead: frozenset[int] = frozenset()

    @property
    def alive(self) -> int:
        """Rows that are not dead."""
        return self.count - len(self.dead)

    def near(self, query: Query, limit: int) -> tuple[list[tuple[int, str]], int]:
        """Distance and id of the rows within `limit` that the query allows; and how many it was asked of.

        Distances come first: the filter is then asked of few rows, since it is slow where there is no index.
        """
        distances = np.empty(self.count, np.int32)
        code = np.frombuffer(query.code.tobytes(), np.uint64)
        all_distances(self.codes, len(code), code, distances)
        asked = (distances <= limit).nonzero()[0].tolist()
        found = [
            (int(distances[row]), self.ids[row])
            for row in asked
            if row not in self.dead and self._allowed(row, query.range, query.where)
        ]
        return found, len(asked)

    def allowed(self, query: Query) -> int:
        """How many living rows the query allows."""
        return sum(
            row not in self.dead and self._allowed(row, query.range, query.where) for row in range(self.count)
        )

    def _allowed(self, row: int, positions: tuple[int, int] | None, where: Filter | None) -> bool:
        position = int(self.positions[row])
        if positions is not None and not positions[0] <= position < positions[1]:
            return False
        if where is None:
            return True
        attributes = self.attributes[row]
        return matches(where, attributes if position < 0 else {**attributes, CATEGORY: (position,)})

    def sealed(self, words: int) -> Segment:
        """The living rows as a segment."""
        rows = [row for row in range(self.count) if row not in self.dead]
        return made(
            [self.ids[row] for row in rows],
            self.codes.reshape(-1, words)[rows],
            self.positions[rows],
            [self.attributes[row] for row in rows],
        )


class FreshRows:
    """Up to `room` rows in the order they came; one writer at a time.

    Adding writes behind what any `Fresh` taken before can see, so what readers hold stays as it was.
    """

    def __init__(self, words: int, room: int) -> None:
        self.row_of: dict[str, int] = {}
        self._ids: list[str] = []
        self._attributes: list[Attributes] = []
        self._positions = np.empty(room, np.int64)
        self._codes = np.empty(room * words, np.uint64)
        self._words = words

    @property
    def room(self) -> int:
        """Rows that can still be added."""
        return len(self._positions) - len(self._ids)

    def add(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint64],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes],
    ) -> None:
        """Append rows: codes (n, words)."""
        # The caller's to change; and `category` is the position's name, so that no attribute can have it. Made
        # before anything is kept: a failure here leaves all as it was.
        own = [
            {field: tuple(values) for field, values in of_one.items() if fold_field(field) != CATEGORY}
            for of_one in attributes
        ]
        first, end = len(self._ids), len(self._ids) + len(ids)
        self._positions[first:end] = positions
        self._codes[first * self._words : end * self._words] = codes.reshape(-1)
        self._ids.extend(ids)
        self._attributes.extend(own)
        self.row_of.update((product_id, first + i) for i, product_id in enumerate(ids))

    def taken(self, dead: frozenset[int]) -> Fresh:
        """The rows so far, of which `dead` are dead."""
        return Fresh(len(self._ids), self._ids, self._attributes, self._positions, self._codes, dead)
