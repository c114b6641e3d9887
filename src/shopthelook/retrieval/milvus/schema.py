"""The collection of one generation of an index: its fields, and the row that says what it is."""

from __future__ import annotations

from typing import Any

from shopthelook.retrieval.milvus.columns import LONGEST_TEXT, LONGEST_WORD, MOST_WORDS
from shopthelook.retrieval.milvus.server import CALL_S, LOAD_S, Server

MOST_ID_BYTES = 4_095
"""Bytes of a product's id."""

PARTITIONS = 16
"""Partitions over which the categories are spread, as many as Milvus makes by itself."""

SLOTS = ("0", "1")
"""How keys of products begin: a product's new row stands beside its old one while it is replaced."""

STATE_KEYS = ("#0", "#1")
"""Keys of the rows that say what the collection is, the newer is right; no product has their position."""

STATE_POSITION = -2


def create(server: Server, name: str, bits: int, partitions: int = PARTITIONS) -> None:
    """Make an empty collection that is not loaded yet.

    key: a slot's letter and the product's id; code: bits; position: the category's, -1 for none; born: number
    of the write, ascending; spread: a number of 31 bits that cuts the rows in parts of one size; the others are
    told of in `columns.py`.
    """
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.VARCHAR, is_primary=True, max_length=MOST_ID_BYTES + 1)
    schema.add_field("code", DataType.BINARY_VECTOR, dim=bits)
    schema.add_field("position", DataType.INT64, is_partition_key=True)
    schema.add_field("born", DataType.INT64)
    schema.add_field("spread", DataType.INT64)
    schema.add_field(
        "words",
        DataType.ARRAY,
        element_type=DataType.VARCHAR,
        max_capacity=MOST_WORDS,
        max_length=LONGEST_WORD,
    )
    schema.add_field("numbers", DataType.JSON)
    schema.add_field("odd", DataType.VARCHAR, max_length=LONGEST_TEXT)
    # One shard: what one request writes is then seen at one moment. Partitions spread the work.
    server.ask(
        f"making the collection {name}",
        lambda client: client.create_collection(
            name,
            schema=schema,
            num_shards=1,
            num_partitions=partitions,
            consistency_level="Strong",
            timeout=CALL_S,
        ),
    )


def load(server: Server, name: str) -> None:
    """Index the codes and bring the collection into the servers' memory, so that it can be searched."""
    index = _index_of_codes()
    server.ask(
        f"indexing the collection {name}",
        lambda client: client.create_index(name, index, timeout=LOAD_S),
    )
    server.ask(f"loading the collection {name}", lambda client: client.load_collection(name, timeout=LOAD_S))


def _index_of_codes() -> Any:
    from pymilvus import MilvusClient

    index = MilvusClient.prepare_index_params()
    # Flat: it compares every code, so its answers are exact.
    index.add_index("code", index_type="BIN_FLAT", metric_type="HAMMING", params={})
    return index
