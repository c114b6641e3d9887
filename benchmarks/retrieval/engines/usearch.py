"""usearch: its graph, and its exact search of gathered rows. It knows no filters from Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index, MetricKind, search

from benchmarks.retrieval.engines.plain import rows_of
from benchmarks.retrieval.engines.task import Distances, Engine, Task, in_order, no_filter
from benchmarks.retrieval.keeping import kept, wrote
from benchmarks.retrieval.world import World

_LINKS, _CONSTRUCTION = 32, 100
EFFORTS = (32, 64, 128, 256, 512, 1024)


def graph(world: World) -> Iterator[Engine]:
    """One graph of everything and one of each category."""
    everything = _built(world, None, world.codes)
    of_category = [
        _built(world, category, world.codes[start:end])
        for category, (start, end) in enumerate(zip(world.starts, world.starts[1:], strict=False))
    ]
    size = sum(index.serialized_length for index in [everything, *of_category]) / len(world)
    for effort in EFFORTS:

        def answer(task: Task, effort: int = effort) -> list[Distances]:
            def of(category: int | None, numbers: list[int]) -> list[Distances]:
                index = everything if category is None else of_category[category]
                index.expansion_search = effort
                return _rows(index.search(world.queries[numbers], task.k, threads=1))

            return in_order(task, of)

        yield Engine("usearch", f"M={_LINKS} expansion={effort}", answer, size, no_filter)


def exact(world: World) -> Iterator[Engine]:
    """A scan of the rows that are left, gathered where they are no range."""

    def answer(task: Task) -> list[Distances]:
        def of(category: int | None, numbers: list[int]) -> list[Distances]:
            some = rows_of(world.codes, world, task.case, category)
            if not len(some):
                return [np.empty(0, np.int32)] * len(numbers)
            k = min(task.k, len(some))
            return _rows(search(some, world.queries[numbers], k, MetricKind.Hamming, exact=True, threads=1))

        return in_order(task, of)

    yield Engine("usearch exact", "gather", answer, world.codes.shape[1])


def _rows(found: Any) -> list[NDArray[np.int32]]:
    return [row.astype(np.int32) for row in np.atleast_2d(found.distances)]


def _built(world: World, category: int | None, codes: NDArray[np.uint8]) -> Index:
    path = kept(
        f"peers-{world.key}", f"usearch-{_LINKS}-{_CONSTRUCTION}-{'all' if category is None else category}"
    )
    index = Index(
        ndim=world.bits,
        metric="hamming",
        dtype="b1",
        connectivity=_LINKS,
        expansion_add=_CONSTRUCTION,
    )
    if path.is_file():
        index.load(str(path))
        return index
    index.add(np.arange(len(codes)), codes, threads=0)
    wrote(path, lambda half: index.save(str(half)))
    return index
