"""faiss, inverted file and multi-hash."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.engines.task import Case, Distances, Engine, Task, in_order, only_found
from benchmarks.retrieval.keeping import kept, wrote
from benchmarks.retrieval.world import World

PROBES = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
_MARGIN = 3.0


def inverted_file(world: World) -> Iterator[Engine]:
    """One inverted file of everything and one of each category, of 4 sqrt(rows) lists.

    faiss's binary inverted file takes no selector. With a filter it is asked for more than k, so many that k of them
    are left but in rare cases where the filter has nothing to do with the codes, and the others are dropped.
    """
    everything = _built(world, None, world.codes)
    of_category = [
        _built(world, category, world.codes[start:end])
        for category, (start, end) in enumerate(zip(world.starts, world.starts[1:], strict=False))
    ]
    faiss.omp_set_num_threads(1)
    size = sum(faiss.serialize_index_binary(index).nbytes for index in [everything, *of_category])
    for probes in PROBES:
        if probes // 2 > everything.nlist:
            break

        def answer(task: Task, probes: int = probes) -> list[Distances]:
            def of(category: int | None, numbers: list[int]) -> list[Distances]:
                index = everything if category is None else of_category[category]
                index.nprobe = min(probes, index.nlist)
                queries = world.queries[numbers]
                if not task.case.filtered:
                    return only_found(index.search(queries, task.k)[0])
                start = 0 if category is None else int(world.starts[category])
                left = np.zeros(index.ntotal, np.bool_)
                left[task.case.find(category) - start] = True
                more = min(index.ntotal, int(_MARGIN * task.k / task.case.share))
                distances, rows = index.search(queries, more)
                good = (rows >= 0) & left[np.maximum(rows, 0)]
                return [d[g][: task.k] for d, g in zip(distances, good, strict=True)]

            return in_order(task, of)

        def takes(case: Case) -> bool:
            return case.share >= 0.1

        setting = f"nlist={everything.nlist} nprobe={probes}"
        yield Engine("faiss ivf", setting, answer, size / len(world), takes)


def multi_hash(world: World) -> Iterator[Engine]:
    """LSH by sampled bits, unrestricted; more tables of fewer bits find more and look at more."""
    faiss.omp_set_num_threads(1)
    widest = max(8, int(np.log2(len(world))) - 2)
    # The bits of all tables must be different ones.
    for tables, bits in ((16, widest), (32, min(widest, world.bits // 32)), (32, max(8, widest - 4))):
        index = faiss.IndexBinaryMultiHash(world.bits, tables, bits)
        index.add(world.codes)
        # Codes, and for each table a row's number and its share of the buckets' keys.
        size = world.codes.shape[1] + tables * 8
        for flips in (0, 1, 2):
            answer = _looked_up(world, index, flips)
            setting = f"{tables} tables, {bits} bits, nflip={flips}"
            yield Engine("faiss multi-hash", setting, answer, size, _unrestricted)


def _unrestricted(case: Case) -> bool:
    return not case.filtered and not case.category


def _looked_up(
    world: World, index: faiss.IndexBinaryMultiHash, flips: int
) -> Callable[[Task], list[Distances]]:
    def answer(task: Task) -> list[Distances]:
        index.nflip = flips
        return only_found(index.search(world.queries[list(task.numbers)], task.k)[0])

    return answer


def _built(world: World, category: int | None, codes: NDArray[np.uint8]) -> faiss.IndexBinaryIVF:
    path = kept(f"peers-{world.key}", f"faiss-ivf-{'all' if category is None else category}")
    if path.is_file():
        return faiss.read_index_binary(str(path))
    lists = max(1, min(int(4 * len(codes) ** 0.5), len(codes) // 40))
    index = faiss.IndexBinaryIVF(faiss.IndexBinaryFlat(world.bits), world.bits, lists)
    sample = np.random.default_rng(0).choice(len(codes), min(len(codes), 40 * lists), replace=False)
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index.train(codes[sample])
    index.add(codes)
    wrote(path, lambda half: faiss.write_index_binary(index, str(half)))
    return index
