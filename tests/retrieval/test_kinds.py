"""The kinds of index that are there to be compared."""

from __future__ import annotations

import numpy as np
import pytest

from shopthelook.retrieval import Query, RetrievalError
from shopthelook.retrieval.kinds import KINDS, make_kind
from shopthelook.retrieval.tree import TreeIndex
from tests.retrieval.engines import pairs, random_codes
from tests.retrieval.oracle import Oracle


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"tree"}))
def test_each_kind_finds_what_it_is_for(kind: str) -> None:
    rng = np.random.default_rng(0)
    codes, positions = random_codes(rng, 200, 64), rng.integers(-1, 9, 200)
    ids = [f"p{i}" for i in range(200)]
    index, oracle = make_kind(kind, 64), Oracle()
    index.seq = 3
    for engine in (index, oracle):
        engine.upsert(ids, codes, positions)  # type: ignore[arg-type]
        engine.delete(["p3"])
    assert (len(index), index.seq, index.bits) == (199, 3, 64)
    limits = None if kind == "flat" else (2, 5)
    expected = oracle.search(codes[0], 10, limits)
    assert pairs(index.search(codes[:1], 10, [(2, 5)])[0]) == expected
    assert pairs(index.query([Query(codes[0], (2, 5))], 10)[0]) == expected


def test_the_kind_tree_is_the_approximate_one() -> None:
    assert isinstance(make_kind("tree", 64), TreeIndex)
    assert list(KINDS) == ["flat", "tree", "category", "tokens"]


def test_what_is_refused() -> None:
    with pytest.raises(RetrievalError, match="flat, tree, category, tokens"):
        make_kind("round", 64)
    with pytest.raises(RetrievalError, match="one range per code"):
        make_kind("flat", 64).search(np.zeros((1, 8), np.uint8), 1, [])
