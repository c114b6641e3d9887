"""What is asked of an engine, and what an engine is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.world import Finding
from shopthelook.retrieval.query import Filter

Distances = NDArray[np.int32]

BATCH = 16
"""Queries of one call: what the objects of a scene are."""


@dataclass(frozen=True, eq=False)
class Case:
    """A filter, with or without the category of each query.

    name: such as "10% score"; share: of the products that it leaves; where: the filter, None for all; find: the
    rows that it leaves, by NumPy, for an engine that knows no attributes.
    """

    name: str
    share: float
    where: Filter | None
    find: Finding
    category: bool

    @property
    def filtered(self) -> bool:
        return self.where is not None


@dataclass(frozen=True, eq=False)
class Task:
    """Some queries, by number, to be answered as one call; categories: of each, None where it has none."""

    case: Case
    numbers: Sequence[int]
    categories: Sequence[int] | None
    k: int

    def groups(self) -> Iterator[tuple[int | None, list[int]]]:
        """Each category with the places in `numbers` that are of it."""
        if self.categories is None:
            yield None, list(range(len(self.numbers)))
            return
        places: dict[int, list[int]] = {}
        for place, category in enumerate(self.categories):
            places.setdefault(category, []).append(place)
        yield from places.items()


def any_case(_case: Case) -> bool:
    return True


def no_filter(case: Case) -> bool:
    return not case.filtered


def only_filtered(case: Case) -> bool:
    return case.filtered


@dataclass(frozen=True, eq=False)
class Engine:
    """One engine with one setting.

    answer: distances of the hits of each query, in order; bytes_per_product: None where it cannot be told; takes: the
    cases that it can answer at this setting; batches: numbers of queries a call; threads: that one call may use.
    """

    name: str
    setting: str
    answer: Callable[[Task], list[Distances]]
    bytes_per_product: float | None = None
    takes: Callable[[Case], bool] = any_case
    batches: tuple[int, ...] = (1, BATCH)
    threads: int = 1


def in_order(task: Task, answer: Callable[[int | None, list[int]], Sequence[Distances]]) -> list[Distances]:
    """The answers of a task of which `answer(category, query numbers)` gives one category's at a time."""
    found: list[Distances] = [np.empty(0, np.int32)] * len(task.numbers)
    for category, places in task.groups():
        numbers = [task.numbers[place] for place in places]
        for place, distances in zip(places, answer(category, numbers), strict=True):
            found[place] = distances
    return found


def only_found(rows: NDArray[np.int32]) -> list[Distances]:
    """Rows without what was not found, which faiss gives as -1 or as the largest number."""
    return [row[(row >= 0) & (row < 1 << 20)] for row in rows]
