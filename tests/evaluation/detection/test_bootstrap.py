"""Replicates by weights against measuring the repeated pictures with the library."""

import numpy as np
import pytest

from shopthelook.evaluation.detection import LabelledBoxes, average_precision
from shopthelook.evaluation.detection.bootstrap import replicate_counts, replicate_precision
from shopthelook.evaluation.detection.matching import match
from shopthelook.evaluation.intervals import Interval, draw
from tests.evaluation.detection.made import boxes, made


def repeated(pictures: list[LabelledBoxes], weights: np.ndarray) -> list[LabelledBoxes]:
    return [one for one, weight in zip(pictures, weights, strict=True) for _ in range(weight)]


def test_replicates_draw_as_many_pictures_with_replacement() -> None:
    weights = draw(30, replicates=200)
    assert weights.shape == (201, 30)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 30).all()
    # With replacement, a picture is left out of a replicate with probability (1 - 1/30)^30 = 0.36.
    assert np.mean(weights[1:] == 0) == pytest.approx(0.36, abs=0.03)
    assert (draw(30, replicates=200) == weights).all()
    assert draw(0, replicates=3).shape == (4, 0)


@pytest.mark.parametrize("seed", range(4))
def test_a_replicate_is_what_the_library_says_of_the_repeated_pictures(seed: int) -> None:
    truth, found = made(seed, pictures=12)
    weights = draw(12, replicates=15, seed=seed)
    matches = match(truth, found, [0, 1, 2])
    got = [replicate_precision(one, weights) for one in matches]
    compared = 0
    for row, drawn in enumerate(weights):
        expected = {
            one.label: one
            for one in average_precision(repeated(truth, drawn), repeated(found, drawn), [0, 1, 2])
        }
        for label in range(3):
            if label in expected:
                assert got[label][row, 0] == pytest.approx(expected[label].ap50, abs=1e-9)
                assert got[label][row].mean() == pytest.approx(expected[label].ap, abs=1e-9)
                compared += 1
            else:
                assert np.isnan(got[label][row]).all()
    assert compared > 30


def test_counts_of_a_replicate_are_those_of_the_repeated_pictures() -> None:
    truth, found = made(7, pictures=12)
    weights = draw(12, replicates=5)
    got = replicate_counts(match(truth, found, [0, 1, 2], [0.5]), weights)
    assert got.shape == (3, 6, 3)
    for row, drawn in enumerate(weights):
        again = match(repeated(truth, drawn), repeated(found, drawn), [0, 1, 2], [0.5])
        for label, one in enumerate(again):
            assert got[label, row].tolist() == [one.hit[0].sum(), one.hit.shape[1], one.true.sum()]
    assert replicate_counts([], weights).shape == (0, 6, 3)


def test_labels_without_predictions_or_boxes() -> None:
    weights = draw(2, replicates=3)
    [one] = match([boxes((0, 0, 9, 9, 0, 1)), boxes((0, 0, 9, 9, 0, 1))], [boxes(), boxes()], [0])
    assert (replicate_precision(one, weights) == 0).all()
    [one] = match([boxes(), boxes()], [boxes((0, 0, 9, 9, 0, 1)), boxes()], [0])
    assert np.isnan(replicate_precision(one, weights)).all()


def test_intervals_hold_the_middle_of_the_replicates() -> None:
    values = np.concatenate([[0.5], np.linspace(0, 1, 1001), [np.nan]])
    got = Interval.of(values)
    assert (got.value, got.low, got.high) == (0.5, pytest.approx(0.025), pytest.approx(0.975))
    assert np.isnan(Interval.of(np.array([np.nan, 0.5])).low)
    only = Interval.of(np.array([0.5]))
    assert only.value == 0.5
    assert np.isnan(only.low)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    # Detectors that find each of the boxes with probability 0.6: the interval of the recall should hold 0.6.
    rng, held = np.random.default_rng(5), 0
    box = (0, 0, 10, 10, 0, 1)
    for seed in range(100):
        truth = [boxes(box)] * 80
        found = [boxes(box) if rng.uniform() < 0.6 else boxes() for _ in truth]
        hits, _, true = replicate_counts(match(truth, found, [0], [0.5]), draw(80, 300, seed))[0].T
        interval = Interval.of(hits / true)
        held += interval.low <= 0.6 <= interval.high
    assert 88 <= held <= 99
