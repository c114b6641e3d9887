"""What `ProductIndex.query` promises of filters and distances, for every engine, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes, ProductIndex, Query, RetrievalError
from shopthelook.retrieval.query.ast import Filter, Range, Term
from tests.retrieval.engines import MakeIndex, assert_answers, pairs, random_codes
from tests.retrieval.filters import CASES, random_attributes
from tests.retrieval.oracle import Oracle


def filled(make_index: MakeIndex, bits: int, count: int) -> tuple[ProductIndex, Oracle, NDArray[np.uint8]]:
    rng = np.random.default_rng(4)
    codes, places = random_codes(rng, count, bits), rng.integers(-1, 20, count)
    ids, attributes = [f"p{i}" for i in rng.permutation(count)], random_attributes(rng, count)
    index, oracle = make_index(bits), Oracle()
    index.upsert(ids, codes, places, attributes)
    oracle.upsert(ids, codes, places.tolist(), attributes)
    return index, oracle, codes


@pytest.mark.parametrize("bits", [64, 512, 4096])
def test_filters_of_every_kind(make_index: MakeIndex, bits: int) -> None:
    index, oracle, codes = filled(make_index, bits, 300)
    for limits in (None, (3, 12), (4, 4)):
        for k in (1, 7, 400):
            assert_answers(index, oracle, [Query(codes[i], limits, f) for i, f in enumerate(CASES)], k)


def test_a_distance_cuts_hits_off(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 64, 300)
    for most in (0, 20, 24, 28, 64, 10_000):
        queries = [Query(codes[i], None, f, most) for i, f in enumerate([None, *CASES])]
        assert_answers(index, oracle, queries, 10)
    assert pairs(index.query([Query(~codes[0], None, None, 0)], 5)[0]) == []


def test_queries_of_one_call_have_filters_of_their_own(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 128, 400)
    queries = [
        Query(codes[i], limits, where, most)
        for i in range(3)
        for limits in (None, (2, 9), (2, 9))
        for where in (None, CASES[0], CASES[17])
        for most in (None, 60)
    ]
    assert_answers(index, oracle, queries, 12)
    assert index.query([], 3) == []


@pytest.mark.parametrize("bits", [64, 512])
@pytest.mark.parametrize("together", [2, 9, 20])
def test_queries_that_share_a_filter(make_index: MakeIndex, bits: int, together: int) -> None:
    index, oracle, codes = filled(make_index, bits, 300)
    for where in (None, *CASES[:20:3]):
        for limits in (None, (3, 12)):
            queries = [Query(codes[i], limits, where, 40 * bits // 64) for i in range(together)]
            assert_answers(index, oracle, queries, 6)


@pytest.mark.parametrize("bits", [64, 512])
def test_more_ties_than_any_buffer_holds(make_index: MakeIndex, bits: int) -> None:
    index = make_index(bits)
    rng = np.random.default_rng(6)
    count = 7000
    ids = [f"p{i:04}" for i in rng.permutation(count)]
    codes = np.zeros((count, bits // 8), np.uint8)
    codes[:5, 0] = 1
    colors: list[Attributes] = [{"color": (("red", "blue")[i % 2],)} for i in range(count)]
    index.upsert(ids, codes, np.arange(count) % 4, colors)
    wheres: list[Filter | None] = [
        None,
        Term("color", "red"),
        Term("color", "green"),
        Range("category", 1, 3),
    ]
    for where in wheres:
        rows = [i for i in range(5, count) if where != wheres[1] or i % 2 == 0]
        rows = [i for i in rows if where != wheres[3] or i % 4 > 0] if where != wheres[2] else []
        expected = sorted(ids[i] for i in rows)[:3]
        for together in (1, 3):
            for hits in index.query([Query(codes[-1], None, where)] * together, 3):
                assert list(hits.ids) == expected


def test_an_update_replaces_attributes(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 64, 200)
    ids = [f"p{i}" for i in range(0, 200, 3)]
    changes: list[list[Attributes] | None] = [
        [{"brand": ("new",), "price": (7,)}] * len(ids),
        [{}] * len(ids),
        [{"price": (7.0, 70.0)}] * len(ids),
        None,
        [{"brand": ("Acme", "new")}] * len(ids),
    ]
    wheres: list[Filter | None] = [None, Term("brand", "new"), Term("brand", "acme"), Range("price", 5, 9)]
    for attributes in changes:
        index.upsert(ids, codes[: len(ids)], np.zeros(len(ids), np.int64), attributes)
        oracle.upsert(ids, codes[: len(ids)], [0] * len(ids), attributes)
        assert_answers(index, oracle, [Query(codes[5], None, where) for where in wheres], 150)


def test_deleted_rows_fulfil_no_filter(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 64, 200)
    for engine in (index, oracle):
        engine.delete([f"p{i}" for i in range(0, 200, 2)])
    assert_answers(index, oracle, [Query(codes[0], None, where) for where in CASES], 150)


def test_category_is_the_position_and_nothing_else(make_index: MakeIndex) -> None:
    index = make_index(64)
    code = np.zeros((2, 8), np.uint8)
    index.upsert(["with", "without"], code, np.array([4, -1]), [{"a": ("x",)}, {"a": ("x",)}])
    where: list[Filter] = [Range("category", None, None), Range("category", -1, -1), Term("category", "4")]
    found = [hits.ids for hits in index.query([Query(code[0], None, f) for f in where], 3)]
    assert found == [("with",), (), ("with",)]


def test_many_equal_distances_under_a_filter_are_in_the_order_of_ids(make_index: MakeIndex) -> None:
    index, oracle = make_index(64), Oracle()
    rng = np.random.default_rng(8)
    ids, codes = [f"p{i}" for i in rng.permutation(500)], np.zeros((500, 8), np.uint8)
    positions, attributes = rng.integers(0, 5, 500), random_attributes(rng, 500)
    index.upsert(ids, codes, positions, attributes)
    oracle.upsert(ids, codes, positions.tolist(), attributes)
    for k in (1, 40, 170):
        assert_answers(index, oracle, [Query(codes[0], None, where) for where in CASES], k)


def test_the_caller_keeps_its_attributes(make_index: MakeIndex) -> None:
    index = make_index(64)
    values: list[str | float] = ["red"]
    index.upsert(["a"], np.zeros((1, 8), np.uint8), np.array([1]), [{"color": values}])
    values[0] = "blue"
    query = Query(np.zeros(8, np.uint8), None, Term("color", "red"))
    assert index.query([query], 1)[0].ids == ("a",)


def test_filters_after_many_writes(make_index: MakeIndex) -> None:
    """Enough writes that an engine with a fresh part has to merge it, attributes included."""
    rng = np.random.default_rng(12)
    index, oracle = make_index(64), Oracle()
    for _ in range(6):
        ids = [f"p{i}" for i in rng.integers(0, 4000, 1500)]
        codes, positions = random_codes(rng, 1500, 64), rng.integers(-1, 20, 1500)
        attributes = random_attributes(rng, 1500)
        index.upsert(ids, codes, positions, attributes)
        oracle.upsert(ids, codes, positions.tolist(), attributes)
        gone = [f"p{i}" for i in rng.integers(0, 4000, 200)]
        index.delete(gone)
        oracle.delete(gone)
    assert_answers(index, oracle, [Query(codes[0], None, where) for where in CASES], 20)


@pytest.mark.parametrize(
    ("query", "k", "message"),
    [
        (Query(np.zeros(16, np.uint8)), 1, "64 bits"),
        (Query(np.zeros(8, np.int8)), 1, "uint8"),
        (Query(np.zeros((1, 8), np.uint8)), 1, "64 bits"),
        (Query(np.zeros(8, np.uint8)), 0, "k must be"),
        (Query(np.zeros(8, np.uint8), (3, 2)), 1, "range"),
        (Query(np.zeros(8, np.uint8), None, None, -1), 1, "max_distance"),
    ],
)
def test_queries_that_are_refused(make_index: MakeIndex, query: Query, k: int, message: str) -> None:
    with pytest.raises(RetrievalError, match=message):
        make_index(64).query([query], k)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ([], "as many"),
        ([{"a": "text"}], "values of a"),
        ([{"a": [None]}], "values of a"),
        ([{"a": [10**400]}], "values of a"),
        ([{5: ["x"]}], "name of an attribute"),
        ([{"a\0b": ["x"]}], "name of an attribute"),
    ],
)
def test_attributes_that_are_refused_change_nothing(
    make_index: MakeIndex, attributes: list[Attributes], message: str
) -> None:
    index = make_index(64)
    with pytest.raises(RetrievalError, match=message):
        index.upsert(["a"], np.zeros((1, 8), np.uint8), np.array([0]), attributes)
    assert len(index) == 0
