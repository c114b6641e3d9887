"""Blocking work off the event loop, by a bounded number of threads with a bounded queue."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from shopthelook.pipeline import giving_up
from shopthelook.serving.errors import ApiError

T = TypeVar("T")


class Workers:
    """Runs blocking calls in ``threads`` threads and refuses more than ``queue`` that wait.

    Refusing early keeps the answers that are given quick; the client is told to try again.

    Args:
        waited: told, in the thread and for the request that it works for, how long the call waited in seconds.

    Attributes:
        pending: calls that wait or run, also where nobody waits for their end any more.
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
        # Calls begin on the event loop and end in the threads.
        self._counting = threading.Lock()

    @property
    def waiting(self) -> int:
        """Calls that wait for a thread."""
        return max(0, self.pending - self._threads)

    async def run(self, call: Callable[..., T], *args: object, **kwargs: object) -> T:
        """The result of ``call(*args, **kwargs)``.

        A call that is given up is dropped where it still waits; where it runs, it is told (see ``giving_up``) and goes
        on as far as it likes.

        Raises:
            ApiError: 503, too many calls wait already.
        """
        if self.pending >= self._most:
            self.rejected += 1
            raise ApiError(503, "busy", "The server has too much to do right now. Try again in a second.")
        # What the request carries along, such as who listens to stages, goes with the call.
        context = contextvars.copy_context()
        gone = threading.Event()
        begun = functools.partial(
            self._run, time.perf_counter(), gone, functools.partial(call, *args, **kwargs)
        )
        future: Future[T] = self._pool.submit(context.run, begun)
        self._count(1)
        future.add_done_callback(lambda _: self._count(-1))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            gone.set()
            raise

    def _count(self, change: int) -> None:
        with self._counting:
            self.pending += change

    def _run(self, since: float, gone: threading.Event, call: Callable[[], T]) -> T:
        if self._waited is not None:
            self._waited(time.perf_counter() - since)
        with giving_up.unless(gone):
            return call()

    def close(self) -> None:
        """Wait for what runs; what waits is dropped."""
        self._pool.shutdown(cancel_futures=True)
