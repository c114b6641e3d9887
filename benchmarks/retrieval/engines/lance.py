"""LanceDB: its scan and its inverted file by Hamming distance, filters by its scalar indexes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

# One thread a query; read by the library when it is loaded.
os.environ.setdefault("LANCE_CPU_THREADS", "1")

import lancedb
import pyarrow as pa
from lancedb.index import Bitmap, BTree, IvfFlat

from benchmarks.retrieval.engines.sql import condition
from benchmarks.retrieval.engines.task import Distances, Engine, Task
from benchmarks.retrieval.keeping import kept
from benchmarks.retrieval.world import World

PROBES = (8, 32, 128, 512)
_CHUNK = 100_000


def lance(world: World) -> Iterator[Engine]:
    """Scans with prefiltering, then the inverted file with several numbers of lists that are looked at."""
    table = _filled(world)
    folder = kept(f"peers-{world.key}", "lancedb")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / len(world)
    yield Engine("lancedb", "scan", _answer(world, table, None), size)
    for probes in PROBES:
        setting = f"IVF_FLAT nprobes={probes}"
        yield Engine("lancedb", setting, _answer(world, table, probes), size)


def _answer(world: World, table: Any, probes: int | None) -> Callable[[Task], list[Distances]]:
    def answer(task: Task) -> list[Distances]:
        found = []
        for i, number in enumerate(task.numbers):
            query = table.search(world.queries[number], vector_column_name="code").distance_type("hamming")
            category = None if task.categories is None else task.categories[i]
            if where := condition(task.case.where, category):
                query = query.where(where, prefilter=True)
            query = query.bypass_vector_index() if probes is None else query.nprobes(probes)
            hits = query.select(["id", "_distance"]).limit(task.k).to_arrow()
            found.append(hits["_distance"].to_numpy().astype(np.int32))
        return found

    return answer


def _filled(world: World) -> Any:
    database = lancedb.connect(str(kept(f"peers-{world.key}", "lancedb")))
    if (kept(f"peers-{world.key}", "lancedb") / "ready").is_file():
        return database.open_table("products")
    table = database.create_table(
        "products", _batches(world), schema=_schema(world.bits // 8), mode="overwrite"
    )
    lists = max(1, min(int(4 * len(world) ** 0.5), len(world) // 40))
    table.create_index("code", config=IvfFlat(distance_type="hamming", num_partitions=lists))
    for column, kind in (("category", Bitmap()), ("style", Bitmap()), ("score", BTree())):
        table.create_index(column, config=kind)
    (kept(f"peers-{world.key}", "lancedb") / "ready").touch()
    return table


def _schema(width: int) -> pa.Schema:
    return pa.schema(
        [
            ("id", pa.int64()),
            ("code", pa.list_(pa.uint8(), width)),
            ("category", pa.int32()),
            ("score", pa.float64()),
            ("style", pa.string()),
            ("brand", pa.string()),
            ("price", pa.float64()),
            ("color", pa.string()),
        ]
    )


def _batches(world: World) -> Iterator[pa.RecordBatch]:
    width = world.codes.shape[1]
    for start in range(0, len(world), _CHUNK):
        end = min(start + _CHUNK, len(world))
        own = world.attributes(start, end)
        columns = {
            name: [one[name][0] for one in own] for name in ("score", "style", "brand", "price", "color")
        }
        codes = pa.FixedSizeListArray.from_arrays(pa.array(world.codes[start:end].reshape(-1)), width)
        yield pa.RecordBatch.from_pydict(
            {
                "id": np.arange(start, end),
                "code": codes,
                "category": world.positions[start:end].astype(np.int32),
                **columns,
            },
            schema=_schema(width),
        )
