"""The engines that are measured, each with its settings, behind one call.

Libraries of vectors know no attributes: they are given a sorted column of the numbers, a list of rows for each style
and an index of its own for each category, all made beforehand; what a filter leaves is found with these by NumPy,
and counts, as it does for the embedded index, which is given the filter. Databases are given the filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

from benchmarks.retrieval.engines.task import BATCH, Case, Engine, Task
from benchmarks.retrieval.world import World

__all__ = ["BATCH", "MAKERS", "Case", "Engine", "Task", "engines"]

MAKERS: dict[str, tuple[str, str]] = {
    "memory": ("plain", "memory"),
    "embedded": ("embedded", "exact"),
    "tokens": ("embedded", "tokens"),
    "numpy": ("plain", "scan"),
    "faiss-flat": ("faiss_flat", "flat"),
    "faiss-ivf": ("faiss_lists", "inverted_file"),
    "faiss-hnsw": ("faiss_graph", "graph"),
    "faiss-hash": ("faiss_lists", "multi_hash"),
    "usearch": ("usearch", "graph"),
    "usearch-exact": ("usearch", "exact"),
    "lancedb": ("lance", "lance"),
    "milvus": ("milvus", "milvus"),
    "pgvector": ("pgvector", "pgvector"),
}
"""Module and function of each engine; a library is imported only where its engine is asked for."""


def engines(names: Sequence[str], world: World) -> Iterator[Engine]:
    """The engines of these names, one after the other, so that one is in memory at a time."""
    for name in names:
        module, function = MAKERS[name]
        maker: Callable[[World], Iterator[Engine]] = getattr(import_module(f"{__name__}.{module}"), function)
        yield from maker(world)
