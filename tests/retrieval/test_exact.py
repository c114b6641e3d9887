"""What only the exact index promises: its layout, and readers that never wait."""

from __future__ import annotations

import threading

import numpy as np

from shopthelook.retrieval import ExactIndex


def test_a_merge_lays_rows_out_by_position() -> None:
    index = ExactIndex(64)
    rng = np.random.default_rng(0)
    ids = [f"p{i}" for i in range(100)]
    index.upsert(ids, rng.integers(0, 256, (100, 8), dtype=np.uint8), rng.integers(-1, 9, 100))
    index.delete(ids[:20])
    index.compact()
    state = index._state
    assert state.fresh.count == 0
    assert state.main.count == 80
    assert len(state.main.dead) == 0
    assert (np.diff(state.main.positions) >= 0).all()


def test_many_single_writes_merge_by_themselves() -> None:
    index = ExactIndex(64)
    code = np.zeros((1, 8), np.uint8)
    for i in range(5000):
        index.upsert([f"p{i % 700}"], code, np.array([i % 5]))
    assert len(index) == 700
    assert index._state.changes <= 4096


def test_a_search_does_not_wait_for_a_writer() -> None:
    index = ExactIndex(64)
    code = np.zeros((1, 8), np.uint8)
    index.upsert(["a"], code, np.array([1]))
    found: list[tuple[str, ...]] = []
    with index._writing:
        reader = threading.Thread(target=lambda: found.append(index.search(code, 1, [None])[0].ids))
        reader.start()
        reader.join(timeout=10)
    assert found == [("a",)]


def test_contains() -> None:
    index = ExactIndex(64)
    index.upsert(["a", "b"], np.zeros((2, 8), np.uint8), np.array([1, 2]))
    index.delete(["a"])
    assert "a" not in index
    assert "b" in index
