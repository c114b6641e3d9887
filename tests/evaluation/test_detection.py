"""Average precision and thresholds against cases that can be worked out by hand, and against an obvious F1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.evaluation.detection import LabelledBoxes, average_precision, best_threshold


def boxes(*rows: tuple[float, float, float, float, int, float]) -> LabelledBoxes:
    table = np.array(rows, np.float64).reshape(-1, 6)
    return LabelledBoxes(
        table[:, :4].astype(np.float32), table[:, 4].astype(np.int64), table[:, 5].astype(np.float32)
    )


TRUTH = [
    boxes((0, 0, 100, 100, 0, 1), (200, 0, 300, 100, 1, 1)),
    boxes((0, 0, 100, 100, 0, 1)),
]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (TRUTH, {0: (1.0, 1.0), 1: (1.0, 1.0)}),
        ([boxes(), boxes()], {0: (0.0, 0.0), 1: (0.0, 0.0)}),
        # The right place with the wrong label.
        ([boxes((0, 0, 100, 100, 1, 0.9)), boxes()], {0: (0.0, 0.0), 1: (0.0, 0.0)}),
        # IoU 0.68 counts at 0.5, 0.55, 0.6 and 0.65 of the ten thresholds.
        ([boxes((0, 0, 68, 100, 0, 0.9)), boxes((0, 0, 68, 100, 0, 0.8))], {0: (1.0, 0.4), 1: (0.0, 0.0)}),
        # One of two found: 51 of 101 recall points.
        ([boxes((0, 0, 100, 100, 0, 0.9)), boxes()], {0: (51 / 101, 51 / 101), 1: (0.0, 0.0)}),
        # A better-scored false box halves the precision.
        ([boxes((200, 0, 300, 100, 1, 0.5), (0, 300, 50, 350, 1, 0.9)), boxes()], {0: (0, 0), 1: (0.5, 0.5)}),
    ],
)
def test_average_precision(found: list[LabelledBoxes], expected: dict[int, tuple[float, float]]) -> None:
    got = {one.label: (one.ap50, one.ap) for one in average_precision(TRUTH, found, [2, 1, 0])}
    assert got.keys() == expected.keys()
    for label, values in expected.items():
        assert got[label] == pytest.approx(values, abs=1e-6)


def test_labels_outside_the_asked_ones_do_not_count() -> None:
    [only] = average_precision(TRUTH, TRUTH, [1])
    assert (only.label, only.n, only.ap50) == (1, 1, 1.0)


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
    assert average_precision([boxes()], [boxes()], [0, 1]) == []
