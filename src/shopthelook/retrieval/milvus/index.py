"""The product index in a Milvus server or cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import check_bits, check_queries, check_rows, check_search
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.milvus import schema
from shopthelook.retrieval.milvus.errors import IndexMoved, MilvusError, MilvusUnavailable
from shopthelook.retrieval.milvus.expressions import (
    PRODUCTS,
    Expression,
    all_of,
    expression_of,
    in_range,
    keys_in,
)
from shopthelook.retrieval.milvus.finding import MOST, Found, Row, Wanted, find
from shopthelook.retrieval.milvus.rows import Collection, Record, State, records
from shopthelook.retrieval.milvus.server import CONNECT_S, Server
from shopthelook.retrieval.milvus.visible import Visible
from shopthelook.retrieval.protocol import Attributes, Query, RetrievalError

# Rows of all answers to one request.
_MOST_ROWS = 8 * MOST

_COMPARED = ("code", "position", "words", "numbers", "odd")


class MilvusIndex:
    """A `ProductIndex` in one collection of Milvus; its content outlives the process.

    Searches are exact: the codes' index is flat, and answers are asked for until ties at their end are settled.
    One process at a time may write; searches of other processes see the rows of a write one after another,
    those of this process all at once. `seq` is kept in the collection.

    Args:
        server: where it is.
        name: of the collection, which `create` has made.
        bits: length of a code.
    """

    def __init__(self, server: Server, name: str, bits: int) -> None:
        check_bits(bits)
        self._rows = Collection(server, name, bits)
        self._writing = threading.Lock()
        self._visible = Visible()
        self._born = 0
        self._state = State(0, {})

    @classmethod
    def create(
        cls, server: Server, name: str, bits: int, partitions: int = schema.PARTITIONS, *, loaded: bool = True
    ) -> MilvusIndex:
        """An index of no products in a new collection; where it is not `loaded`, only `fill` may be called."""
        check_bits(bits)
        schema.create(server, name, bits, partitions)
        index = cls(server, name, bits)
        if loaded:
            index.load()
        return index

    def load(self) -> None:
        """Have the server make it ready to be searched."""
        schema.load(self._rows.server, self.name)

    @property
    def name(self) -> str:
        """The collection."""
        return self._rows.name

    @property
    def bits(self) -> int:
        """Length of a code in bits."""
        return self._rows.bits

    @property
    def seq(self) -> int:
        """The change up to which the index has followed, as this process knows."""
        return self._state.seq

    @seq.setter
    def seq(self, number: int) -> None:
        self.write_state(number, self._state.made_for)

    @property
    def made_for(self) -> Mapping[str, str]:
        """What the index was made for, in the words of whoever made it."""
        return self._state.made_for

    def write_state(self, seq: int, made_for: Mapping[str, str]) -> None:
        """Keep in the collection what it has followed and what it is made for."""
        with self._writing:
            state = State(seq, dict(made_for))
            self._rows.write_state(state, self._next_born())
            self._state = state

    def read_state(self) -> bool:
        """Take over what other processes have written; False where the collection does not say what it is."""
        self._rows.catch_up()
        state = self._rows.state()
        if state is not None:
            self._state = state
        return state is not None

    def __len__(self) -> int:
        with self._moved_or_not(), self._visible.searching() as hidden:
            # Also asked whether anybody is there, so it does not wait as long as a search may.
            return self._rows.count(_text([PRODUCTS, *_not(hidden)]), CONNECT_S)

    def upsert(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        """Put in or replace products, see `ProductIndex.upsert`.

        Raises:
            RetrievalError: Milvus cannot hold an id or the attributes; nothing has changed then.
            MilvusError: Milvus refused, or is away; some products may have changed then.
        """
        positions = np.asarray(positions)
        check_rows(self.bits, ids, codes, positions, attributes)
        rows = {row["key"][1:]: row for row in records(ids, codes, positions, attributes)}
        if not rows:
            return
        with self._writing:
            born = self._next_born()
            old = self._rows.present(list(rows))
            self._drop_doubles(old)
            for product_id, row in rows.items():
                row["born"] = born
                if product_id in old:
                    row["key"] = _other_key(old[product_id][-1]["key"])
            self._replace(list(rows.values()), born, [found[-1]["key"] for found in old.values()])

    def fill(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        """Put in products none of which is there, without looking for them: the way to load many."""
        positions = np.asarray(positions)
        check_rows(self.bits, ids, codes, positions, attributes)
        with self._writing:
            self._rows.insert(records(ids, codes, positions, attributes, self._next_born()))

    def delete(self, ids: Sequence[str]) -> None:
        """Take products out, see `ProductIndex.delete`."""
        with self._writing:
            old = self._rows.present(list(dict.fromkeys(ids)))
            self._replace([], 0, [row["key"] for found in old.values() for row in found])

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """Find the nearest products of each code, see `ProductIndex.search`."""
        check_search(self.bits, codes, k, ranges)
        return self.query([Query(code, limits) for code, limits in zip(codes, ranges, strict=True)], k)

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """Find the nearest products that each query allows, see `ProductIndex.query`.

        Raises:
            RetrievalError: as the protocol says; also where k is above Milvus' limit of 16,384.
            IndexMoved: the collection is no more, since a new generation took its place.
            MilvusError: Milvus refused, or is away.
        """
        check_queries(self.bits, queries, k)
        if k > MOST:
            raise RetrievalError(f"k must be at most {MOST:,} in Milvus, not {k:,}")
        groups: dict[tuple[object, ...], list[int]] = {}
        for i, query in enumerate(queries):
            groups.setdefault((query.range, query.where, query.max_distance), []).append(i)
        found: dict[int, Hits] = {}
        with self._moved_or_not(), self._visible.searching() as hidden:
            for members in groups.values():
                found.update(zip(members, self._found([queries[i] for i in members], k, hidden), strict=True))
        return [found[i] for i in range(len(queries))]

    @contextmanager
    def _moved_or_not(self) -> Iterator[None]:
        """Raises `IndexMoved` for a failure whose cause is that the collection is gone."""
        try:
            yield
        except MilvusUnavailable:
            raise
        except MilvusError as error:
            if self.exists():
                raise
            raise IndexMoved(f"the collection {self.name} is no more") from error

    def differing(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> list[str]:
        """Which of these products the collection does not hold just so."""
        wanted = {row["key"][1:]: row for row in records(ids, codes, np.asarray(positions), attributes)}
        present = self._rows.present(list(wanted), _COMPARED)
        return [one for one, row in wanted.items() if not _same(row, present.get(one, []))]

    def exists(self) -> bool:
        """Whether the collection is still there."""
        name = self.name
        return self._rows.server.ask(f"looking for {name}", lambda client: bool(client.has_collection(name)))

    def _found(self, queries: Sequence[Query], k: int, hidden: str) -> list[Hits]:
        """Answers to queries that differ in nothing but the code."""
        limits, where, most = queries[0].range, queries[0].where, queries[0].max_distance
        allowed = all_of(
            [
                PRODUCTS if limits is None else in_range(*limits),
                True if where is None else expression_of(where),
                *_not(hidden),
            ]
        )
        if isinstance(allowed, bool):  # no row is in an empty range
            return [_hits(Found([], 0)) for _ in queries]

        def ask(codes: Sequence[bytes], more: Expression | None, limit: int) -> list[list[Row]]:
            text = _text([allowed] if more is None else [allowed, more])
            step = max(1, _MOST_ROWS // limit)
            parts = [codes[i : i + step] for i in range(0, len(codes), step)]
            return [rows for part in parts for rows in self._rows.nearest(part, text, limit)]

        found = find(ask, [query.code.tobytes() for query in queries], Wanted(k, where, most))
        # Counting takes Milvus another look at all rows, so it is done for those who ask only.
        if any(query.counted for query in queries) and any(one.qualified is None for one in found):
            count = self._rows.count(allowed.text)
            found = [Found(one.best, count) for one in found]
        return [_hits(one) for one in found]

    def _replace(self, new: list[Record], born: int, old: list[str]) -> None:
        """Put the new rows in the place of the old, for searches of this process in one moment."""
        try:
            if new:
                self._visible.hide(f"born == {born}")
                self._rows.insert(new)
            if old:
                self._visible.hide(keys_in(old))
                self._rows.delete(old)
        finally:
            self._visible.show_all()

    def _drop_doubles(self, present: dict[str, list[Record]]) -> None:
        """Of products in both slots, as a write that broke off leaves them, only the newer row stays."""
        doubles = [row["key"] for rows in present.values() for row in rows[:-1]]
        if doubles:
            self._rows.delete(doubles)

    def _next_born(self) -> int:
        self._born = max(self._born + 1, time.time_ns())
        return self._born


def _not(hidden: str) -> list[Expression]:
    return [Expression(f"not ({hidden})", 2)] if hidden else []


def _text(parts: Sequence[Expression]) -> str:
    joined = all_of(parts)
    return joined.text if isinstance(joined, Expression) else ""


def _other_key(key: str) -> str:
    return schema.SLOTS[1 - schema.SLOTS.index(key[0])] + key[1:]


def _same(wanted: Record, present: Sequence[Record]) -> bool:
    if len(present) != 1:
        return False
    held = present[0]
    code = held["code"][0] if isinstance(held["code"], list) else held["code"]
    plain = {name: held[name] for name in ("position", "numbers", "odd")}
    return (
        bytes(code) == wanted["code"]
        and list(held["words"]) == wanted["words"]
        and plain == {name: wanted[name] for name in plain}
    )


def _hits(found: Found) -> Hits:
    return Hits(
        tuple(product_id for _, product_id in found.best),
        np.array([distance for distance, _ in found.best], np.int32),
        Plan("milvus", found.qualified, found.qualified),
    )
