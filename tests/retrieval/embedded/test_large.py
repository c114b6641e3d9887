"""Segments large enough for runs and forward columns, beside brute force: filters, ranges, dead rows, ties."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes, Query
from shopthelook.retrieval.embedded import EmbeddedIndex, answering
from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term, matches
from tests.retrieval.filters import CASES, random_attributes

COUNT = 6000

# What a field that no row has two values of makes quick, alone and beside others.
SINGLE: list[Filter] = [
    Term("maker", "m3"),
    Not(Term("maker", "m3")),
    In("maker", tuple(f"m{i}" for i in range(0, 40, 2))),
    In("maker", tuple(f"m{i}" for i in range(35))),
    In("serial", ("17", "18", "none")),
    Range("serial", 100, 130),
    Range("serial", 1000, 5000, low_open=True),
    Range("serial", None, 5990, high_open=True),
    And((Range("serial", 100, 3000), Term("maker", "m5"), Not(Range("category", 3, 8)))),
    And((Range("serial", 10, 40), Or((Term("maker", "m1"), Range("category", 4, 6))))),
    And((Term("maker", "m7"), In("color", ("red", "blue")))),
    Or((Term("maker", "m1"), In("maker", ("m2", "nobody")), Range("serial", 50, 60))),
    And((In("category", ("3", "4.5", "7")), Range("serial", 0, 4000))),
]


class Case:
    """An index that has lived, and the same products laid bare: all is looked up by id."""

    def __init__(self, bits: int) -> None:
        rng = np.random.default_rng(bits)
        centres = rng.integers(0, 256, (20, bits // 8), dtype=np.uint8)
        near = np.packbits(rng.random((COUNT, bits)) < 0.08, axis=1)
        positions = rng.integers(-1, 20, COUNT)
        codes = centres[positions] ^ near
        # Far more equal ones than a page, or the room for ties, holds.
        codes[-2500:-1000] = codes[-1]
        attributes: list[Attributes] = [
            {**one, "maker": (f"m{int(rng.integers(0, 40))}",), "serial": (float(i),)}
            for i, one in enumerate(random_attributes(rng, COUNT))
        ]
        ids = [f"p{i}" for i in rng.permutation(COUNT)]
        self.index = EmbeddedIndex(bits, threads=1)
        self.index.upsert(ids, codes, positions, attributes)
        self.index.delete(ids[::9])
        # These wait in no segment yet, and their rows in the first one are dead.
        self.index.upsert(ids[:300], codes[300:600], positions[5:305], attributes[300:600])
        alive = {i: i for i in range(COUNT) if i % 9} | {i: i + 300 for i in range(300)}
        place = {i: i for i in range(COUNT)} | {i: i + 5 for i in range(300)}
        self.ids = np.array([ids[i] for i in alive])
        self.codes = codes[list(alive.values())]
        self.positions = positions[[place[i] for i in alive]]
        self.attributes = [attributes[i] for i in alive.values()]
        queries = centres ^ np.packbits(rng.random((20, bits)) < 0.05, axis=1)
        ranges = [None, (0, 20), (3, 9), (5, 6), (7, 7), None]
        self.queries = [Query(code, ranges[i % 6], counted=True) for i, code in enumerate(queries)]
        self.queries.append(Query(codes[-1], None, counted=True))

    def allowed(self, where: Filter | None) -> NDArray[np.bool_]:
        return np.array(
            [
                where is None or matches(where, one if position < 0 else {**one, "category": (position,)})
                for one, position in zip(self.attributes, self.positions.tolist(), strict=True)
            ]
        )

    def nearest(self, query: Query, allowed: NDArray[np.bool_]) -> tuple[list[str], list[int]]:
        """All that is allowed, nearest first."""
        if query.range is not None:
            first, end = query.range
            allowed = allowed & (self.positions >= first) & (self.positions < end)
        rows = np.flatnonzero(allowed)
        distances = np.bitwise_count(self.codes[rows] ^ query.code).sum(axis=1, dtype=np.int64)
        order = np.lexsort((self.ids[rows], distances))
        return self.ids[rows[order]].tolist(), distances[order].tolist()


@pytest.fixture(scope="module", params=[128, 512])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(request.param)


@pytest.mark.parametrize("where", [None, *CASES, *SINGLE])
def test_it_answers_as_brute_force_does(case: Case, where: Filter | None) -> None:
    allowed = case.allowed(where)
    true = [case.nearest(query, allowed) for query in case.queries]
    for k in (1, 10, 2200):
        asked = [Query(one.code, one.range, where, counted=True) for one in case.queries]
        together = case.index.query(asked, k)
        for query, hits, (ids, distances) in zip(asked, together, true, strict=True):
            for found in (hits, case.index.query([query], k)[0]):
                assert list(found.ids) == ids[:k], (query, k)
                assert found.distances.tolist() == distances[:k]
                assert found.plan is not None
                assert found.plan.rows_qualified == len(ids)


def test_runs_are_passed_over(case: Case) -> None:
    for hits in case.index.query(case.queries[::6], 10):
        assert hits.plan is not None
        assert 0 < (hits.plan.rows_compared or 0) < COUNT / 2


def test_threads_share_a_search(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "_WORTH_A_THREAD", 0)  # however little there is to do
    shared = EmbeddedIndex(case.index.bits, threads=3)
    shared._content = case.index._content
    everything = case.allowed(None)
    for some in (case.queries[:1], case.queries):
        for query, hits in zip(some, shared.query(some, 10), strict=True):
            ids, _ = case.nearest(query, everything)
            assert list(hits.ids) == ids[:10]
            assert hits.plan is not None
            assert hits.plan.rows_qualified == len(ids)
