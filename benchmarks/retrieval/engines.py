"""The engines that are measured, each with its settings, behind one call.

The other libraries know no attributes. They are given a sorted column of the numbers, a list of rows for each
style and an index of its own for each category, all made beforehand; what a filter leaves is found with these
by NumPy, and counts, as it does for the embedded index, which is given the filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.world import CATEGORIES, World
from shopthelook.retrieval import Query
from shopthelook.retrieval.embedded import EmbeddedIndex
from shopthelook.retrieval.query import Filter

Distances = NDArray[np.int32]
Rows = NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Task:
    """Some queries, by number, to be answered as one call.

    where: the filter; find: finds the rows that it leaves, of the category only where there is one, None for
    all; category: or None.
    """

    numbers: Sequence[int]
    where: Filter | None
    find: Callable[[], Rows]
    category: int | None
    k: int


@dataclass(frozen=True, eq=False)
class Engine:
    """One engine with one setting.

    takes: "any", "all" (no filter and no category) or "lists" (no unrestricted search); together: queries
    of one call.
    """

    name: str
    setting: str
    answer: Callable[[Task], list[Distances]]
    bytes_per_product: float
    takes: str = "any"
    together: int = 1
    threads: int = 1


def engines(names: Sequence[str], world: World) -> Iterator[Engine]:
    """The engines of these names, one after the other, so that one is in memory at a time."""
    for name in names:
        yield from MAKERS[name](world)


def _embedded(world: World) -> Iterator[Engine]:
    yield from _of_embedded(world, 1.0, [("exact", 1), ("exact, 16 a call", 16)])


def _embedded_two(world: World) -> Iterator[Engine]:
    yield from _of_embedded(world, 1.0, [("exact, 2 threads", 1)], threads=2)


def _tokens(world: World) -> Iterator[Engine]:
    for recall in (0.8, 0.9, 0.95, 0.98, 0.99):
        yield from _of_embedded(world, recall, [(f"recall={recall}", 1)], takes="all")


_FILLED: dict[int, tuple[World, EmbeddedIndex]] = {}


def _of_embedded(
    world: World, recall: float, settings: list[tuple[str, int]], takes: str = "any", threads: int = 1
) -> Iterator[Engine]:
    index = filled(world, recall, threads)
    size = sum(part.segment.size for part in index._content.parts)

    def answer(task: Task) -> list[Distances]:
        limits = None if task.category is None else (task.category, task.category + 1)
        queries = [Query(world.queries[i], limits, task.where) for i in task.numbers]
        return [hits.distances for hits in index.query(queries, task.k)]

    for setting, together in settings:
        name = "shopthelook" if recall == 1 else "shopthelook tokens"
        yield Engine(name, setting, answer, size / len(world.codes), takes, together, threads)


def filled(world: World, recall: float = 1.0, threads: int = 1) -> EmbeddedIndex:
    """The embedded index of a world, filled once: recall and threads are of the search."""
    key = id(world)
    if key not in _FILLED:
        index = EmbeddedIndex(world.codes.shape[1] * 8, threads=1, recall=0.99)
        step = 100_000
        for start in range(0, len(world.codes), step):
            end = min(start + step, len(world.codes))
            index.upsert(
                [f"p{i:08}" for i in range(start, end)],
                world.codes[start:end],
                world.positions[start:end],
                world.attributes(start, end),
            )
        index.compact()
        _FILLED.clear()
        _FILLED[key] = (world, index)
    same = EmbeddedIndex(world.codes.shape[1] * 8, threads=threads, recall=recall)
    same._content = _FILLED[key][1]._content
    return same


def _numpy(world: World) -> Iterator[Engine]:
    words = world.codes.view(np.uint64)
    queries = world.queries.view(np.uint64)

    def answer(task: Task) -> list[Distances]:
        some = _chosen(words, world, task)
        found = []
        for i in task.numbers:
            distances = np.bitwise_count(some ^ queries[i]).sum(axis=1, dtype=np.int32)
            k = min(task.k, len(distances))
            found.append(np.sort(np.partition(distances, k - 1)[:k]) if k else distances)
        return found

    yield Engine("numpy", "scan", answer, world.codes.shape[1])


def _chosen(table: NDArray[np.generic], world: World, task: Task) -> NDArray[np.generic]:
    rows = task.find()
    if rows is not None:
        return table[rows]
    if task.category is not None:
        return table[world.starts[task.category] : world.starts[task.category + 1]]
    return table


def _faiss_flat(world: World) -> Iterator[Engine]:
    import faiss

    faiss.omp_set_num_threads(1)
    bits = world.codes.shape[1] * 8
    everything = faiss.IndexBinaryFlat(bits)
    everything.add(world.codes)
    of_category = []
    for category in range(CATEGORIES):
        index = faiss.IndexBinaryFlat(bits)
        index.add(world.codes[world.starts[category] : world.starts[category + 1]])
        of_category.append(index)

    def gather(task: Task) -> list[Distances]:
        queries = world.queries[list(task.numbers)]
        rows = task.find()
        if rows is None:
            index = everything if task.category is None else of_category[task.category]
            return _rows(index.search(queries, task.k)[0])
        distances, _ = faiss.knn_hamming(queries, world.codes[rows], min(task.k, len(rows)))
        return _rows(distances)

    def select(task: Task) -> list[Distances]:
        selector = faiss.IDSelectorBatch(task.find())
        found = everything.search(
            world.queries[list(task.numbers)], task.k, params=faiss.SearchParameters(sel=selector)
        )
        return _rows(found[0])

    size = world.codes.shape[1]
    yield Engine("faiss flat", "gather", gather, size)
    yield Engine("faiss flat", "gather, 16 a call", gather, size, "any", 16)
    yield Engine("faiss flat", "selector", select, size, "lists")


def _faiss_hnsw(world: World) -> Iterator[Engine]:
    import faiss

    faiss.omp_set_num_threads(0)
    index = faiss.IndexBinaryHNSW(world.codes.shape[1] * 8, 32)
    index.hnsw.efConstruction = 100
    index.add(world.codes)
    faiss.omp_set_num_threads(1)
    size = faiss.serialize_index_binary(index).nbytes / len(world.codes)
    for effort in (16, 32, 64, 128, 256, 512):

        def answer(task: Task, effort: int = effort) -> list[Distances]:
            parameters = faiss.SearchParametersHNSW(efSearch=effort)
            found = index.search(world.queries[list(task.numbers)], task.k, params=parameters)
            return _rows(found[0])

        yield Engine("faiss hnsw", f"M=32 efSearch={effort}", answer, size, "all")


def _faiss_ivf(world: World) -> Iterator[Engine]:
    import faiss

    bits, lists = world.codes.shape[1] * 8, int(4 * len(world.codes) ** 0.5)
    quantizer = faiss.IndexBinaryFlat(bits)
    index = faiss.IndexBinaryIVF(quantizer, bits, lists)
    rng = np.random.default_rng(0)
    some = rng.choice(len(world.codes), min(len(world.codes), 40 * lists), replace=False)
    faiss.omp_set_num_threads(0)
    index.train(world.codes[some])
    index.add(world.codes)
    faiss.omp_set_num_threads(1)
    size = faiss.serialize_index_binary(index).nbytes / len(world.codes)
    for probes in (4, 8, 16, 32, 64, 128):

        def answer(task: Task, probes: int = probes) -> list[Distances]:
            index.nprobe = probes
            return _rows(index.search(world.queries[list(task.numbers)], task.k)[0])

        yield Engine("faiss ivf", f"nlist={lists} nprobe={probes}", answer, size, "all")


def _faiss_hash(world: World) -> Iterator[Engine]:
    import faiss

    faiss.omp_set_num_threads(1)
    bits = max(8, int(np.log2(len(world.codes))) - 2)
    index = faiss.IndexBinaryMultiHash(world.codes.shape[1] * 8, 16, bits)
    index.add(world.codes)
    for flips in (0, 1, 2):

        def answer(task: Task, flips: int = flips) -> list[Distances]:
            index.nflip = flips
            return _rows(index.search(world.queries[list(task.numbers)], task.k)[0])

        yield Engine(
            "faiss multi-hash", f"16 tables, {bits} bits, nflip={flips}", answer, float("nan"), "all"
        )


def _usearch(world: World) -> Iterator[Engine]:
    from usearch.index import Index

    index = Index(
        ndim=world.codes.shape[1] * 8, metric="hamming", dtype="b1", connectivity=32, expansion_add=100
    )
    index.add(np.arange(len(world.codes)), world.codes)
    size = index.serialized_length / len(world.codes)
    for effort in (16, 32, 64, 128, 256, 512):

        def answer(task: Task, effort: int = effort) -> list[Distances]:
            index.expansion_search = effort
            found = index.search(world.queries[list(task.numbers)], task.k, threads=1)
            return [np.atleast_2d(found.distances)[i].astype(np.int32) for i in range(len(task.numbers))]

        yield Engine("usearch", f"M=32 expansion={effort}", answer, size, "all")


def _rows(distances: NDArray[np.int32]) -> list[Distances]:
    # What was not found has a distance of -1 or of the largest number.
    return [row[(row >= 0) & (row < 1 << 20)] for row in distances]


MAKERS: dict[str, Callable[[World], Iterator[Engine]]] = {
    "embedded": _embedded,
    "embedded-2": _embedded_two,
    "tokens": _tokens,
    "numpy": _numpy,
    "faiss-flat": _faiss_flat,
    "faiss-hnsw": _faiss_hnsw,
    "faiss-ivf": _faiss_ivf,
    "faiss-hash": _faiss_hash,
    "usearch": _usearch,
}
