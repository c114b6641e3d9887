"""Search by tokens: the recall that was asked for, never fewer hits than there are, exact where a filter is narrow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook.retrieval import ExactIndex, ProductIndex, Query, RetrievalError
from shopthelook.retrieval.embedded import EmbeddedIndex, segment
from shopthelook.retrieval.query import Not, Term

COUNT = 6000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "RANKS_FROM", 1000)


@pytest.fixture(params=[128, 320, 512], ids=lambda bits: f"{bits} bits")
def bits(request: pytest.FixtureRequest) -> int:
    """Codes without sketches, with sketches of two words, and with those of four."""
    found: int = request.param
    return found


def near(rng: np.random.Generator, codes: NDArray[np.uint8], changed: float) -> NDArray[np.uint8]:
    """The codes with some bits changed."""
    return codes ^ np.packbits(rng.random((len(codes), codes.shape[1] * 8)) < changed, axis=1)


def filled(index: ProductIndex) -> NDArray[np.uint8]:
    """Groups of neighbours; returns a query for each of 100 groups."""
    rng = np.random.default_rng(0)
    centres = rng.integers(0, 256, (300, index.bits // 8), dtype=np.uint8)
    codes = near(rng, centres[rng.integers(0, 300, COUNT)], 0.08)
    colors = [{"color": ("red" if i % 10 else "blue",)} for i in range(COUNT)]
    index.upsert([f"p{i}" for i in range(COUNT)], codes, np.arange(COUNT) // 100, colors)
    return near(rng, centres[:100], 0.05)


def recall(index: ProductIndex, exact: ProductIndex, queries: list[Query], k: int = 10) -> float:
    shares = []
    for mine, true in zip(index.query(queries, k), exact.query(queries, k), strict=True):
        assert len(mine) == len(true)
        shares.append((mine.distances <= true.distances[-1]).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize("wanted", [0.8, 0.95, 0.99])
def test_recall_is_about_what_was_asked_for(bits: int, wanted: float) -> None:
    index, exact = EmbeddedIndex(bits, threads=1, recall=wanted), ExactIndex(bits)
    queries = [Query(code) for code in filled(index)]
    filled(exact)
    index.compact()
    assert recall(index, exact, queries) > wanted - 0.04
    plan = index.query(queries[:1], 10)[0].plan
    assert plan is not None
    assert plan.name == "tokens"
    assert plan.rows_qualified == COUNT
    assert 0 < plan.rows_compared <= plan.tokens_matched < COUNT
    assert (plan.rows_compared < plan.tokens_matched) == (bits > 128)


def test_filters_that_leave_most_are_searched_by_tokens_and_hold(bits: int, tmp_path: Path) -> None:
    index, exact = EmbeddedIndex(bits, threads=1, recall=0.95), ExactIndex(bits)
    codes = filled(index)
    filled(exact)
    index.compact()
    for engine in (index, exact):
        engine.delete([f"p{i}" for i in range(0, COUNT, 7)])
    index.snapshot(tmp_path, {})
    opened = EmbeddedIndex.open(tmp_path, bits, {}, threads=1, recall=0.95)
    queries = [Query(code, None, Not(Term("color", "blue"))) for code in codes]
    for one in (index, opened):
        assert recall(one, exact, queries) > 0.9
        for hits in one.query(queries, 10):
            assert hits.plan is not None
            assert hits.plan.name == "tokens"
            assert all(int(product_id[1:]) % 10 and int(product_id[1:]) % 7 for product_id in hits.ids)


def test_narrow_filters_are_exact(bits: int) -> None:
    index, exact = EmbeddedIndex(bits, threads=1, recall=0.5), ExactIndex(bits)
    codes = filled(index)
    filled(exact)
    index.compact()
    queries = [Query(code, None, Term("color", "blue")) for code in codes]
    assert [hits.ids for hits in index.query(queries, 10)] == [hits.ids for hits in exact.query(queries, 10)]


def test_the_recall_holds_within_categories(bits: int) -> None:
    index, exact = EmbeddedIndex(bits, threads=1, recall=0.9), ExactIndex(bits)
    codes = filled(index)
    filled(exact)
    index.compact()
    assert recall(index, exact, [Query(code, (3, 40)) for code in codes]) > 0.86


def test_more_than_was_measured_is_exact(bits: int) -> None:
    index, exact = EmbeddedIndex(bits, threads=1, recall=0.5), ExactIndex(bits)
    queries = [Query(code) for code in filled(index)[:10]]
    filled(exact)
    index.compact()
    assert [hits.ids for hits in index.query(queries, 300)] == [
        hits.ids for hits in exact.query(queries, 300)
    ]


def test_queries_together_are_answered_as_alone(bits: int) -> None:
    index = EmbeddedIndex(bits, threads=1, recall=0.8)
    queries = [Query(code) for code in filled(index)[:40]]
    index.compact()
    together = [hits.ids for hits in index.query(queries, 10)]
    assert together == [index.query([query], 10)[0].ids for query in queries]


def test_no_page_is_left_short(bits: int) -> None:
    index, exact = EmbeddedIndex(bits, threads=1, recall=0.5), ExactIndex(bits)
    codes = filled(index)
    filled(exact)
    index.compact()
    assert len(index.query([Query(codes[0])], COUNT + 5)[0]) == COUNT
    query = [Query(codes[0], None, None, 30)]
    assert index.query(query, COUNT)[0].ids == exact.query(query, COUNT)[0].ids


def test_what_is_refused() -> None:
    for wrong in (0.0, -1.0, 1.1):
        with pytest.raises(RetrievalError, match="recall"):
            EmbeddedIndex(64, recall=wrong)
