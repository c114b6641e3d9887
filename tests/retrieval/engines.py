"""The engines that the conformance tests run on, and how their answers are compared.

A new engine is one more entry of `ENGINES`; Milvus, which needs a server, is the fixture `milvus_index`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval import ExactIndex, Hits, ProductIndex, Query
from shopthelook.retrieval.embedded import EmbeddedIndex
from tests.retrieval.oracle import Oracle

MakeIndex: TypeAlias = Callable[[int], ProductIndex]
Range: TypeAlias = tuple[int, int] | None

ENGINES: dict[str, MakeIndex] = {
    "exact": ExactIndex,
    "embedded": EmbeddedIndex,
    # Segments after a few rows, so that small tests meet many of them, and merges.
    "embedded-small": lambda bits: EmbeddedIndex(bits, threads=1, fresh=4, largest=50),
}


def random_codes(rng: np.random.Generator, count: int, bits: int) -> NDArray[np.uint8]:
    return rng.integers(0, 256, (count, bits // 8), dtype=np.uint8)


def pairs(hits: Hits) -> list[tuple[int, str]]:
    assert hits.distances.dtype == np.int32
    return list(zip(hits.distances.tolist(), hits.ids, strict=True))


def assert_agrees(
    index: ProductIndex, oracle: Oracle, codes: NDArray[np.uint8], k: int, limits: Range
) -> None:
    found = index.search(codes, k, [limits] * len(codes))
    assert [pairs(hits) for hits in found] == [oracle.search(code, k, limits) for code in codes]


def assert_answers(index: ProductIndex, oracle: Oracle, queries: list[Query], k: int) -> None:
    found = index.query(queries, k)
    for query, hits in zip(queries, found, strict=True):
        assert pairs(hits) == oracle.query(query, k), query
        assert hits.plan is not None
        assert hits.plan.rows_qualified is None or len(hits) <= hits.plan.rows_qualified
