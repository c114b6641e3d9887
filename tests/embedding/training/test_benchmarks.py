from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shopthelook.embedding.training.benchmarks import (
    Benchmark,
    bit_distances,
    cosine_distances,
    right_ranks,
    top,
)
from shopthelook.embedding.training.data import View

CHAIR = View(Path("a"), "renders", "renders/1", "scene", 443, "test")


def view(thing: str, category: int = 443) -> View:
    return replace(CHAIR, path=Path(thing), thing=thing, category=category)


@pytest.mark.parametrize(
    ("distances", "rank"),
    [
        ([0.0, 0.5, 0.9, 0.1], 0),
        ([0.3, 0.1, 0.9, 0.0], 1),
        ([0.3, 0.1, 0.2, 0.0], 2),
        ([0.3, 0.3, 0.3, 0.0], 0),
    ],
)
def test_the_rank_counts_pictures_of_the_same_category_only(distances: list[float], rank: int) -> None:
    gallery = (view("right"), view("other"), view("third"), view("sofa", 460))
    benchmark = Benchmark("b", "d", "test", (view("right"),), gallery)
    assert right_ranks(benchmark, np.array([distances], np.float32)).tolist() == [rank]


def test_the_nearest_of_several_right_pictures_counts() -> None:
    gallery = (view("right"), view("other"), view("right"))
    benchmark = Benchmark("b", "d", "test", (view("right"),), gallery)
    assert right_ranks(benchmark, np.array([[0.9, 0.5, 0.1]], np.float32)).tolist() == [0]


def test_top_is_the_share_of_ranks_below_k() -> None:
    ranks = np.array([0, 0, 3, 7])
    assert (top(ranks, 1), top(ranks, 5)) == (0.5, 0.75)


def test_distances_against_loops() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((5, 64), np.float32), rng.standard_normal((7, 64), np.float32)
    bits, cosines = bit_distances(a, b), cosine_distances(a, b)
    for i in range(5):
        for j in range(7):
            assert bits[i, j] == ((a[i] > 0) != (b[j] > 0)).sum()
            expected = 1 - a[i] @ b[j] / np.linalg.norm(a[i]) / np.linalg.norm(b[j])
            assert cosines[i, j] == pytest.approx(expected, abs=1e-5)
