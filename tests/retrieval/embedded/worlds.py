"""Indexes to keep and to open again."""

from __future__ import annotations

import numpy as np

from shopthelook.retrieval import Query
from shopthelook.retrieval.embedded import EmbeddedIndex
from tests.retrieval.engines import assert_answers, random_codes
from tests.retrieval.filters import CASES, random_attributes
from tests.retrieval.oracle import Oracle

MADE_FOR = {"bundle": "tiny@1"}


def lived_in(fresh: int = 32, bits: int = 64, seed: int = 0) -> tuple[EmbeddedIndex, Oracle]:
    """An index of some segments, with dead rows and rows that are in no segment yet."""
    rng = np.random.default_rng(seed)
    index, oracle = EmbeddedIndex(bits, threads=1, fresh=fresh), Oracle()
    for size in (300, 40, 40, 7):
        change(index, oracle, rng, size)
    return index, oracle


def change(index: EmbeddedIndex, oracle: Oracle, rng: np.random.Generator, size: int) -> None:
    """Put some products in, new ones and ones that are there, and take some out."""
    ids = [f"p{i}" for i in rng.integers(0, 400, size)]
    codes, positions = random_codes(rng, size, index.bits), rng.integers(-1, 20, size)
    attributes = random_attributes(rng, size)
    gone = [f"p{i}" for i in rng.integers(0, 400, size // 8)]
    index.upsert(ids, codes, positions, attributes)
    oracle.upsert(ids, codes, positions.tolist(), attributes)
    index.delete(gone)
    oracle.delete(gone)


def assert_same(index: EmbeddedIndex, oracle: Oracle) -> None:
    """The index holds what the oracle does, and answers as it does."""
    assert len(index) == len(oracle.rows)
    code = random_codes(np.random.default_rng(1), 1, index.bits)[0]
    queries = [Query(code), *(Query(code, None, where) for where in CASES), Query(code, (2, 9), CASES[0])]
    assert_answers(index, oracle, queries, 30)


def rebuilt(oracle: Oracle, bits: int) -> EmbeddedIndex:
    """The same products in an index that was made of them at once."""
    index = EmbeddedIndex(bits, threads=1)
    if oracle.rows:
        codes, positions, attributes = zip(*oracle.rows.values(), strict=True)
        index.upsert(list(oracle.rows), np.stack(codes), np.array(positions), attributes)
    return index
