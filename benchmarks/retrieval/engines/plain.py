"""NumPy, and what the memory of the machine could give at most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.engines.task import Case, Distances, Engine, Task, in_order
from benchmarks.retrieval.oracle import nearest
from benchmarks.retrieval.world import World


def scan(world: World) -> Iterator[Engine]:
    """XOR and population count of the rows that are left, one query after the other."""
    words, queries = world.codes.view(np.uint64), world.queries.view(np.uint64)

    def answer(task: Task) -> list[Distances]:
        def of(category: int | None, numbers: list[int]) -> list[Distances]:
            some = rows_of(words, world, task.case, category)
            return [nearest(some, queries[number], task.k) for number in numbers]

        return in_order(task, of)

    yield Engine("numpy", "scan", answer, world.codes.shape[1])


def memory(world: World) -> Iterator[Engine]:
    """The sum of all codes, 64 bits at a time: no scan of them all can be faster than memory gives them."""
    words = world.codes.reshape(-1).view(np.uint64)

    def answer(task: Task) -> list[Distances]:
        for _ in task.numbers:
            words.sum()
        return [np.empty(0, np.int32)] * len(task.numbers)

    yield Engine(
        "memory",
        "sum of the codes",
        answer,
        world.codes.shape[1],
        lambda c: not c.filtered and not c.category,
        (1,),
    )


def rows_of(
    table: NDArray[np.generic], world: World, case: Case, category: int | None
) -> NDArray[np.generic]:
    """What a filter and a category leave of a table with a row a product: a copy only where it must be."""
    rows = case.find(category)
    if rows is not None:
        return table.take(rows, axis=0)  # several times as fast as table[rows] for short rows
    if category is not None:
        return table[world.starts[category] : world.starts[category + 1]]
    return table
