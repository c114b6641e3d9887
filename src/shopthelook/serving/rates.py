"""How often one caller may ask: token buckets, in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# A page that opens loads many pictures at once; a quarter of a minute's worth covers it.
_AT_ONCE_S = 15.0
_MOST_CALLERS = 100_000


class Rates:
    """A bucket for each caller that holds 15 seconds' worth of calls and fills at a steady rate.

    For one thread, that of the event loop. Callers that were away longest are forgotten when there are very many;
    a forgotten caller begins with a full bucket.

    Args:
        per_minute: calls of one caller; 0 is no limit.
        clock: seconds, monotonic.
    """

    def __init__(
        self, per_minute: int, clock: Callable[[], float] = time.monotonic, most: int = _MOST_CALLERS
    ) -> None:
        self._rate = per_minute / 60
        self._room = max(1.0, self._rate * _AT_ONCE_S)
        self._clock = clock
        self._most = most
        # caller -> (calls that are left, at this moment); who called last is at the end.
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> int:
        """Count a call. Returns 0, or in how many seconds the caller may ask again."""
        if not self._rate:
            return 0
        now = self._clock()
        left, then = self._buckets.pop(caller, (self._room, now))
        left = min(self._room, left + (now - then) * self._rate)
        wait = 0 if left >= 1 else math.ceil((1 - left) / self._rate)
        self._buckets[caller] = (left - 1 if not wait else left, now)
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return wait

    def __len__(self) -> int:
        """Callers that are remembered."""
        return len(self._buckets)
