"""Runs: what the search leans on when it passes rows over, and how many runs hold a share of neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.runs import ALL_RUNS, FROM, Runs, laid_out

Rows = tuple[NDArray[np.uint64], NDArray[np.int64]]


def random_rows(words: int, count: int = 5000) -> Rows:
    """Clusters of codes in categories of one row to thousands, some rows in none."""
    rng = np.random.default_rng(words)
    changed = rng.random((count, words * 64)) < 0.1
    flips = np.packbits(changed, axis=1, bitorder="little").view(np.uint64)
    centres = rng.integers(0, 2**64, (8, words), dtype=np.uint64)
    positions = np.minimum(rng.geometric(0.3, count) - 2, 9)
    positions[:2] = 11, 30
    return centres[rng.integers(0, 8, count)] ^ flips, positions


@pytest.fixture(scope="module", params=[1, 2, 8])
def rows(request: pytest.FixtureRequest) -> Rows:
    return random_rows(request.param)


def runs_of(rows: Rows) -> tuple[NDArray[np.int64], Runs]:
    order, runs = laid_out(*rows)
    assert runs is not None
    return order, runs


def test_the_order_is_one_of_all_rows_by_position(rows: Rows) -> None:
    order, _ = runs_of(rows)
    assert sorted(order.tolist()) == list(range(len(rows[1])))
    assert (np.diff(rows[1][order]) >= 0).all()


def test_the_bounds_cover_all_rows_and_no_run_is_empty(rows: Rows) -> None:
    order, runs = runs_of(rows)
    assert (runs.starts[0], runs.starts[-1]) == (0, len(order))
    assert (np.diff(runs.starts) > 0).all()
    count = len(runs.starts) - 1
    assert count > len(order) / 200
    words = rows[0].shape[1]
    assert (runs.radii.shape, runs.centres.shape, runs.spreads.shape) == (
        (count,), (count * words,), (len(order),)
    )  # fmt: skip


def test_each_run_is_of_one_position_around_its_centre(rows: Rows) -> None:
    order, runs = runs_of(rows)
    codes, positions = rows[0][order], rows[1][order]
    centres = runs.centres.reshape(-1, codes.shape[1])
    for i, (start, end) in enumerate(zip(runs.starts[:-1], runs.starts[1:], strict=True)):
        assert len(set(positions[start:end].tolist())) == 1
        far = [sum((int(a) ^ int(b)).bit_count() for a, b in zip(code, centres[i], strict=True))
               for code in codes[start:end]]  # fmt: skip
        assert runs.spreads[start:end].tolist() == far == sorted(far)
        assert runs.radii[i] == max(far)


def test_runs_are_closer_than_rows_at_random(rows: Rows) -> None:
    _, runs = runs_of(rows)
    assert runs.spreads.mean() < 0.2 * 64 * rows[0].shape[1]


def test_the_same_rows_are_laid_out_alike(rows: Rows) -> None:
    (order, runs), (again, others) = runs_of(rows), runs_of(rows)
    assert np.array_equal(order, again)
    for name in ("starts", "centres", "radii", "spreads"):
        assert np.array_equal(getattr(runs, name), getattr(others, name))


@pytest.mark.parametrize("count", [0, 1, FROM - 1])
def test_few_rows_have_no_runs(count: int) -> None:
    codes, positions = random_rows(1, max(count, 2))
    order, runs = laid_out(codes[:count], positions[:count])
    assert runs is None
    assert order.tolist() == sorted(range(count), key=lambda row: int(positions[row]))


def test_rows_of_equal_codes_are_laid_out() -> None:
    order, runs = runs_of((np.ones((FROM, 1), np.uint64), np.arange(FROM) % 3))
    assert len(runs.radii) == 3
    assert not runs.radii.any()
    assert order.tolist() == [row for position in range(3) for row in range(position, FROM, 3)]


def ranked(ranks: NDArray[np.int64]) -> Runs:
    none = np.zeros(0, np.int64)
    excesses = np.linspace(-1, 1, ranks.size, dtype=np.float32).reshape(ranks.shape)
    return Runs(none, none.astype(np.uint64), none, none.astype(np.uint16), ranks, excesses)


@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 2**32 - 1), st.data())
def test_enough_is_the_fewest_runs_that_hold_the_share(
    samples: int, neighbours: int, seed: int, data: st.DataObject
) -> None:
    ranks = np.random.default_rng(seed).integers(0, 20, (samples, neighbours))
    k = data.draw(st.integers(1, neighbours))
    # Shares that floats hold without rounding.
    recall = data.draw(st.integers(1, 64)) / 64
    true = next(runs for runs in range(1, 21) if (ranks[:, :k] < runs).mean() >= recall)
    assert ranked(ranks).enough(recall, k) == true


def test_enough_grows_with_recall_up_to_the_farthest() -> None:
    ranks = np.random.default_rng(0).geometric(0.05, (50, 20))
    enough = [ranked(ranks).enough(recall, 10) for recall in np.linspace(0.01, 1, 50).tolist()]
    assert enough == sorted(enough)
    assert enough[-1] == ranks[:, :10].max() + 1
    assert enough[0] < enough[-1]


def test_beyond_the_sample_all_runs_are_enough() -> None:
    ranks = np.zeros((5, 20), np.int64)
    assert ranked(ranks).enough(0.5, 20) == 1
    assert ranked(ranks).enough(0.5, 21) == ALL_RUNS
    assert ranked(np.zeros((0, 0), np.int64)).enough(0.5, 1) == ALL_RUNS


def test_the_slack_holds_the_share_of_excesses() -> None:
    runs = ranked(np.zeros((10, 20), np.int64))
    for share in (0.25, 0.5, 0.999, 1.0):
        assert (runs.excesses <= runs.slack(share)).mean() >= share
        assert (runs.excesses < runs.slack(share)).mean() < share
    assert ranked(np.zeros((0, 0), np.int64)).slack(0.5) == np.inf
