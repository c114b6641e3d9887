"""Exact search and its figures against a loop that sorts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopthelook.embedding import pack
from shopthelook.evaluation.embedding import searching
from shopthelook.evaluation.embedding.scores import score
from shopthelook.evaluation.embedding.searching import (
    DEPTH,
    NEVER,
    Task,
    cosine_distances,
    hamming_distances,
    search,
)


@st.composite
def tasks(draw: st.DrawFn) -> tuple[Task, np.ndarray]:
    """Few distances, so that there are many equal ones; few things, categories and groups."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 25))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    task = Task(
        rng.integers(0, 4, n),
        rng.integers(-1, 4, m),
        rng.integers(0, 3, n),
        rng.integers(-1, 2, m),
        rng.integers(-1, 3, n),
        rng.integers(-1, 3, m),
    )
    return task, rng.integers(0, draw(st.integers(1, 12)), (n, m)).astype(np.float32)


def slow(task: Task, distances: np.ndarray, i: int) -> tuple[list[int], list[bool], int]:
    """The pictures that may answer query i, nearest first; which are right; how many right ones there are."""
    unbarred = [j for j in range(len(task.shown)) if task.barred[j] != task.query_group[i]]
    there = [j for j in unbarred if task.within[i] < 0 or task.category[j] == task.within[i]]
    order = sorted(there, key=lambda j: (distances[i, j], j))
    rights = sum(task.shown[j] == task.wanted[i] for j in unbarred)
    return order, [bool(task.shown[j] == task.wanted[i]) for j in order], rights


@settings(max_examples=200, deadline=None)
@given(tasks(), st.sampled_from([1, 30, 4_000_000]))
def test_ranks_and_figures_are_those_of_a_loop(made: tuple[Task, np.ndarray], cells: int) -> None:
    task, distances = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "_CELLS", cells)
        ranked = search(lambda rows: distances[rows].copy(), task)
    scores = score(ranked)
    for i in range(len(task.wanted)):
        order, right, rights = slow(task, distances, i)
        expected = (order + [-1] * DEPTH)[:DEPTH]
        assert ranked.hits[i].tolist() == expected
        assert ranked.right[i].tolist() == (right + [False] * DEPTH)[:DEPTH]
        assert ranked.rights[i] == rights
        first = right.index(True) if True in right else NEVER
        assert ranked.first[i] == first
        for k in (1, 5):
            wanted = sum(right[:k]) / min(k, rights) if rights else 0
            assert scores[f"p@{k}"][i] == pytest.approx(wanted)
        for k in (5, 10):
            assert scores[f"recall@{k}"][i] == (1 if any(right[:k]) else 0)
        assert scores["mrr"][i] == pytest.approx(0 if first == NEVER else 1 / (first + 1))


def test_distances_are_those_of_pairs() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((5, 64)).astype(np.float32), rng.standard_normal((7, 64)).astype(np.float32)
    bits = hamming_distances(pack(a), pack(b))(slice(1, 4))
    floats = cosine_distances(a, b)(slice(1, 4))
    for i in range(3):
        for j in range(7):
            x, y = a[i + 1], b[j]
            assert bits[i, j] == ((x > 0) != (y > 0)).sum()
            assert floats[i, j] == pytest.approx(1 - x @ y / np.linalg.norm(x) / np.linalg.norm(y), abs=1e-5)


def test_floats_without_length_are_far_from_everything() -> None:
    zero, one = np.zeros((1, 8), np.float32), np.ones((1, 8), np.float32)
    assert cosine_distances(zero, one)(slice(0, 1)).tolist() == [[1.0]]
