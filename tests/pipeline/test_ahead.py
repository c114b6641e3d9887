"""Batches, and the work that runs one batch ahead."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from shopthelook.pipeline.ahead import batches, work_ahead


def broken(n: int) -> Iterator[int]:
    yield from range(n)
    raise RuntimeError("broken off")


@pytest.mark.parametrize(
    ("n", "expected"),
    [(0, []), (1, [[0]]), (3, [[0, 1, 2]]), (4, [[0, 1, 2], [3]]), (6, [[0, 1, 2], [3, 4, 5]])],
)
def test_batches(n: int, expected: list[list[int]]) -> None:
    assert list(batches(iter(range(n)), 3)) == expected


@pytest.mark.parametrize("n", range(8))
def test_what_came_before_an_error_comes_before_it(n: int) -> None:
    done: list[int] = []
    with pytest.raises(RuntimeError, match="broken off"):  # noqa: PT012 - what came before counts
        for found in work_ahead(batches(broken(n), 3), lambda batch: batch):
            done += found
    assert done == list(range(n))


def test_order_is_kept_and_the_next_is_begun() -> None:
    begun = [threading.Event() for _ in range(4)]

    def work(number: int) -> int:
        begun[number].set()
        return number * 10

    done = []
    for number, result in enumerate(work_ahead(iter(range(4)), work)):
        if number < 3:
            assert begun[number + 1].wait(5)
        done.append(result)
    assert done == [0, 10, 20, 30]


def test_an_error_of_the_work_is_raised_in_its_place() -> None:
    found = work_ahead(iter([1, 0, 2]), lambda number: 10 // number)
    assert next(found) == 10
    with pytest.raises(ZeroDivisionError):
        next(found)
