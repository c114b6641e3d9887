"""python -m benchmarks.retrieval.scale: an index of many millions of products in bounded memory.

Products are made chunk by chunk, put in, and forgotten. To make them quickly, each is a mix, bit by bit, of two
neighbours among 200,000 products of the model of `benchmarks.retrieval.model`: the same category and style, half of the
bits from each where they differ. What the making takes is told apart from what the index takes.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.keeping import kept
from benchmarks.retrieval.measure import machine
from benchmarks.retrieval.real import PICTURES
from benchmarks.retrieval.world import World, attributes, world_of
from shopthelook.retrieval import Attributes, Query
from shopthelook.retrieval.embedded import EmbeddedIndex
from shopthelook.retrieval.query import Filter, Range

_BASE = 200_000
_NEXT = 8  # how far apart two mixed products may be in the order of category and style
_MADE_FOR = {"benchmark": "scale"}

Chunk = tuple[list[str], NDArray[np.uint8], NDArray[np.int64], list[Attributes]]


def chunk(base: World, order: NDArray[np.int64], start: int, end: int) -> Chunk:
    """Products `start` to `end`: the same for the same arguments. `order` sorts the base by category and style."""
    rng = np.random.default_rng(start)
    words = base.codes.view(np.uint64)
    places = rng.integers(0, len(base) - _NEXT, end - start)
    one, other = order[places], order[places + rng.integers(1, _NEXT + 1, end - start)]
    # At the edge of a category the neighbour is of the next one.
    other = np.where(base.positions[one] == base.positions[other], other, one)
    mask = rng.integers(0, 1 << 64, (end - start, words.shape[1]), np.uint64)
    codes = ((words[one] & mask) | (words[other] & ~mask)).view(np.uint8)
    own = attributes(start, base.styles[one], rng.random(end - start))
    return [f"p{i:09}" for i in range(start, end)], codes, base.positions[one], own


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval.scale", description=__doc__)
    parser.add_argument("--n", type=int, default=10_000_000, help="products [10000000]")
    parser.add_argument("--bits", type=int, default=512)
    parser.add_argument("--chunk", type=int, default=100_000, help="products a call of upsert [100000]")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="folder of the tar files")
    parser.add_argument(
        "--folder", type=Path, default=kept("scale"), help="of the snapshot, removed at the end"
    )
    parser.add_argument("--keep", action="store_true", help="leave the snapshot where it is")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    base = world_of(_BASE, options.bits, options.queries, options.pictures)
    figures: dict[str, float | int | str] = {"n": options.n, "bits": options.bits, "machine": machine()}
    figures["before_mb"] = _peak_mb()

    def take(name: str, value: float) -> None:
        figures[name] = value
        print(f"{name:34} {value:14,.3f}", flush=True)

    index, making, building = _built(base, options.n, options.bits, options.chunk)
    take("making_s", making)
    take("upserting_s", building)
    take("compacting_s", _seconds(index.compact))
    take("building_s", building + float(figures["compacting_s"]))
    take("peak_mb", _peak_mb())
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    take("snapshot_s", _seconds(lambda: index.snapshot(options.folder, _MADE_FOR)))
    size = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    take("snapshot_bytes_per_product", size / options.n)
    del index
    gc.collect()
    start = time.perf_counter()
    index = EmbeddedIndex.open(options.folder, options.bits, _MADE_FOR, threads=1)
    take("open_s", time.perf_counter() - start)
    _asked(index, base, take, "1_thread")
    del index
    index = EmbeddedIndex.open(options.folder, options.bits, _MADE_FOR)
    _asked(index, base, take, "all_threads")
    take("peak_after_queries_mb", _peak_mb())
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    if not options.keep:
        shutil.rmtree(options.folder)


def _built(base: World, n: int, bits: int, step: int) -> tuple[EmbeddedIndex, float, float]:
    """The index, seconds of making and seconds of putting in."""
    order = np.lexsort((base.styles, base.positions))
    index, making, building = EmbeddedIndex(bits), 0.0, 0.0
    for start in range(0, n, step):
        before = time.perf_counter()
        ids, codes, positions, own = chunk(base, order, start, min(n, start + step))
        between = time.perf_counter()
        index.upsert(ids, codes, positions, own)
        making += between - before
        building += time.perf_counter() - between
        if (start // step) % 10 == 9:
            print(f"{start + step:14,} products, {_peak_mb():,.0f} MB at most", flush=True)
    return index, making, building


def _asked(index: EmbeddedIndex, base: World, take: Callable[[str, float], None], threads: str) -> None:
    """Times of searches of each query's category, of it with a filter, of a scene's, and of everything."""
    few = Range("score", None, 0.01)
    for name, where, category, batch, most in (
        ("category", None, True, 1, len(base.queries)),
        ("category_1%_score", few, True, 1, len(base.queries)),
        ("category_16_a_call", None, True, 16, len(base.queries)),
        ("1%_score", few, False, 1, len(base.queries)),
        ("everything", None, False, 1, 20),
    ):
        queries = [_query(base, i, where, category) for i in range(most)]
        index.query(queries[:batch], 10)
        times = [
            _seconds(lambda some=queries[i : i + batch]: index.query(some, 10))
            for i in range(0, len(queries) - batch + 1, batch)
        ]
        take(f"{name}_{threads}_p50_ms", float(np.percentile(times, 50)) * 1000)
        take(f"{name}_{threads}_p99_ms", float(np.percentile(times, 99)) * 1000)


def _query(base: World, i: int, where: Filter | None, category: bool) -> Query:
    place = int(base.query_categories[i])
    return Query(base.queries[i], (place, place + 1) if category else None, where)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _peak_mb() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
