"""Asking an engine, timing it and comparing its answers with the true ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.engines import Engine, Task
from benchmarks.retrieval.world import World
from shopthelook.retrieval.query import Filter

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Row:
    """One engine, setting and filter: what the benchmark reports."""

    engine: str
    setting: str
    filter: str
    category: bool
    recall: float
    qps: float
    p50_ms: float
    p99_ms: float
    threads: int
    bytes_per_product: float
    queries: int
    n: int
    bits: int
    clock: str


class Asking:
    """All filters with and without the query's category, the rows they leave and the true answers."""

    def __init__(self, world: World, k: int) -> None:
        self._world = world
        self._k = k
        self._words = world.codes.view(np.uint64)
        self._asked = world.queries.view(np.uint64)
        self.cases = [
            (name, where, rows, category)
            for name, where, rows in world.filters()
            for category in (False, True)
        ]
        self._true = cache(self._nearest)

    def measured(self, engine: Engine, clock: str, budget_s: float) -> Iterator[Row]:
        """Each case that the engine takes; a case ends after `budget_s`, with the queries answered so far."""
        world, now = self._world, CLOCKS[clock]
        for number, (name, where, _, category) in enumerate(self.cases):
            restricted = where is not None or category
            if (engine.takes == "all" and restricted) or (engine.takes == "lists" and where is None):
                continue
            # The true answers first: finding them between two calls would sweep the codes out of the caches.
            for query in range(len(world.queries)):
                self._true(number, query)
            times, recalls = [], []
            answered, began = 0, time.perf_counter()
            for at, task in enumerate(self._tasks(number, where, category, engine.together)):
                if at == 0:
                    engine.answer(task)  # what is made on first use is not counted
                start = now()
                found = engine.answer(task)
                times.append(now() - start)
                answered += len(task.numbers)
                for i, distances in zip(task.numbers, found, strict=True):
                    recalls.append(_recall(distances, self._true(number, i)))
                if time.perf_counter() - began > budget_s:
                    break
            each = np.array(times) * 1000
            yield Row(
                engine.name, engine.setting, name, category, float(np.mean(recalls)),
                answered / (each.sum() / 1000), float(np.percentile(each, 50)),
                float(np.percentile(each, 99)), engine.threads, engine.bytes_per_product, answered,
                len(world.codes), world.codes.shape[1] * 8, clock,
            )  # fmt: skip

    def _tasks(self, number: int, where: Filter | None, category: bool, together: int) -> Iterator[Task]:
        order = np.arange(len(self._world.queries))
        if category:
            # Queries of one call are of one category, as those of one kind of object are.
            order = order[np.argsort(self._world.query_categories, kind="stable")]
            rng = np.random.default_rng(0)
            groups = [
                group[i : i + together].tolist()
                for group in np.split(order, np.flatnonzero(np.diff(self._world.query_categories[order])) + 1)
                for i in range(0, len(group), together)
            ]
            groups = [groups[i] for i in rng.permutation(len(groups))]
        else:
            groups = [order[i : i + together].tolist() for i in range(0, len(order), together)]
        for group in groups:
            place = int(self._world.query_categories[group[0]]) if category else None
            yield Task(group, where, partial(self.cases[number][2], place), place, self._k)

    def _nearest(self, number: int, query: int) -> NDArray[np.int64]:
        category = int(self._world.query_categories[query]) if self.cases[number][3] else None
        rows = self.cases[number][2](category)
        table = self._words
        if rows is not None:
            table = table[rows]
        elif category is not None:
            table = table[self._world.starts[category] : self._world.starts[category + 1]]
        distances = np.bitwise_count(table ^ self._asked[query]).sum(axis=1, dtype=np.int64)
        return np.sort(distances)[: self._k]


def _recall(found: NDArray[np.int32], true: NDArray[np.int64]) -> float:
    """Share of the true k that was found; any of equally distant products counts."""
    if not len(true):
        return 1.0
    return float((found <= true[-1]).sum()) / len(true)
