"""The approximate index: near hits among all products, restricted only afterwards."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from shopthelook.retrieval import Query, RetrievalError
from shopthelook.retrieval.query import parse
from shopthelook.retrieval.tree import TreeIndex
from tests.retrieval.engines import pairs, random_codes
from tests.retrieval.oracle import Oracle


def filled(count: int, bits: int = 64, **options: int) -> tuple[TreeIndex, Oracle, np.random.Generator]:
    """An index and an oracle with the same products, of a random position from -1 to 8 and a price."""
    rng = np.random.default_rng(0)
    codes, positions = random_codes(rng, count, bits), rng.integers(-1, 9, count)
    attributes = [{"price": (float(i),)} for i in range(count)]
    index, oracle = TreeIndex(bits, **options), Oracle()
    for one in (index, oracle):
        one.upsert([f"p{i:04}" for i in range(count)], codes, positions, attributes)  # type: ignore[arg-type]
    return index, oracle, rng


def recall(index: TreeIndex, oracle: Oracle, codes: np.ndarray, k: int) -> float:
    """The share of hits that are as near as the k nearest of all."""
    near = 0
    for code, hits in zip(codes, index.search(codes, k, [None] * len(codes)), strict=True):
        assert len(hits) == k
        assert pairs(hits) == sorted(pairs(hits))
        near += int((hits.distances <= oracle.search(code, k, None)[-1][0]).sum())
    return near / (k * len(codes))


def test_nearly_all_of_the_nearest_are_found_while_products_come_and_go() -> None:
    index, oracle, rng = filled(600)
    for turn in range(4):
        codes = rng.integers(0, 256, (20, 8), dtype=np.uint8)
        assert recall(index, oracle, codes, 10) > 0.9
        gone = [f"p{i:04}" for i in rng.choice(600, 150, replace=False)]
        changed, new_codes = gone[75:], random_codes(rng, 75, 64)
        for one in (index, oracle):
            one.delete([*gone, "never there"])
            one.upsert(changed, new_codes, np.full(75, turn))  # type: ignore[arg-type]
        assert len(index) == len(oracle.rows)
    found = {key for hits in index.search(codes, 50, [None] * 20) for key in hits.ids}
    assert found <= set(oracle.rows)


def test_a_product_put_in_again_is_found_by_its_new_code_only() -> None:
    index, _, _ = filled(50)
    new, other = np.full((1, 8), 255, np.uint8), np.zeros((1, 8), np.uint8)
    index.upsert(["p0007", "p0007"], np.concatenate([other, new]), np.array([3, 4]))
    assert len(index) == 50
    (hits,) = index.search(new, 1, [None])
    assert pairs(hits) == [(0, "p0007")]
    assert pairs(index.query([Query(new[0], (4, 5), max_distance=0)], 1)[0]) == [(0, "p0007")]
    assert pairs(index.query([Query(new[0], (3, 4), max_distance=0)], 1)[0]) == []


def test_restrictions_are_held_against_what_the_graph_named() -> None:
    """With the whole shop named, only the graph's approximation is left; with k named, hits go missing."""
    query = Query(np.zeros(8, np.uint8), (2, 4), parse("price < 300"), 40)
    wide, oracle, _ = filled(400, oversample=40)
    (hits,) = wide.query([query], 10)
    allowed = oracle.query(query, 400)
    assert len(hits) == 10
    assert set(pairs(hits)) <= set(allowed)
    narrow, _, _ = filled(400, oversample=1)
    (hits,) = narrow.query([query], 10)
    assert len(hits) < 10 < len(allowed)
    assert set(pairs(hits)) <= set(allowed)
    assert hits.plan is not None
    assert (hits.plan.name, hits.plan.rows_qualified) == ("tree", len(hits))
    assert hits.plan.rows_compared > 0


def test_a_filter_knows_the_category_by_position_and_no_attribute_can_stand_for_it() -> None:
    index = TreeIndex(64)
    codes = np.zeros((2, 8), np.uint8)
    index.upsert(["a", "b"], codes, np.array([5, -1]), [{}, {"Category": (5.0,)}])
    (hits,) = index.query([Query(codes[0], None, parse("category:[5 TO 5]"))], 10)
    assert hits.ids == ("a",)


def test_nothing_in_it_and_nothing_left() -> None:
    index, _, _ = filled(3)
    index.seq = 7
    index.upsert([], np.empty((0, 8), np.uint8), np.empty(0, np.int64))
    index.delete(["p0000", "p0001", "p0002"])
    (hits,) = index.search(np.zeros((1, 8), np.uint8), 5, [None])
    assert (len(index), index.seq, index.bits, len(hits), hits.distances.dtype) == (0, 7, 64, 0, np.int32)
    index.upsert(["x"], np.zeros((1, 8), np.uint8), np.array([1]))
    assert index.search(np.zeros((1, 8), np.uint8), 5, [None])[0].ids == ("x",)


def test_what_is_refused() -> None:
    index, _, _ = filled(3)
    for bits in (0, 63, 8192):
        with pytest.raises(RetrievalError, match="bits must be"):
            TreeIndex(bits)
    with pytest.raises(RetrievalError, match="oversample"):
        TreeIndex(64, oversample=0)
    with pytest.raises(RetrievalError, match="one range per code"):
        index.search(np.zeros((1, 8), np.uint8), 1, [])
    with pytest.raises(RetrievalError, match="k must be"):
        index.query([], 0)
    with pytest.raises(RetrievalError, match="as many codes"):
        index.upsert(["a"], np.zeros((2, 8), np.uint8), np.array([1]))
    assert len(index) == 3


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(RetrievalError, match=r"pip install 'shopthelook\[compare\]'"):
        TreeIndex(64)
