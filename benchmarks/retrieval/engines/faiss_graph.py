"""faiss, HNSW: one graph of everything, one of each category, filters by a selector."""

from __future__ import annotations

import os
from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.engines.faiss_flat import chosen
from benchmarks.retrieval.engines.task import Case, Distances, Engine, Task, in_order, only_found
from benchmarks.retrieval.keeping import kept, wrote
from benchmarks.retrieval.world import World

_LINKS, _CONSTRUCTION = 32, 100
EFFORTS = (32, 64, 128, 256, 512, 1024, 2048)


def graph(world: World) -> Iterator[Engine]:
    everything = _built(world, None, world.codes)
    of_category = [
        _built(world, category, world.codes[start:end])
        for category, (start, end) in enumerate(zip(world.starts, world.starts[1:], strict=False))
    ]
    faiss.omp_set_num_threads(1)
    # Both kinds of graph, since each serves other searches.
    indexes = [everything, *of_category]
    size = sum(faiss.serialize_index_binary(index).nbytes for index in indexes) / len(world)

    def takes(case: Case) -> bool:
        # The fewer a selector leaves, the more of the graph is walked in vain: below 1% a gather is faster.
        return case.share >= 0.01

    for effort in EFFORTS:

        def answer(task: Task, effort: int = effort) -> list[Distances]:
            def of(category: int | None, numbers: list[int]) -> list[Distances]:
                index = everything if category is None else of_category[category]
                parameters = faiss.SearchParametersHNSW(efSearch=effort)
                if task.case.filtered:
                    start = 0 if category is None else int(world.starts[category])
                    selector, _bits = chosen(task, category, start, index.ntotal)
                    parameters = faiss.SearchParametersHNSW(efSearch=effort, sel=selector)
                return only_found(index.search(world.queries[numbers], task.k, params=parameters)[0])

            return in_order(task, of)

        yield Engine("faiss hnsw", f"M={_LINKS} efSearch={effort}", answer, size, takes)


def _built(world: World, category: int | None, codes: NDArray[np.uint8]) -> faiss.IndexBinaryHNSW:
    path = kept(
        f"peers-{world.key}", f"faiss-hnsw-{_LINKS}-{_CONSTRUCTION}-{'all' if category is None else category}"
    )
    if path.is_file():
        return faiss.read_index_binary(str(path))
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index = faiss.IndexBinaryHNSW(world.bits, _LINKS)
    index.hnsw.efConstruction = _CONSTRUCTION
    index.add(codes)
    wrote(path, lambda half: faiss.write_index_binary(index, str(half)))
    return index
