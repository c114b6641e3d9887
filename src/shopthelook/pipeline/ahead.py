"""Prepare the next batch in the background while the present one is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of ``size``. What came before an error of ``items`` is yielded before it is raised."""
    batch: list[T] = []
    try:
        for item in items:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def work_ahead(items: Iterator[T], work: Callable[[T], R]) -> Iterator[R]:
    """Yield ``work(item)`` in order, one item ahead of who asks.

    Downloading the pictures of the next batch takes no time from embedding the present one. What was
    worked on before an error of ``items`` is yielded before the error is raised.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    pending: Future[R] | None = None
    try:
        while True:
            try:
                item = next(items)
            except StopIteration:
                if pending is not None:
                    yield pending.result()
                return
            except Exception:
                if pending is not None:
                    yield pending.result()
                raise
            following = pool.submit(work, item)
            if pending is not None:
                yield pending.result()
            pending = following
    finally:
        # Not waiting: whoever stops an import should not sit out a slow picture server.
        pool.shutdown(wait=False, cancel_futures=True)
