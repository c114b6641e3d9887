"""Examples of the next steps, made while one is learnt from."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

AHEAD = 2  # batches that are made while one is learnt from
Example = TypeVar("Example")


def places(batch: int, share: tuple[int, int]) -> range:
    """The places in a batch that a device fills; ``share`` is its number and how many devices there are."""
    return range(share[0], batch, share[1])


def batches_ahead(
    make: Callable[[int, int], Example], filled: Sequence[int], start: int, workers: int
) -> Generator[list[Example], None, None]:
    """Endless batches from step ``start`` on, each ``make(step, place)`` of the places ``filled``.

    ``workers`` threads call ``make``, which must give the same for the same arguments.
    """
    with ThreadPoolExecutor(workers) as pool:
        step = start
        coming: list[list[Future[Example]]] = []
        while True:
            while len(coming) < AHEAD:
                coming.append([pool.submit(make, step, place) for place in filled])
                step += 1
            yield [one.result() for one in coming.pop(0)]
