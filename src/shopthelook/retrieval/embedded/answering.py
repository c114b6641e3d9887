"""From queries to hits over all parts of an index."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from shopthelook.retrieval.distances import to_columns
from shopthelook.retrieval.embedded.choosing import Choice, choose
from shopthelook.retrieval.embedded.fresh import Fresh
from shopthelook.retrieval.embedded.nearest import Nearest
from shopthelook.retrieval.embedded.segment import Part
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.protocol import Query

# Queries that share range and filter are compared with a row while its code is at hand: as many of them as
# stay in the first cache along with what they have found.
_TOGETHER = 16

# Comparisons below which handing work to another thread costs more than it saves.
_WORTH_A_THREAD = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """All that a search reads; never changed, only replaced."""

    parts: tuple[Part, ...]
    fresh: Fresh

    def __len__(self) -> int:
        return sum(part.alive for part in self.parts) + self.fresh.alive


class Answering:
    """Answers queries on `threads` threads: across the queries of a call, and within a large one."""

    def __init__(self, words: int, threads: int) -> None:
        self._words = words
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, "shopthelook-index") if threads > 1 else None

    def answer(self, content: Content, queries: Sequence[Query], k: int) -> list[Hits]:
        """The hits of each query; those with one range and filter go through the rows together."""
        groups: dict[object, list[int]] = {}
        for i, query in enumerate(queries):
            groups.setdefault((query.range, query.where), []).append(i)
        shared = [
            members[at : at + _TOGETHER]
            for members in groups.values()
            for at in range(0, len(members), _TOGETHER)
        ]
        hits: list[Hits | None] = [None] * len(queries)

        def run(members: list[int]) -> None:
            answers = self._group(content, [queries[i] for i in members], k, spread=len(shared) == 1)
            for i, answer in zip(members, answers, strict=True):
                hits[i] = answer

        if self._pool is not None and len(shared) > 1 and len(content) * len(queries) > _WORTH_A_THREAD:
            list(self._pool.map(run, shared))
        else:
            for members in shared:
                run(members)
        return [answer for answer in hits if answer is not None]

    def _group(self, content: Content, queries: list[Query], k: int, spread: bool) -> list[Hits]:
        first = queries[0]
        choices = [choose(part, first.range, first.where) for part in content.parts]
        codes = np.ascontiguousarray(np.stack([query.code for query in queries])).view(np.uint64).reshape(-1)
        bits = self._words * 64
        most = [bits if query.max_distance is None else min(bits, query.max_distance) for query in queries]
        count = sum(choice.count for choice in choices)
        shares = 1
        if self._pool is not None and spread and count * len(queries) > _WORTH_A_THREAD:
            shares = self._threads

        def compare(share: int) -> Nearest:
            nearest = Nearest(codes, self._words, k, most)
            for number, choice in enumerate(choices):
                nearest.compare(number, choice, share, shares)
            return nearest

        each = map if shares == 1 or self._pool is None else self._pool.map
        found = list(each(compare, range(shares)))
        return [self._hits(content, choices, found, query, i, k) for i, query in enumerate(queries)]

    def _hits(
        self,
        content: Content,
        choices: list[Choice],
        found: list[Nearest],
        query: Query,
        number: int,
        k: int,
    ) -> Hits:
        best: list[tuple[int, str]] = []
        for nearest in found:
            parts, rows, distances = nearest.found(number)
            for part, row, distance in zip(parts.tolist(), rows.tolist(), distances.tolist(), strict=True):
                best.append((distance, content.parts[part].segment.ids[row]))
        qualified, compared = sum(choice.count for choice in choices), sum(one.compared for one in found)
        if content.fresh.alive:
            limit = min(int(nearest.limit[number]) for nearest in found)
            near, asked = content.fresh.near(query, to_columns(query.code[None])[:, 0], limit)
            best += near
            qualified += len(near)
            compared += asked
        best = sorted(best)[:k]
        return Hits(
            tuple(product_id for _, product_id in best),
            np.array([distance for distance, _ in best], np.int32),
            Plan(_name(choices), qualified, compared),
        )


def _name(choices: list[Choice]) -> str:
    """The way taken through the part with most rows."""
    if not choices:
        return "scan"
    largest = max(choices, key=lambda choice: len(choice.part.segment))
    if largest.rows is not None:
        return "gather"
    return "scan" if largest.bits is None else "masked scan"
