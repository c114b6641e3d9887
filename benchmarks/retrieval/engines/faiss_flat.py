"""faiss, flat: a scan of everything, of a category, of gathered rows or past a selector."""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.engines.plain import rows_of
from benchmarks.retrieval.engines.task import Distances, Engine, Task, in_order, only_filtered, only_found
from benchmarks.retrieval.world import World


def flat(world: World) -> Iterator[Engine]:
    faiss.omp_set_num_threads(1)
    everything = faiss.IndexBinaryFlat(world.bits)
    everything.add(world.codes)
    of_category = []
    for start, end in zip(world.starts, world.starts[1:], strict=False):
        index = faiss.IndexBinaryFlat(world.bits)
        index.add(world.codes[start:end])
        of_category.append(index)

    def gather(task: Task) -> list[Distances]:
        def of(category: int | None, numbers: list[int]) -> list[Distances]:
            queries = world.queries[numbers]
            if not task.case.filtered:
                index = everything if category is None else of_category[category]
                return only_found(index.search(queries, task.k)[0])
            some = rows_of(world.codes, world, task.case, category)
            if not len(some):
                return [np.empty(0, np.int32)] * len(numbers)
            return only_found(faiss.knn_hamming(queries, some, min(task.k, len(some)))[0])

        return in_order(task, of)

    def select(task: Task) -> list[Distances]:
        def of(category: int | None, numbers: list[int]) -> list[Distances]:
            # The bits of the category's own index where there is one.
            start = 0 if category is None else int(world.starts[category])
            index = everything if category is None else of_category[category]
            selector, _kept = chosen(task, category, start, index.ntotal)
            parameters = faiss.SearchParameters(sel=selector)
            return only_found(index.search(world.queries[numbers], task.k, params=parameters)[0])

        return in_order(task, of)

    size = world.codes.shape[1]
    yield Engine("faiss flat", "gather", gather, size)
    yield Engine("faiss flat", "selector", select, size, only_filtered)


def chosen(
    task: Task, category: int | None, start: int, count: int
) -> tuple[faiss.IDSelector, NDArray[np.uint8]]:
    """A selector, by bits, of the rows that a filter leaves of `count` from `start` on; and its bits, to be kept."""
    rows = task.case.find(category)
    mask = np.zeros(count, np.bool_)
    mask[slice(None) if rows is None else rows - start] = True
    bits = np.packbits(mask, bitorder="little")
    return faiss.IDSelectorBitmap(bits), bits
