"""From queries to hits over all parts of an index."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.distances import to_columns
from shopthelook.retrieval.embedded.choosing import Choice, choose
from shopthelook.retrieval.embedded.found import Found
from shopthelook.retrieval.embedded.fresh import Fresh
from shopthelook.retrieval.embedded.nearest import PART, compare, compare_some
from shopthelook.retrieval.embedded.segment import Part
from shopthelook.retrieval.hits import Hits, Plan
from shopthelook.retrieval.protocol import Query

# Queries that share range and filter are compared with a row while its code is at hand: as many of them as
# stay in the first cache along with what they have found.
_TOGETHER = 16

_ROW = (1 << PART) - 1

# Comparisons below which handing work to another thread costs more than it saves.
_WORTH_A_THREAD = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """All that a search reads; never changed, only replaced."""

    parts: tuple[Part, ...]
    fresh: Fresh

    def __len__(self) -> int:
        return sum(part.alive for part in self.parts) + self.fresh.alive


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """What was found in some rows, how many of them were compared and how many shared a token.

    rows: of each query the rows with their distances; limits: of each query the k-th distance.
    """

    rows: list[tuple[list[int], list[int]]]
    limits: list[int]
    compared: int
    matched: int = 0


class Answering:
    """Answers queries on `threads` threads: across the queries of a call, and within a large one.

    With a `recall` below 1, large parts are searched by tokens.
    """

    def __init__(self, words: int, threads: int, recall: float) -> None:
        self._words = words
        self._recall = recall
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
        codes = np.frombuffer(b"".join([query.code.tobytes() for query in queries]), np.uint64)
        bits = self._words * 64
        most = [bits if query.max_distance is None else min(bits, query.max_distance) for query in queries]
        if any(self._by_tokens(choice) for choice in choices):
            return [
                self._hits(content, choices, self._near_tokens(choices, code, most[i], k), queries[i], 0, k)
                for i, code in enumerate(codes.reshape(len(queries), -1))
            ]
        count = sum(choice.count for choice in choices)
        spread = spread and count * len(queries) > _WORTH_A_THREAD
        shares = self._threads if spread and self._pool is not None else 1

        def near(share: int) -> _Near:
            found = Found(codes, self._words, k, most)
            compared = sum(
                compare(found, number, choice, share, shares) for number, choice in enumerate(choices)
            )
            return _Near(found.rows(), found.limit.tolist(), compared)

        each = map if shares == 1 or self._pool is None else self._pool.map
        nears = list(each(near, range(shares)))
        return [self._hits(content, choices, nears, query, i, k) for i, query in enumerate(queries)]

    def _by_tokens(self, choice: Choice) -> bool:
        """Whether to look only at rows that share a token with the query.

        Where a filter leaves a small part, neighbours are too far away for that, and a scan is fast.
        """
        size = len(choice.part.segment)
        return (
            self._recall < 1
            and choice.part.segment.tokens is not None
            and choice.rows is None
            and choice.count * 2 > size
        )

    def _near_tokens(self, choices: list[Choice], code: NDArray[np.uint64], most: int, k: int) -> list[_Near]:
        found = Found(code, self._words, k, [most])
        compared = matched = 0
        for number, choice in enumerate(choices):
            tokens = choice.part.segment.tokens
            if tokens is not None and self._by_tokens(choice):
                sharing = compare_some(found, number, choice, tokens, code, self._recall)
                matched += sharing
                compared += sharing
            else:
                compared += compare(found, number, choice)
        rows = found.rows()
        if len(rows[0][0]) >= k:
            return [_Near(rows, found.limit.tolist(), compared, matched)]
        # Fewer than asked for: the rest is elsewhere, if it is at all.
        found = Found(code, self._words, k, [most])
        compared += sum(compare(found, number, choice) for number, choice in enumerate(choices))
        return [_Near(found.rows(), found.limit.tolist(), compared, matched)]

    def _hits(
        self, content: Content, choices: list[Choice], nears: list[_Near], query: Query, number: int, k: int
    ) -> Hits:
        best: list[tuple[int, str]] = []
        ids = [part.segment.ids for part in content.parts]
        for near in nears:
            for row, distance in zip(*near.rows[number], strict=True):
                best.append((distance, ids[row >> PART][row & _ROW]))
        qualified, compared = sum(choice.count for choice in choices), sum(near.compared for near in nears)
        if content.fresh.alive:
            limit = min(near.limits[number] for near in nears)
            more, asked = content.fresh.near(query, to_columns(query.code[None])[:, 0], limit)
            best += more
            qualified += len(more)
            compared += asked
        best = sorted(best)[:k]
        matched = sum(near.matched for near in nears)
        return Hits(
            tuple(product_id for _, product_id in best),
            np.array([distance for distance, _ in best], np.int32),
            Plan("tokens" if matched else _name(choices), qualified, compared, matched),
        )


def _name(choices: list[Choice]) -> str:
    """The way taken through the part with most rows."""
    if not choices:
        return "scan"
    largest = max(choices, key=lambda choice: len(choice.part.segment))
    if largest.rows is not None:
        return "gather"
    return "scan" if largest.bits is None else "masked scan"
