"""Batches that are made ahead."""

import threading
from itertools import islice

import pytest

from shopthelook.training.ahead import AHEAD, batches_ahead, places


def test_devices_fill_every_place_once() -> None:
    shares = [places(7, (rank, 3)) for rank in range(3)]
    assert sorted(place for share in shares for place in share) == list(range(7))


@pytest.mark.parametrize("workers", [1, 3])
def test_batches_come_in_order_whoever_makes_them(workers: int) -> None:
    made = batches_ahead(lambda step, place: (step, place), places(5, (1, 2)), 4, workers)
    assert [*islice(made, 3)] == [[(step, 1), (step, 3)] for step in (4, 5, 6)]
    made.close()


def test_the_next_ones_are_made_meanwhile_and_no_more() -> None:
    asked: list[int] = []
    last = threading.Event()

    def make(step: int, _place: int) -> int:
        asked.append(step)
        if step == AHEAD - 1:
            last.set()
        return step

    made = batches_ahead(make, [0], 0, 1)
    assert next(made) == [0]
    assert last.wait(10)
    assert max(asked) == AHEAD - 1
    made.close()


def test_what_goes_wrong_is_told_where_it_is_needed() -> None:
    def make(step: int, _place: int) -> int:
        if step == 1:
            raise ValueError("this picture cannot be read")
        return step

    made = batches_ahead(make, [0], 0, 2)
    assert next(made) == [0]
    with pytest.raises(ValueError, match="cannot be read"):
        next(made)
