"""The first generation of the index: an approximate search among all products, restricted only afterwards."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import check_bits, check_queries, check_rows, check_search
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.protocol import CATEGORY, Attributes, Query, RetrievalError
from shopthelook.retrieval.query import fold_field, matches

OVERSAMPLE = 4
"""Neighbours that the graph is asked for, as a multiple of k."""


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """What is looked at once the graph has named a product; `fields` has the position where there is one."""

    id: str
    position: int
    fields: Attributes


class TreeIndex:
    """A `ProductIndex` on one neighbour graph (HNSW, by usearch) over all products (section 6.1.1).

    The graph knows codes only. It is asked for the `oversample * k` nearest of all products, and range, filter
    and distance are held against these afterwards (post-filtering). So, unlike what `ProductIndex` promises,

    - an answer may miss a product that is nearer than one it gives: the graph is approximate;
    - it may hold fewer than k hits, even none, however many products fulfil the query: those that the graph
      named were others;
    - searches and writes wait for each other.

    It is there to be compared with, not to serve a shop. Memory: about 700 bytes a product at 512 bits as usearch
    counts what it holds, beside the id and the attributes.

    The plan of an answer says how many products of those that the graph named were left, and how many codes it
    compared.
    """

    def __init__(self, bits: int, oversample: int = OVERSAMPLE) -> None:
        """`bits` as in `ExactIndex`.

        Raises:
            RetrievalError: `bits` or `oversample` is out of range, or usearch is not installed.
        """
        check_bits(bits)
        if oversample < 1:
            raise RetrievalError(f"oversample must be 1 or more, not {oversample}")
        self._bits = bits
        self._oversample = oversample
        self.seq = 0
        self._graph = _graph(bits)
        self._next_key = 0
        self._keys: dict[str, int] = {}
        self._rows: dict[int, _Row] = {}
        # A graph that grows moves its nodes, and a search must not look at them meanwhile.
        self._busy = threading.Lock()

    @property
    def bits(self) -> int:
        """Length of a code in bits."""
        return self._bits

    def __len__(self) -> int:
        return len(self._keys)

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
        last = {product_id: i for i, product_id in enumerate(ids)}
        if not last:
            return
        rows = [
            _row(product_id, int(positions[i]), {} if attributes is None else attributes[i])
            for product_id, i in last.items()
        ]
        with self._busy:
            self._remove(last)
            # A key is never used twice: a product that is put in again is another node of the graph.
            first, self._next_key = self._next_key, self._next_key + len(rows)
            keys = range(first, self._next_key)
            kept = np.ascontiguousarray(codes[np.fromiter(last.values(), np.int64, len(last))])
            self._graph.add(np.array(keys, np.uint64), kept, threads=1)
            self._rows.update(zip(keys, rows, strict=True))
            self._keys.update(zip(last, keys, strict=True))

    def delete(self, ids: Sequence[str]) -> None:
        """Take products out, see `ProductIndex.delete`."""
        with self._busy:
            self._remove(dict.fromkeys(ids, 0))

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """Find products near each code, at most k that lie in its range; perhaps fewer than there are."""
        check_search(self._bits, codes, k, ranges)
        return self.query([Query(code, limits) for code, limits in zip(codes, ranges, strict=True)], k)

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """Find products near each query, at most k that it allows; perhaps fewer than there are."""
        check_queries(self._bits, queries, k)
        with self._busy:
            return [self._answer(query, k) for query in queries]

    def _remove(self, ids: dict[str, int]) -> None:
        keys = [key for product_id in ids if (key := self._keys.pop(product_id, None)) is not None]
        if keys:
            self._graph.remove(np.array(keys, np.uint64))
        for key in keys:
            del self._rows[key]

    def _answer(self, query: Query, k: int) -> Hits:
        count = min(self._oversample * k, len(self._rows))
        if not count:
            return Hits((), np.empty(0, np.int32), Plan("tree", 0, 0))
        found = self._graph.search(np.ascontiguousarray(query.code), count, threads=1)
        near = zip(found.distances.astype(np.int32).tolist(), found.keys.tolist(), strict=True)
        left = sorted(
            (distance, self._rows[key].id)
            for distance, key in near
            if _allowed(self._rows[key], query, distance)
        )
        plan = Plan("tree", len(left), int(found.computed_distances))
        best = left[:k]
        return Hits(tuple(key for _, key in best), np.array([d for d, _ in best], np.int32), plan)


def _graph(bits: int) -> Any:
    try:
        from usearch.index import Index
    except ImportError:
        raise RetrievalError(
            "the index kind 'tree' needs usearch, which is not installed; "
            "install it with: pip install 'shopthelook[compare]'"
        ) from None
    return Index(ndim=bits, metric="hamming", dtype="b1")


def _row(product_id: str, position: int, attributes: Attributes) -> _Row:
    """`category` is the position's name, so no attribute can have it."""
    fields = {name: tuple(values) for name, values in attributes.items() if fold_field(name) != CATEGORY}
    return _Row(product_id, position, fields if position < 0 else {**fields, CATEGORY: (position,)})


def _allowed(row: _Row, query: Query, distance: int) -> bool:
    return (
        (query.range is None or query.range[0] <= row.position < query.range[1])
        and (query.max_distance is None or distance <= query.max_distance)
        and (query.where is None or matches(query.where, row.fields))
    )
