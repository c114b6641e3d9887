"""How long a model takes for one thing on one core."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_WARM = 2


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds a picture over n pictures: median and 95th percentile of the time that passed, and the median of
    the processor's time, which other work on the machine hardly changes."""

    n: int
    p50_ms: float
    p95_ms: float
    cpu_p50_ms: float

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        times = {name: round(getattr(self, name), 1) for name in ("p50_ms", "p95_ms", "cpu_p50_ms")}
        return {"pictures": self.n, **times}


def time_in_turns(
    works: Sequence[Callable[[T], object]], items: Sequence[T], tick: Callable[[], None] = lambda: None
) -> list[Latency]:
    """Time each of the works on each of the items, on one thread.

    They take turns, so that whatever else the machine does falls on all of them. The first items are run once before,
    uncounted.
    """
    for item in items[:_WARM]:
        for work in works:
            work(item)
    took = np.zeros((2, len(works), len(items)))
    for i, item in enumerate(items):
        for j, work in enumerate(works):
            wall, cpu = time.perf_counter(), time.thread_time()
            work(item)
            took[:, j, i] = time.perf_counter() - wall, time.thread_time() - cpu
        tick()
    took *= 1000
    return [
        Latency(
            len(items),
            float(np.percentile(took[0, j], 50)),
            float(np.percentile(took[0, j], 95)),
            float(np.percentile(took[1, j], 50)),
        )
        for j in range(len(works))
    ]
