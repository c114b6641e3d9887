"""From queries to hits over all parts of an index."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import local

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import MOST_POSITIONS
from shopthelook.retrieval.embedded.calling import Found, exactly, nearest
from shopthelook.retrieval.embedded.fresh import Fresh
from shopthelook.retrieval.embedded.program import Program, compiled_filter
from shopthelook.retrieval.embedded.reading import hits_of, merged_hits
from shopthelook.retrieval.embedded.runs import ALL_RUNS
from shopthelook.retrieval.embedded.searching import COMPARED
from shopthelook.retrieval.embedded.searching import FOUND as HITS
from shopthelook.retrieval.embedded.segment import Part
from shopthelook.retrieval.embedded.table import SIZE
from shopthelook.retrieval.hits import Hits
from shopthelook.retrieval.protocol import Query

# Queries of one call at most: more would not fit into the caches with what they have found.
_AT_ONCE = 64

# Comparisons below which handing work to another thread costs more than it saves.
_WORTH_A_THREAD = 200_000

# The share of what may be missed that is missed because a row's sketch is too far.
_BY_SKETCHES = 0.1

_EVERYWHERE = (-1, MOST_POSITIONS)

_NO_TABLES = np.zeros((0, SIZE), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """All that a search reads; never changed, only replaced. The largest part comes first."""

    parts: tuple[Part, ...]
    fresh: Fresh
    tables: NDArray[np.int64] = field(init=False, repr=False)
    """(parts, SIZE), see `table`."""
    alive: int = field(init=False)
    exactly: NDArray[np.float64] = field(init=False, repr=False)
    """(parts, 2) for searches that miss nothing, see `calling.nearest`."""
    _sparing: dict[tuple[float, int], NDArray[np.float64]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        parts = tuple(sorted(self.parts, key=lambda part: -part.alive))
        object.__setattr__(self, "parts", parts)
        tables = np.stack([part.table for part in parts]) if parts else _NO_TABLES
        object.__setattr__(self, "tables", tables)
        object.__setattr__(self, "exactly", exactly(len(parts)))
        object.__setattr__(self, "alive", sum(part.alive for part in parts))

    def sparing(self, recall: float, k: int) -> NDArray[np.float64]:
        """(parts, 2) of how many runs a query looks for its `k` nearest, and which sketches it trusts."""
        found = self._sparing.get((recall, k))
        if found is None:
            found = exactly(len(self.parts))
            of_sketches = (1 - recall) * _BY_SKETCHES
            for i, part in enumerate(self.parts):
                runs = part.segment.runs
                enough = ALL_RUNS if runs is None else runs.enough(recall + of_sketches, k)
                if runs is not None and enough < ALL_RUNS:
                    found[i] = enough, runs.slack(1 - of_sketches)
            self._sparing[recall, k] = found
        return found

    def __len__(self) -> int:
        return self.alive + self.fresh.alive


class Answering:
    """Answers queries on `threads` threads: across the queries of a call, and within a large one.

    With a `recall` below 1, runs that seldom hold a neighbour are passed over.
    """

    def __init__(self, words: int, threads: int, recall: float) -> None:
        self._words = words
        self._recall = recall
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "shopthelook-index") if threads > 1 else None
        self._own = local()
        # Rows compared by the last searches with or without filter and range: what the next will cost.
        self._costs: dict[tuple[bool, bool], float] = {}

    def answer(self, content: Content, queries: Sequence[Query], k: int) -> list[Hits]:
        """The hits of each query; those with one filter go through the rows together."""
        if len(queries) == 1:
            return self._group(content, queries, k)
        first = queries[0].where if queries else None
        if len(queries) <= _AT_ONCE and all(query.where is first for query in queries):
            return self._group(content, queries, k)
        groups: dict[object, list[int]] = {}
        for i, query in enumerate(queries):
            groups.setdefault(query.where, []).append(i)
        hits: list[Hits | None] = [None] * len(queries)
        for members in groups.values():
            for at in range(0, len(members), _AT_ONCE):
                some = members[at : at + _AT_ONCE]
                answers = self._group(content, [queries[i] for i in some], k)
                for i, answer in zip(some, answers, strict=True):
                    hits[i] = answer
        return [answer for answer in hits if answer is not None]

    def _group(self, content: Content, queries: Sequence[Query], k: int) -> list[Hits]:
        """The hits of queries with one filter."""
        if not queries:
            return []
        # There are not more than all.
        k = min(k, max(1, len(content)))
        first = queries[0]
        program = None if first.where is None else compiled_filter(first.where)
        bits, flat, counted = self._words * 64, array("q"), False
        for query in queries:
            most = query.max_distance
            flat.extend(query.range or _EVERYWHERE)
            flat.append(bits if most is None or most > bits else most)
            counted |= query.counted
        asked = np.frombuffer(flat, np.int64).reshape(-1, 3)
        joined = b"".join([query.code.tobytes() for query in queries])
        codes = np.frombuffer(joined, np.uint64).reshape(-1, self._words)
        pool = self._pool
        if pool is not None:
            kind = (program is None, first.range is None)
            cost = self._costs.get(kind, len(content) if all(kind) else 0)
            if cost * len(queries) > _WORTH_A_THREAD:
                return self._spread(pool, content, queries, program, codes, asked, k, counted)
        found, letters = self._nearest(content, program, codes, asked, k, (0, 1), counted)
        return hits_of(content, queries, found, letters, k, self._recall < 1)

    def _spread(
        self,
        pool: ThreadPoolExecutor,
        content: Content,
        queries: Sequence[Query],
        program: Program | None,
        codes: NDArray[np.uint64],
        asked: NDArray[np.int64],
        k: int,
        counted: bool,
    ) -> list[Hits]:
        """The same on several threads: some queries each, or some rows of a few queries."""
        if len(queries) >= 2 * self._threads:
            bounds = [len(queries) * i // self._threads for i in range(self._threads + 1)]

            def some(i: int) -> list[Hits]:
                chosen = slice(bounds[i], bounds[i + 1])
                found, letters = self._nearest(
                    content, program, codes[chosen], asked[chosen], k, (0, 1), counted
                )
                return hits_of(content, queries[chosen], found, letters, k, self._recall < 1)

            return [hits for part in pool.map(some, range(self._threads)) for hits in part]

        def share(i: int) -> Found:
            return self._nearest(content, program, codes, asked, k, (i, self._threads), counted)[0]

        shares = list(pool.map(share, range(self._threads)))
        return [
            merged_hits(content, query, i, shares, k, self._recall < 1) for i, query in enumerate(queries)
        ]

    def _nearest(
        self,
        content: Content,
        program: Program | None,
        codes: NDArray[np.uint64],
        asked: NDArray[np.int64],
        k: int,
        shares: tuple[int, int],
        counted: bool,
    ) -> tuple[Found, NDArray[np.uint8]]:
        own = self._own
        try:
            letters = own.letters
        except AttributeError:
            letters = own.letters = np.empty(1 << 16, np.uint8)
        sparing = content.exactly
        if self._recall < 1:
            sparing = content.sparing(self._recall, k)
        found = nearest(content.tables, program, codes, asked, k, sparing, shares, counted, letters)
        if self._recall < 1 and (found[2][:, HITS] < k).any():
            # Fewer than asked for: the rest is where nothing was looked for, if it is at all.
            sparing = content.exactly
            found = nearest(content.tables, program, codes, asked, k, sparing, shares, counted, letters)
        if self._pool is not None:
            kind = (program is None, bool(asked[0, 0] < 0))
            compared = float(found[2][:, COMPARED].mean()) * shares[1]
            self._costs[kind] = 0.8 * self._costs.get(kind, compared) + 0.2 * compared
        return found, letters
