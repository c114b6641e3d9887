"""The exact index: every code in a range is compared with the query."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import check_bits, check_queries, check_rows, check_search
from shopthelook.retrieval.distances import hamming_columns, nearest, to_columns
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.protocol import CATEGORY, Attributes, Query
from shopthelook.retrieval.query import Filter, fold_field, matches
from shopthelook.retrieval.rows import FreshRows, Part, merged, no_rows

# What has changed since the last merge is scanned without the layout's help: let it be a small part of
# the whole, and not so small that writes to a small index merge all the time.
_LEAST_CHANGES = 4096
_CHANGED_SHARE = 4


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """All that a search reads; never changed, only replaced."""

    main: Part
    fresh: Part

    @property
    def changes(self) -> int:
        return self.fresh.count + len(self.main.dead)


class ExactIndex:
    """A `ProductIndex` in memory that compares the query with every product in the range.

    Rows are laid out by the category's position, so that a category with its subtree is one slice of
    the codes. New rows go to a small part of their own, replaced and deleted ones are marked; a merge
    lays all out anew when the changes outgrow a quarter of the index. A search reads one immutable state,
    which writers replace as a whole under a lock: it never waits, and sees each write entirely or not.

    Memory: `bits / 8` bytes a product for the code, 8 for the position, the id with its place in a dict and
    the attributes as they came; twice that, but for the attributes, for a moment during a merge.

    A filter is asked of each product in the range, in Python: this engine is for small catalogs, and for
    others to be compared with.
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

    def upsert(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        """Put in or replace products, see `ProductIndex.upsert`."""
        positions = np.asarray(positions)
        check_rows(self._bits, ids, codes, positions, attributes)
        if attributes is None:
            attributes = [{}] * len(ids)
        last = {product_id: i for i, product_id in enumerate(ids)}
        if not last:
            return
        if len(last) < len(ids):
            kept = np.fromiter(last.values(), np.int64, len(last))
            codes, positions = codes[kept], positions[kept]
        own = [_copied(attributes[i]) for i in last.values()]
        columns = to_columns(codes)
        with self._writing:
            main, fresh = self._buried(last)
            first = self._fresh.add(list(last), columns, positions, own)
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
        return self.query(
            [Query(code, limits) for code, limits in zip(codes, ranges, strict=True)],
            k,
        )

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """Find the nearest products that each query allows, see `ProductIndex.query`."""
        check_queries(self._bits, queries, k)
        state = self._state
        return [
            _best(k, [_in_part(part, query, k) for part in (state.main, state.fresh)]) for query in queries
        ]

    def _buried(self, ids: dict[str, int] | set[str]) -> tuple[Part, Part]:
        """Both parts with the present rows of `ids` dead."""
        rows = [row for product_id in ids if (row := self._rows.get(product_id)) is not None]
        state = self._state
        return (
            state.main.without([row for row in rows if row >= 0]),
            state.fresh.without([~row for row in rows if row < 0]),
        )

    def _replace(self, main: Part, fresh: Part) -> None:
        self._state = state = _State(main, fresh)
        if state.changes > max(_LEAST_CHANGES, main.count // _CHANGED_SHARE):
            self._merge(state)

    def _merge(self, state: _State) -> None:
        main = merged(state.main, state.fresh)
        self._fresh = FreshRows(self._words)
        self._rows = {product_id: row for row, product_id in enumerate(main.ids)}
        self._state = _State(main, no_rows(self._words))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The nearest rows of a part with ties of the k-th, and how many were compared for them."""

    ids: list[str]
    distances: NDArray[np.uint16]
    compared: int


def _in_part(part: Part, query: Query, k: int) -> _Found:
    rows = _allowed(part, query)
    columns = part.columns[:, rows]
    distances = hamming_columns(columns, to_columns(query.code[None])[:, 0])
    found = nearest(distances, k)
    if query.max_distance is not None:
        found = found[distances[found] <= query.max_distance]
    numbers = found + rows.start if isinstance(rows, slice) else rows[found]
    return _Found([part.ids[i] for i in numbers.tolist()], distances[found], columns.shape[1])


def _allowed(part: Part, query: Query) -> slice | NDArray[np.intp]:
    """The living rows of a part that the query's range and filter leave, as a slice where they are one."""
    wanted = np.ones(part.count, bool)
    if query.range is not None:
        wanted = (part.positions >= query.range[0]) & (part.positions < query.range[1])
    wanted[part.dead] = False
    rows = np.flatnonzero(wanted)
    if query.where is not None:
        rows = rows[np.array([_fulfils(part, row, query.where) for row in rows.tolist()], bool)]
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _fulfils(part: Part, row: int, where: Filter) -> bool:
    attributes, position = part.attributes[row], int(part.positions[row])
    return matches(where, attributes if position < 0 else {**attributes, CATEGORY: (position,)})


def _copied(attributes: Attributes) -> Attributes:
    """The caller's to keep; `category` is the position's name, so that no attribute can have it."""
    return {field: tuple(values) for field, values in attributes.items() if fold_field(field) != CATEGORY}


def _best(k: int, parts: Sequence[_Found]) -> Hits:
    """The k best of what the parts found, by distance and then id."""
    ids = [product_id for part in parts for product_id in part.ids]
    distances = np.concatenate([part.distances for part in parts]).tolist()
    # nsmallest sorts where k is large, and otherwise never sorts a long tail of ties.
    best = heapq.nsmallest(k, zip(distances, ids, strict=True))
    compared = sum(part.compared for part in parts)
    return Hits(
        tuple(product_id for _, product_id in best),
        np.array([d for d, _ in best], np.int32),
        Plan("scan", compared, compared),
    )
