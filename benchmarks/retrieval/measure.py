"""Asking an engine, timing it and comparing its answers with the true ones."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.engines import Case, Engine, Task
from benchmarks.retrieval.keeping import kept, wrote
from benchmarks.retrieval.oracle import nearest, recall
from benchmarks.retrieval.world import World

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Row:
    """One engine, setting and filter: what the benchmark reports.

    batch: queries a call; recall: None where none is measured; qps: queries a second; p50_ms, p99_ms: of one call;
    queries: answered while measured; data: what the products were made from; machine: what it ran on.
    """

    engine: str
    setting: str
    filter: str
    category: bool
    batch: int
    recall: float | None
    qps: float
    p50_ms: float
    p99_ms: float
    threads: int
    bytes_per_product: float | None
    n: int
    bits: int
    queries: int
    clock: str
    data: str
    machine: str


class Asking:
    """All filters with and without the query's category, the rows they leave and the true answers."""

    def __init__(self, world: World, k: int) -> None:
        self.world = world
        self.k = k
        self.cases = [
            Case(name, 1.0 if where is None else float(name.split("%")[0]) / 100, where, find, category)
            for name, where, find in world.filters()
            for category in (False, True)
        ]
        self._true: dict[int, list[NDArray[np.int32]]] = {}

    def measured(self, engine: Engine, clock: str, budget_s: float) -> Iterator[Row]:
        """Each case that the engine takes; a case ends after `budget_s`, with the queries answered so far."""
        now = CLOCKS[clock]
        for number, case in enumerate(self.cases):
            if not engine.takes(case):
                continue
            # The true answers first: finding them between two calls would sweep the codes out of the caches.
            true = self.true(number)
            for batch in engine.batches:
                times, recalls = [], []
                began = time.perf_counter()
                for at, task in enumerate(self.tasks(case, batch)):
                    if at == 0:
                        engine.answer(task)  # what is made on first use is not counted
                    start = now()
                    found = engine.answer(task)
                    times.append(now() - start)
                    recalls += [recall(d, true[i]) for i, d in zip(task.numbers, found, strict=True)]
                    if time.perf_counter() - began > budget_s:
                        break
                # What has no hits to give but a time (`memory`) has no recall either.
                known = None if engine.name == "memory" else float(np.mean(recalls))
                yield self.row(engine, case, batch, times, len(recalls), known, clock)

    def row(
        self,
        engine: Engine,
        case: Case,
        batch: int,
        times: list[float],
        queries: int,
        known: float | None,
        clock: str = "wall",
        seconds: float | None = None,
    ) -> Row:
        """The row of calls that took `times`, in seconds; `seconds` in all, where calls ran at the same time."""
        each = np.array(times) * 1000
        size = engine.bytes_per_product
        return Row(
            engine.name,
            engine.setting,
            case.name,
            case.category,
            batch,
            known,
            queries / (seconds or float(each.sum()) / 1000),
            float(np.percentile(each, 50)),
            float(np.percentile(each, 99)),
            engine.threads,
            None if size is None else float(size),
            len(self.world),
            self.world.bits,
            queries,
            clock,
            self.world.source,
            machine(),
        )

    def tasks(self, case: Case, batch: int) -> Iterator[Task]:
        """All queries, `batch` a call, each with its own category as the objects of a scene have."""
        categories = self.world.query_categories
        for start in range(0, len(categories), batch):
            numbers = list(range(start, min(start + batch, len(categories))))
            yield Task(case, numbers, categories[numbers].tolist() if case.category else None, self.k)

    def true(self, number: int) -> list[NDArray[np.int32]]:
        """Distances of the k nearest to each query in a case, by number; kept in a file once found."""
        if number not in self._true:
            world, case = self.world, self.cases[number]
            kind = "category" if case.category else "all"
            path = kept(f"true-{world.key}", f"{self.k}-{case.name}-{kind}.npz")
            if not path.is_file():
                found = self._nearest(case)
                lengths = [len(distances) for distances in found]
                arrays = {"lengths": np.array(lengths), "distances": np.concatenate(found)}
                wrote(path, lambda half: np.savez(half, allow_pickle=False, **arrays))
            with np.load(path) as arrays:
                ends = np.cumsum(arrays["lengths"])[:-1]
                self._true[number] = np.split(arrays["distances"], ends)
        return self._true[number]

    def _nearest(self, case: Case) -> list[NDArray[np.int32]]:
        world, words = self.world, self.world.codes.view(np.uint64)
        found = []
        for query, category in zip(world.queries.view(np.uint64), world.query_categories, strict=True):
            some = words
            own = int(category) if case.category else None
            rows = case.find(own)
            if rows is not None:
                some = words[rows]
            elif own is not None:
                some = words[world.starts[own] : world.starts[own + 1]]
            found.append(nearest(some, query, self.k))
        return found


def machine() -> str:
    """The processor and the number of cores that may be used."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.split(":", 1)[1].strip()
            for line in info.read_text().splitlines()
            if line[:10] == "model name"
        ]
        name = names[0] if names else name
    return f"{len(os.sched_getaffinity(0))} cores of {name}"
