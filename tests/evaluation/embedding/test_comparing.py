"""Intervals and p-values against SciPy and against the exact answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap

from shopthelook.evaluation.embedding import Draws, compare, permutation_test


def test_an_interval_is_that_of_scipy() -> None:
    right = (np.random.default_rng(3).uniform(size=400) < 0.3).astype(np.float64)
    mine = Draws(np.arange(400), replicates=4000).interval(right)
    theirs = bootstrap((right,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(1))
    assert mine.value == right.mean()
    assert mine.low == pytest.approx(theirs.confidence_interval.low, abs=0.008)
    assert mine.high == pytest.approx(theirs.confidence_interval.high, abs=0.008)


def test_groups_are_drawn_whole() -> None:
    # Ten queries of each of 30 groups, all alike: as little as 30 queries say.
    of_group = (np.arange(30) % 3 == 0).astype(np.float64)
    groups = np.repeat(np.arange(30), 10)
    grouped = Draws(groups, 2000).interval(np.repeat(of_group, 10))
    alone = Draws(np.arange(30), 2000).interval(of_group)
    assert grouped == alone
    one_by_one = Draws(np.arange(300), 2000).interval(np.repeat(of_group, 10))
    assert grouped.high - grouped.low > 2.5 * (one_by_one.high - one_by_one.low)


def test_few_groups_have_no_interval() -> None:
    groups, right = np.repeat(np.arange(10), 3), np.ones(30)
    draws = Draws(groups, 100)
    assert np.isnan([draws.interval(right, groups < 9).low, draws.interval(right, groups < 9).high]).all()
    assert draws.interval(right, groups < 9).value == 1.0
    assert draws.interval(right).low == 1.0


def test_a_replicate_is_the_mean_of_the_groups_drawn() -> None:
    groups, values = np.array([0, 0, 1, 2]), np.array([1.0, 0.0, 1.0, 0.0])
    draws = Draws(groups, 50)
    for weights, mean in zip(draws._weights, draws.mean(values), strict=True):
        drawn = [v for g, v in zip(groups, values, strict=True) for _ in range(weights[g])]
        assert mean == pytest.approx(np.mean(drawn))
    chosen = np.array([True, False, False, True])
    assert draws.mean(values, chosen)[0] == 0.5
    assert np.isnan(draws.mean(values, np.zeros(4, np.bool_))[0])


@pytest.mark.parametrize(("won", "lost"), [(9, 1), (12, 8), (30, 10), (3, 3), (5, 0)])
def test_without_groups_it_is_mcnemars_exact_test(won: int, lost: int) -> None:
    differences = np.array([1.0] * won + [-1.0] * lost + [0.0] * 50)
    exact = binomtest(won, won + lost).pvalue
    p = permutation_test(differences, np.arange(len(differences)), rounds=40_000)
    assert p == pytest.approx(exact, abs=0.01)


def test_p_of_groups_is_the_share_of_signs_as_far() -> None:
    rng = np.random.default_rng(5)
    groups = rng.integers(0, 9, 60)
    differences = rng.integers(-1, 2, 60) + 0.3
    sums = np.bincount(groups, differences)
    every = [abs(np.dot(signs, sums)) for signs in itertools.product((-1, 1), repeat=len(sums))]
    exact = np.mean(np.array(every) >= abs(sums.sum()) - 1e-9)
    assert permutation_test(differences, groups, rounds=40_000) == pytest.approx(exact, abs=0.01)


def test_models_that_are_alike() -> None:
    same = np.array([1.0, 0.0] * 6)
    gain = compare(same, same, Draws(np.arange(12), 100))
    assert (gain.p, gain.won, gain.lost) == (1.0, 0, 0)
    assert (gain.difference.low, gain.difference.high) == (0.0, 0.0)
    assert permutation_test(np.zeros(0), np.zeros(0, np.int64)) == 1.0


def test_a_gain_counts_the_queries_that_changed() -> None:
    new, old = np.array([1.0, 1.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0, 0.0])
    gain = compare(new, old, Draws(np.arange(5), 100))
    assert (gain.won, gain.lost) == (2, 1)
    assert gain.difference.value == pytest.approx(0.2)
    # McNemar's exact test says 1: two against one is nothing.
    assert gain.p > 0.9
