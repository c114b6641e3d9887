"""Token buckets, against a clock that the test sets."""

from __future__ import annotations

import random

import pytest

from shopthelook.serving.rates import Rates


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_quarter_of_a_minute_at_once_then_a_steady_rate() -> None:
    clock = Clock()
    rates = Rates(60, clock)
    assert [rates.take("a") for _ in range(16)] == [0] * 15 + [1]
    clock.now += 1
    assert [rates.take("a"), rates.take("a")] == [0, 1]
    clock.now += 3600
    assert [rates.take("a") for _ in range(16)] == [0] * 15 + [1]


def test_callers_do_not_share() -> None:
    rates = Rates(4, Clock())
    assert [rates.take(who) for who in "abcaabc"] == [0, 0, 0, 15, 15, 15, 15]


def test_being_refused_costs_nothing() -> None:
    clock = Clock()
    rates = Rates(4, clock)
    assert rates.take("a") == 0
    for _ in range(100):
        assert rates.take("a") == 15
    clock.now += 15
    assert rates.take("a") == 0


def test_who_waits_as_told_is_let_in() -> None:
    clock = Clock()
    chance = random.Random(3)
    rates = Rates(7, clock)
    for _ in range(500):
        wait = rates.take("a")
        if wait:
            clock.now += wait
            assert rates.take("a") == 0
        clock.now += chance.random() * 3


@pytest.mark.parametrize("per_minute", [1, 7, 600])
def test_no_more_than_the_rate_gets_through(per_minute: int) -> None:
    clock = Clock()
    rates = Rates(per_minute, clock)
    passed = 0
    for _ in range(6000):
        passed += rates.take("a") == 0
        clock.now += 0.1
    assert passed <= 10 * per_minute + max(1, per_minute / 4)
    assert passed >= 10 * per_minute - 1


def test_nought_is_no_limit() -> None:
    rates = Rates(0, Clock())
    assert not any(rates.take("a") for _ in range(10_000))
    assert len(rates) == 0


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    clock = Clock()
    rates = Rates(4, clock, most=100)
    assert rates.take("busy") == 0
    for n in range(10_000):
        rates.take(f"passer-by {n}")
        assert rates.take("busy") > 0
    assert len(rates) == 100
