"""Matching against the library's average precision, and greedy choice by hand."""

import numpy as np
import pytest

from shopthelook.evaluation.detection import average_precision
from shopthelook.evaluation.detection.bootstrap import replicate_precision
from shopthelook.evaluation.detection.matching import exact_iou, greedy, match
from shopthelook.evaluation.intervals import draw
from shopthelook.geometry import iou
from tests.evaluation.detection.made import boxes, made


def test_a_true_box_is_taken_once_by_the_best_score() -> None:
    overlaps = np.array([[0.6, 0.9], [0.2, 0.8], [0.55, 0.1], [0.7, 0.7]])
    assert greedy(overlaps, 0.5).tolist() == [1, -1, 0, -1]
    assert greedy(overlaps, 0.85).tolist() == [1, -1, -1, -1]
    assert greedy(np.zeros((2, 0)), 0.5).tolist() == [-1, -1]
    assert greedy(np.zeros((0, 2)), 0.5).tolist() == []


def test_the_last_of_equal_overlaps_is_taken() -> None:
    assert greedy(np.array([[0.7, 0.7, 0.1]]), 0.5).tolist() == [1]


def test_overlaps_are_those_of_the_geometry() -> None:
    truth, found = made(0, pictures=10)
    for real, guess in zip(truth, found, strict=True):
        assert exact_iou(guess.boxes, real.boxes) == pytest.approx(iou(guess.boxes, real.boxes), abs=1e-6)


def test_predictions_come_best_first_with_their_pictures() -> None:
    truth = [boxes((0, 0, 10, 10, 1, 1)), boxes((0, 0, 10, 10, 1, 1), (50, 50, 60, 60, 1, 1))]
    found = [boxes((0, 0, 10, 10, 1, 0.4), (0, 0, 10, 10, 0, 0.9)), boxes((50, 50, 60, 60, 1, 0.6))]
    [one] = match(truth, found, [1])
    assert one.picture.tolist() == [1, 0]
    assert one.hit.all()
    assert [array.tolist() for array in one.counts(2)] == [[1, 1], [1, 1], [1, 2]]


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_follows_from_the_matches(seed: int) -> None:
    truth, found = made(seed, pictures=40)
    expected = average_precision(truth, found, [0, 1, 2])
    for one, matches in zip(expected, match(truth, found, [0, 1, 2]), strict=True):
        [precision] = replicate_precision(matches, draw(40, replicates=0))
        assert precision[0] == pytest.approx(one.ap50, abs=1e-12)
        assert precision.mean() == pytest.approx(one.ap, abs=1e-12)
