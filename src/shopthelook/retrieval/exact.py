"""The exact index: every code in a range is compared with the query."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import check_bits, check_rows, check_search
from shopthelook.retrieval.distances import hamming_columns, nearest, to_columns
from shopthelook.retrieval.hits import Hits
from shopthelook.retrieval.rows import FreshRows, Rows, merged, no_rows

# What has changed since the last merge is scanned without the layout's help: let it be a small part of
# the whole, and not so small that writes to a small index merge all the time.
_LEAST_CHANGES = 4096
_CHANGED_SHARE = 4


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """All that a search reads; never changed, only replaced."""

    main: Rows
    fresh: Rows

    @property
    def changes(self) -> int:
        return self.fresh.count + len(self.main.dead)


class ExactIndex:
    """A `ProductIndex` in memory that compares the query with every product in the range.

    Rows are laid out by the category's position, so that a category with its subtree is one slice of
    the codes. New rows go to a small part of their own, replaced and deleted ones are marked; a merge
    lays all out anew when the changes outgrow a quarter of the index. A search reads one immutable state,
    which writers replace as a whole under a lock: it never waits, and sees each write entirely or not.

    Memory: `bits / 8` bytes a product for the code, 8 for the position, and the id with its place in a
    dict; twice that for a moment during a merge.
    """

    def __init__(self, bits: int) -> None:
        """`bits` is the length of a code, a multiple of 64 from 64 to 4096; else `RetrievalError`."""
        check_bits(bits)
        self._bits = bits
        self._words = bits // 64
        self.seq = 0
        self._writing = threading.Lock()
        self._fresh = FreshRows(self._words)
        self._state = _State(no_rows(self._words), no_rows(self._words))
        # Row of each product: in the main part from 0 up, in the fresh part as ~row, below 0.
        self._rows: dict[str, int] = {}

    @property
    def bits(self) -> int:
        """Length of a code in bits."""
        return self._bits

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, product_id: object) -> bool:
        return product_id in self._rows

    def upsert(self, ids: Sequence[str], codes: NDArray[np.uint8], positions: NDArray[np.int64]) -> None:
        """Put in or replace products, see `ProductIndex.upsert`."""
        positions = np.asarray(positions)
        check_rows(self._bits, ids, codes, positions)
        last = {product_id: i for i, product_id in enumerate(ids)}
        if not last:
            return
        if len(last) < len(ids):
            kept = np.fromiter(last.values(), np.int64, len(last))
            codes, positions = codes[kept], positions[kept]
        columns = to_columns(codes)
        with self._writing:
            main, fresh = self._buried(last)
            first = self._fresh.add(list(last), columns, positions)
            self._rows.update((product_id, ~(first + i)) for i, product_id in enumerate(last))
            self._replace(main, self._fresh.rows(fresh.dead))

    def delete(self, ids: Sequence[str]) -> None:
        """Take products out, see `ProductIndex.delete`."""
        with self._writing:
            present = {product_id for product_id in ids if product_id in self._rows}
            if not present:
                return
            main, fresh = self._buried(present)
            for product_id in present:
                del self._rows[product_id]
            self._replace(main, fresh)

    def compact(self) -> None:
        """Lay out all rows by position now. Searches gain a little; writers do this by themselves in time."""
        with self._writing:
            self._merge(self._state)

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """Find the nearest products of each code, see `ProductIndex.search`."""
        check_search(self._bits, codes, k, ranges)
        state = self._state
        queries = to_columns(codes).T
        return [
            _best(k, _in_main(state.main, query, k, limits), _in_fresh(state.fresh, query, k, limits))
            for query, limits in zip(queries, ranges, strict=True)
        ]

    def _buried(self, ids: dict[str, int] | set[str]) -> tuple[Rows, Rows]:
        """Both parts with the present rows of `ids` dead."""
        rows = [row for product_id in ids if (row := self._rows.get(product_id)) is not None]
        state = self._state
        return (
            state.main.without([row for row in rows if row >= 0]),
            state.fresh.without([~row for row in rows if row < 0]),
        )

    def _replace(self, main: Rows, fresh: Rows) -> None:
        self._state = state = _State(main, fresh)
        if state.changes > max(_LEAST_CHANGES, main.count // _CHANGED_SHARE):
            self._merge(state)

    def _merge(self, state: _State) -> None:
        main = merged(state.main, state.fresh)
        self._fresh = FreshRows(self._words)
        self._rows = {product_id: row for row, product_id in enumerate(main.ids)}
        self._state = _State(main, no_rows(self._words))


_Found = tuple[list[str], NDArray[np.uint16]]


def _in_main(rows: Rows, query: NDArray[np.uint64], k: int, limits: tuple[int, int] | None) -> _Found:
    """The nearest rows of the part that is laid out by position, with ties of the k-th."""
    start, end = 0, rows.count
    if limits is not None:
        start, end = (int(i) for i in np.searchsorted(rows.positions, limits))
    distances = hamming_columns(rows.columns[:, start:end], query)
    first, last = np.searchsorted(rows.dead, (start, end))
    if first == last:
        found = nearest(distances, k)
    else:
        # No distance is as large as this: the dead come after all that live.
        gone = np.iinfo(np.uint16).max
        distances[rows.dead[first:last] - start] = gone
        found = nearest(distances, k)
        found = found[distances[found] != gone]
    return [rows.ids[i] for i in (found + start).tolist()], distances[found]


def _in_fresh(rows: Rows, query: NDArray[np.uint64], k: int, limits: tuple[int, int] | None) -> _Found:
    """The nearest of the rows that came since the last merge, with ties of the k-th."""
    if limits is None and not len(rows.dead):
        chosen = None
        columns = rows.columns
    else:
        wanted = np.ones(rows.count, bool)
        if limits is not None:
            wanted = (rows.positions >= limits[0]) & (rows.positions < limits[1])
        wanted[rows.dead] = False
        chosen = np.flatnonzero(wanted)
        columns = rows.columns[:, chosen]
    distances = hamming_columns(columns, query)
    found = nearest(distances, k)
    numbers = found if chosen is None else chosen[found]
    return [rows.ids[i] for i in numbers.tolist()], distances[found]


def _best(k: int, main: _Found, fresh: _Found) -> Hits:
    """The k best of what both parts found, by distance and then id."""
    ids = main[0] + fresh[0]
    distances = np.concatenate([main[1], fresh[1]]).tolist()
    # nsmallest sorts where k is large, and otherwise never sorts a long tail of ties.
    best = heapq.nsmallest(k, zip(distances, ids, strict=True))
    return Hits(tuple(product_id for _, product_id in best), np.array([d for d, _ in best], np.int32))
