"""When to ask again, and after how long."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({429, 502, 503})
"""Too many calls; a proxy without a server behind it; a server with too much to do, or that cannot write now.

Every call can be made again: searches change nothing, and a write that is repeated comes to the same.
"""


@dataclass(frozen=True, slots=True)
class Retries:
    """How a client asks again where the server is busy, counts too many calls, or is away for a moment.

    Waits ``first_s``, then twice as long each time, a random part less so that many clients do not come back
    together; where the server names a time (``Retry-After``), at least that.

    Attributes:
        attempts: calls in all, 1 for no second one.
        first_s: seconds before the second call.
        longest_s: no wait is longer; where the server asks for a longer one, the call fails at once.
    """

    attempts: int = 5
    first_s: float = 0.5
    longest_s: float = 60.0

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_s < 0 or self.longest_s < 0:
            raise ValueError(f"attempts must be at least 1, and seconds not negative: {self}")

    def wait(self, attempt: int, retry_after: float | None = None) -> float | None:
        """Seconds to wait after the failed call number ``attempt``, from 1; None where it was the last one."""
        if attempt >= self.attempts or (retry_after or 0.0) > self.longest_s:
            return None
        backoff = min(self.longest_s, self.first_s * 2.0 ** (attempt - 1))
        return max(retry_after or 0.0, backoff * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def seconds(retry_after: str | None) -> float | None:
    """What a ``Retry-After`` says, which is a number of seconds or a date; None where it says nothing."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
