"""What the index in Milvus promises besides the protocol, on a real server."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from shopthelook.retrieval import Query, RetrievalError
from shopthelook.retrieval.milvus import Generations, IndexMoved, MilvusIndex, MilvusUnavailable, Server
from shopthelook.retrieval.milvus.rows import Collection, records
from shopthelook.retrieval.query import And, Filter, Not, Or, Range, Term, matches
from tests.fixtures.milvus import free_ports
from tests.retrieval.engines import assert_answers, random_codes
from tests.retrieval.oracle import Oracle

Make = Callable[[int], MilvusIndex]

ZERO = np.zeros(8, np.uint8)
NAMES = ("a", "a=b", "a#", "a~", "Seat  Height", "größe", 'x"y', "x/y~z", "日本", "%3D", "", "7", "f" * 700)
TEXTS = (
    'say "hi"',
    "back\\slash",
    "tab\there",
    "new\nline",
    "\U0001f600",
    "\ud800",
    "b=c",
    "#1.0",
    "x" * 900,
    "''",
)


def test_any_name_and_text_can_be_filtered_by(milvus_index: Make) -> None:
    rows = [{name: (text, float(n))} for n, (name, text) in enumerate((a, b) for a in NAMES for b in TEXTS)]
    ids = [f"p{n}" for n in range(len(rows))]
    index = milvus_index(64)
    index.upsert(ids, np.zeros((len(rows), 8), np.uint8), np.zeros(len(rows), np.int64), rows)
    filters: list[Filter] = [Term(name, text) for name in NAMES[::2] for text in TEXTS]
    filters += [Range(name, 20, 70.5) for name in NAMES] + [Not(Term(name, str(20.0))) for name in NAMES]
    for where, hits in zip(
        filters, index.query([Query(ZERO, None, one) for one in filters], 200), strict=True
    ):
        assert set(hits.ids) == {one for one, row in zip(ids, rows, strict=True) if matches(where, row)}, (
            where
        )


def test_odd_products_do_not_starve_a_page(milvus_index: Make) -> None:
    """Most let through by the expression are not let through by the filter, and nearer than those that are."""
    index, oracle = milvus_index(64), Oracle()
    codes = np.zeros((600, 8), np.uint8)
    codes[500:] = 255
    rows = [{"size": (1.0, 2.0)} if n < 500 else {"size": (7.0,)} for n in range(600)]
    ids, places = [f"p{n}" for n in range(600)], np.full(600, 3)
    index.upsert(ids, codes, places, rows)
    oracle.upsert(ids, codes, places.tolist(), rows)
    assert_answers(index, oracle, [Query(ZERO, None, Range("size", 5, None))], 20)
    assert_answers(index, oracle, [Query(ZERO, (0, 9), Range("size", 1.5, 3), 0)], 20)


def test_what_milvus_cannot_hold_is_refused_by_name(milvus_index: Make) -> None:
    index = milvus_index(64)
    for bad in ("é" * 2048, "half \ud800"):
        with pytest.raises(RetrievalError, match=r"the id"):
            index.upsert(["good", bad], np.zeros((2, 8), np.uint8), np.array([0, 0]))
    much = {"a": (1.0, 2.0), "b": tuple("x" * 250 + str(n) for n in range(300))}
    with pytest.raises(RetrievalError, match="attributes of product 'big'"):
        index.upsert(["big"], np.zeros((1, 8), np.uint8), np.array([0]), [much])
    longest = "é" * 2047
    index.upsert([longest], np.zeros((1, 8), np.uint8), np.array([0]))
    assert index.query([Query(ZERO)], 1)[0].ids == (longest,)
    assert index.query([Query(ZERO)], 16_384)[0].ids == (longest,)
    with pytest.raises(RetrievalError, match="16,384"):
        index.query([Query(ZERO)], 16_385)


def test_deep_filters_work_or_are_refused(milvus_index: Make) -> None:
    def nested(depth: int) -> Filter:
        where: Filter = Term("a", "x")
        for n in range(depth):
            where = And((where, Not(Term("b", str(n))))) if n % 2 else Or((where, Term("c", str(n))))
        return where

    index = milvus_index(64)
    index.upsert(["p"], ZERO[None], np.array([0]), [{"a": ("x",)}])
    where: Filter = Term("a", "x")
    for _ in range(60):
        where = Not(where)
    wide = Or((*(Term("a", str(n)) for n in range(900)), Term("a", "x")))
    for one in (nested(30), where, wide, nested(36)):
        assert index.query([Query(ZERO, (0, 5000), one)], 1)[0].ids == ("p",)
    with pytest.raises(RetrievalError, match="deep"):
        index.query([Query(ZERO, None, nested(60))], 1)


def test_a_write_that_broke_off_is_mended_by_the_next(milvus_index: Make) -> None:
    index = milvus_index(64)
    index.upsert(["a", "b"], np.zeros((2, 8), np.uint8), np.array([1, 1]))
    index.seq = 5
    # The new row is in and the old one not out yet.
    rows = records(["a"], np.full((1, 8), 255, np.uint8), np.array([2]), None, born=2**62)
    rows[0]["key"] = "1a"
    Collection(index._rows.server, index.name, 64).insert(rows)
    again = MilvusIndex(index._rows.server, index.name, 64)
    assert again.read_state()
    assert again.seq == 5
    assert again.query([Query(ZERO)], 5)[0].ids == ("b", "a")
    again.upsert(["a"], np.full((1, 8), 255, np.uint8), np.array([2]))
    assert len(again) == 2
    assert again.query([Query(ZERO)], 5)[0].distances.tolist() == [0, 64]


def test_a_plan_counts_where_it_is_asked_to(milvus_index: Make) -> None:
    index = milvus_index(64)
    codes = random_codes(np.random.default_rng(0), 300, 64)
    index.upsert([f"p{n}" for n in range(300)], codes, np.arange(300))
    plain, counted = index.query([Query(codes[0]), Query(codes[0], (0, 200), counted=True)], 3)
    assert plain.plan is not None
    assert plain.plan.rows_qualified is None
    assert counted.plan is not None
    assert counted.plan.rows_qualified == 200


def test_generations(milvus_server: Server) -> None:
    generations = Generations(milvus_server, "generations_of_a_test")
    assert generations.current() is None
    first, second = generations.make(64), generations.make(64)
    try:
        for index, code in ((first, 0), (second, 255)):
            index.fill(["a"], np.full((1, 8), code, np.uint8), np.array([1]))
            index.load()
            index.write_state(3, {"of": index.name})
        generations.publish(first.name)
        assert generations.current() == first.name
        generations.publish(second.name)
        assert generations.current() == second.name
        with pytest.raises(IndexMoved):
            first.query([Query(ZERO)], 1)
        with pytest.raises(IndexMoved):
            len(first)
        again = MilvusIndex(milvus_server, second.name, 64)
        assert again.read_state()
        assert (again.seq, again.made_for) == (3, {"of": second.name})
        assert again.differing(["a"], np.full((1, 8), 255, np.uint8), np.array([1])) == []
        assert again.differing(["a", "b"], np.full((2, 8), 0, np.uint8), np.array([1, 1])) == ["a", "b"]
    finally:
        generations.drop()
    assert generations.current() is None


def test_nobody_at_the_address() -> None:
    address = f"http://127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(MilvusUnavailable, match=address):
        Server(address)
