"""How long the stages of a search take, told to whoever listens.

A listener is set for a context (a request, a benchmark's loop) and not for the shop, which many
threads share. Without a listener nothing is measured. Work that was given up ends where a stage begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TypeAlias

from shopthelook.pipeline import giving_up

Stage: TypeAlias = Literal["decode", "detect", "embed", "retrieve", "fill"]
"""Pixels from bytes; boxes from pixels; codes from crops, with the wait for a batch; ids from codes; products from
ids."""

Listener: TypeAlias = Callable[[Stage, float], None]
"""Gets the stage's name and its seconds; called in the thread that did the work."""

BatchListener: TypeAlias = Callable[[int], None]
"""Gets how many crops were embedded as one batch; of those who share a batch, one is told."""

_listener: ContextVar[Listener | None] = ContextVar("shopthelook_stage_listener", default=None)
_batches: ContextVar[BatchListener | None] = ContextVar("shopthelook_batch_listener", default=None)


@contextmanager
def listening(listener: Listener, batches: BatchListener | None = None) -> Iterator[None]:
    """Tell ``listener`` of every stage that ends inside the block, and ``batches`` of every batch that runs in it."""
    tokens = _listener.set(listener), _batches.set(batches)
    try:
        yield
    finally:
        _listener.reset(tokens[0])
        _batches.reset(tokens[1])


def tell_batch(size: int) -> None:
    """A batch of so many crops was embedded."""
    listener = _batches.get()
    if listener is not None:
        listener(size)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """The block is the stage ``name``; one that fails is told too.

    Raises:
        GivenUp: nobody waits for it any more.
    """
    giving_up.check()
    listener = _listener.get()
    if listener is None:
        yield
        return
    start = time.perf_counter()
    try:
        yield
    finally:
        listener(name, time.perf_counter() - start)
