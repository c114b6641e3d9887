"""Blocking work off the event loop, by a bounded number of threads with a bounded queue."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shopthelook.serving.errors import ApiError

T = TypeVar("T")


class Workers:
    """Runs blocking calls in ``threads`` threads and refuses more than ``queue`` that wait.

    Refusing early keeps the answers that are given quick; the client is told to try again.

    Args:
        waited: told, in the thread and for the request that it works for, how long the call waited in seconds.

    Attributes:
        pending: calls that wait or run.
        rejected: calls that were refused.
    """

    def __init__(
        self, name: str, threads: int, queue: int, waited: Callable[[float], None] | None = None
    ) -> None:
        self.name = name
        self.pending = 0
        self.rejected = 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"shopthelook-{name}")
        self._threads = threads
        self._most = threads + queue
        self._waited = waited

    @property
    def waiting(self) -> int:
        """Calls that wait for a thread."""
        return max(0, self.pending - self._threads)

    async def run(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """The result of ``call(*args, **kwargs)``.

        Raises:
            ApiError: 503, too many calls wait already.
        """
        if self.pending >= self._most:
            self.rejected += 1
            raise ApiError(503, "busy", "The server has too much to do right now. Try again in a second.")
        self.pending += 1
        try:
            loop = asyncio.get_running_loop()
            # What the request carries along, such as who listens to stages, goes with the call.
            context = contextvars.copy_context()
            bound = functools.partial(call, *args, **kwargs)
            begun = functools.partial(self._run, time.perf_counter(), bound)
            return await loop.run_in_executor(self._pool, context.run, begun)
        finally:
            self.pending -= 1

    def _run(self, since: float, call: Callable[[], T]) -> T:
        if self._waited is not None:
            self._waited(time.perf_counter() - since)
        return call()

    def close(self) -> None:
        """Wait for what runs; what waits is dropped."""
        self._pool.shutdown(cancel_futures=True)
