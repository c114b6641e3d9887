"""Every engine through any order of writes and searches, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes, ProductIndex, Query
from shopthelook.retrieval.milvus import Server
from shopthelook.retrieval.query.ast import Filter
from tests.fixtures.milvus import Pool
from tests.retrieval.engines import ENGINES, MakeIndex, Range, assert_agrees, assert_answers
from tests.retrieval.filters import attributes, filters
from tests.retrieval.oracle import Oracle


class Life(RuleBasedStateMachine):
    """Any order of writes and searches, on few ids, few codes and few positions, so that all collide."""

    make: MakeIndex
    bits = 64
    ids = st.integers(0, 30).map(lambda i: f"p{i}")
    # Codes of few bits set: distances are small and equal ones common.
    codes = st.integers(0, 15).map(lambda i: np.array([i, 0, 0, 0, 0, 0, 0, i & 3], np.uint8))
    limits = st.none() | st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda ab: (min(ab), max(ab)))

    @initialize()
    def start(self) -> None:
        self.index, self.oracle = self.make(self.bits), Oracle()

    @rule(rows=st.lists(st.tuples(ids, codes, st.integers(-1, 5), attributes), max_size=12))
    def upsert(self, rows: list[tuple[str, NDArray[np.uint8], int, Attributes]]) -> None:
        ids, positions = [row[0] for row in rows], [row[2] for row in rows]
        codes = np.array([row[1] for row in rows], np.uint8).reshape(len(rows), 8)
        attributes = [row[3] for row in rows]
        self.index.upsert(ids, codes, np.array(positions, np.int64), attributes)
        self.oracle.upsert(ids, codes, positions, attributes)

    @rule(gone=st.lists(ids, max_size=6))
    def delete(self, gone: list[str]) -> None:
        self.index.delete(gone)
        self.oracle.delete(gone)

    @precondition(lambda self: hasattr(self.index, "compact"))
    @rule()
    def compact(self) -> None:
        self.index.compact()  # type: ignore[attr-defined]

    @rule(code=codes, k=st.integers(1, 40), limits=limits)
    def search(self, code: NDArray[np.uint8], k: int, limits: Range) -> None:
        assert_agrees(self.index, self.oracle, code[None], k, limits)

    @rule(
        code=codes,
        k=st.integers(1, 40),
        limits=limits,
        where=filters,
        most=st.none() | st.integers(0, 9),
    )
    def query(self, code: NDArray[np.uint8], k: int, limits: Range, where: Filter, most: int | None) -> None:
        assert_answers(self.index, self.oracle, [Query(code, limits, where, most)], k)

    @invariant()
    def same_size(self) -> None:
        if hasattr(self, "index"):
            assert len(self.index) == len(self.oracle.rows)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_any_order_of_writes_and_searches(engine: str) -> None:
    live(ENGINES[engine], lives=60, steps=25)


def test_any_order_in_milvus(milvus_server: Server) -> None:
    """Few lives, since each step is some requests; each begins with the same collection, emptied."""
    pool = Pool(milvus_server)

    def make(bits: int) -> ProductIndex:
        pool.take_back()
        return pool.lend(bits)

    live(make, lives=5, steps=20)


def live(make: MakeIndex, lives: int, steps: int) -> None:
    machine = type("LifeOfAnEngine", (Life,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
