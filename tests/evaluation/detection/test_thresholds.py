"""The threshold with the best F1, against an obvious F1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.evaluation.detection import best_threshold
from tests.evaluation.detection.made import boxes


def f1_at(threshold: float, right: list[bool], scores: list[float], total: int) -> float:
    kept = [r for r, s in zip(right, scores, strict=True) if s >= threshold]
    return 2 * sum(kept) / (len(kept) + total)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 99)), min_size=1, max_size=12, unique_by=lambda t: t[1])
)
def test_best_threshold_has_the_best_f1(cases: list[tuple[bool, int]]) -> None:
    # Each case is one true box far from all others, and one prediction that hits it or misses it.
    truth = boxes(*((300 * i, 0, 300 * i + 100, 100, 0, 1) for i in range(len(cases))))
    found = boxes(
        *((300 * i + (0 if hit else 150), 0, 300 * i + (100 if hit else 250), 100, 0, s / 100)
          for i, (hit, s) in enumerate(cases))
    )  # fmt: skip
    best = best_threshold([truth], [found], 0)
    right, scores = [hit for hit, _ in cases], [float(np.float32(s / 100)) for _, s in cases]
    if any(right):
        assert best.f1 == pytest.approx(f1_at(best.score, right, scores, len(cases)))
        assert best.f1 == pytest.approx(max(f1_at(s, right, scores, len(cases)) for s in scores))
    else:
        assert best.f1 == 0


def test_a_true_box_is_found_once() -> None:
    truth = [boxes((0, 0, 100, 100, 0, 1))]
    twice = [boxes((0, 0, 100, 100, 0, 0.9), (0, 0, 100, 99, 0, 0.8))]
    best = best_threshold(truth, twice, None)
    assert (best.score, best.precision, best.recall) == (pytest.approx(0.9), 1.0, 1.0)


def test_nothing_to_find() -> None:
    assert best_threshold([boxes()], [boxes()], None).f1 == 0
