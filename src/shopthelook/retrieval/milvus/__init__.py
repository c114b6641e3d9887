"""The product index in Milvus, for shops that one machine does not hold. Needs the extra `milvus`."""

from shopthelook.retrieval.milvus.errors import (
    IndexMoved,
    MilvusError,
    MilvusMissing,
    MilvusUnavailable,
    OtherIndex,
)
from shopthelook.retrieval.milvus.generations import Generations
from shopthelook.retrieval.milvus.index import MilvusIndex
from shopthelook.retrieval.milvus.server import Server

__all__ = [
    "Generations",
    "IndexMoved",
    "MilvusError",
    "MilvusIndex",
    "MilvusMissing",
    "MilvusUnavailable",
    "OtherIndex",
    "Server",
]
