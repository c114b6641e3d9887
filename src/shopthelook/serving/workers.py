"""Blocking work off the event loop, by a bounded number of threads with a bounded queue."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shopthelook.serving.errors import ApiError

T = TypeVar("T")


class Workers:
    """Runs blocking calls in ``threads`` threads and refuses more than ``queue`` that wait.

    Refusing early keeps the answers that are given quick; the client is told to try again.
    """

    def __init__(self, name: str, threads: int, queue: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"shopthelook-{name}")
        self._most = threads + queue
        self.pending = 0

    async def run(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """The result of ``call(*args, **kwargs)``.

        Raises:
            ApiError: 503, too many calls wait already.
        """
        if self.pending >= self._most:
            raise ApiError(503, "busy", "The server has too much to do right now. Try again in a second.")
        self.pending += 1
        try:
            loop = asyncio.get_running_loop()
            # What the request carries along, such as who listens to stages, goes with the call.
            context = contextvars.copy_context()
            bound = functools.partial(call, *args, **kwargs)
            return await loop.run_in_executor(self._pool, context.run, bound)
        finally:
            self.pending -= 1

    def close(self) -> None:
        """Wait for what runs; what waits is dropped."""
        self._pool.shutdown(cancel_futures=True)
