"""Milvus, the server: its flat scan and its inverted file of binary vectors, filters as expressions.

The category is the partition key, so that a search of one category looks at its partition only. The server takes as
many threads as the machine has cores.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pymilvus import DataType, MilvusClient

from benchmarks.retrieval.engines.milvus_server import serving
from benchmarks.retrieval.engines.task import Distances, Engine, Task, in_order
from benchmarks.retrieval.keeping import kept
from benchmarks.retrieval.world import World
from shopthelook.retrieval.query import Filter, In, Range

_CHUNK = 20_000
_PARTITIONS = 30
PROBES = (8, 32, 128, 512)


def milvus(world: World) -> Iterator[Engine]:
    """The server that MILVUS_URI names, or one that is started for this."""
    if uri := os.environ.get("MILVUS_URI"):
        yield from _asked(world, uri)
        return
    with serving(kept(f"peers-{world.key}", "milvus").resolve()) as started:
        yield from _asked(world, started)


def _asked(world: World, uri: str) -> Iterator[Engine]:
    client = MilvusClient(uri=uri)
    lists = max(1, min(int(4 * len(world) ** 0.5), len(world) // 40, 65536))
    for index, parameters, probes in (
        ("BIN_FLAT", {}, (None,)),
        ("BIN_IVF_FLAT", {"nlist": lists}, PROBES),
    ):
        collection = f"benchmark_{world.key}_{index.lower()}"
        _filled(client, world, collection, index, parameters)
        for probe in probes:
            setting = index if probe is None else f"{index} nlist={lists} nprobe={probe}"
            answer = _answer(client, world, collection, probe)
            yield Engine("milvus", setting, answer, threads=os.cpu_count() or 1)
        client.release_collection(collection)


def _answer(
    client: MilvusClient, world: World, collection: str, probes: int | None
) -> Callable[[Task], list[Distances]]:
    parameters = {"metric_type": "HAMMING", "params": {} if probes is None else {"nprobe": probes}}
    queries = [query.tobytes() for query in world.queries]

    def answer(task: Task) -> list[Distances]:
        def of(category: int | None, numbers: list[int]) -> list[Distances]:
            found = client.search(
                collection,
                data=[queries[number] for number in numbers],
                anns_field="code",
                filter=expression(task.case.where, category),
                limit=task.k,
                search_params=parameters,
                consistency_level="Eventually",
            )
            return [np.array([hit["distance"] for hit in hits], np.int32) for hits in found]

        return in_order(task, of)

    return answer


def expression(where: Filter | None, category: int | None) -> str:
    """A filter and a category as Milvus takes them."""
    parts = [] if category is None else [f"category == {category}"]
    if isinstance(where, Range):
        parts.append(f"{where.field} <= {where.high}")
    elif isinstance(where, In):
        values = ", ".join(f'"{value}"' for value in where.values)
        parts.append(f"{where.field} in [{values}]")
    return " and ".join(parts)


def _filled(
    client: MilvusClient, world: World, collection: str, index: str, parameters: dict[str, Any]
) -> None:
    """The collection, filled once and kept by the server."""
    if client.has_collection(collection):
        count = client.get_collection_stats(collection)["row_count"]
        if int(count) == len(world) and client.list_indexes(collection):
            client.load_collection(collection)
            return
        client.drop_collection(collection)
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("code", DataType.BINARY_VECTOR, dim=world.bits)
    schema.add_field("category", DataType.INT64, is_partition_key=True)
    schema.add_field("score", DataType.DOUBLE)
    schema.add_field("style", DataType.VARCHAR, max_length=32)
    schema.add_field("brand", DataType.VARCHAR, max_length=32)
    schema.add_field("price", DataType.DOUBLE)
    schema.add_field("color", DataType.VARCHAR, max_length=32)
    client.create_collection(collection, schema=schema, num_partitions=_PARTITIONS)
    for start in range(0, len(world), _CHUNK):
        end = min(start + _CHUNK, len(world))
        own = world.attributes(start, end)
        rows = [
            {
                "id": row,
                "code": world.codes[row].tobytes(),
                "category": int(world.positions[row]),
                **{name: own[row - start][name][0] for name in ("score", "style", "brand", "price", "color")},
            }
            for row in range(start, end)
        ]
        client.insert(collection, rows)
    client.flush(collection)
    wanted = client.prepare_index_params()
    wanted.add_index("code", index_type=index, metric_type="HAMMING", params=parameters)
    wanted.add_index("style", index_type="Trie")
    wanted.add_index("score", index_type="STL_SORT")
    client.create_index(collection, wanted)
    while client.describe_index(collection, "code").get("pending_index_rows", 0):
        time.sleep(0.5)
    client.load_collection(collection)
