"""How long the stages of a search take, told to whoever listens.

A listener is set for a context (a request, a benchmark's loop) and not for the shop, which many
threads share. Without a listener nothing is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["decode", "detect", "embed", "retrieve", "fill"]
"""Pixels from bytes; boxes from pixels; codes from crops; ids from codes; products from ids."""

Listener: TypeAlias = Callable[[Stage, float], None]
"""Gets the stage's name and its seconds; called in the thread that did the work."""

_listener: ContextVar[Listener | None] = ContextVar("shopthelook_stage_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell ``listener`` of every stage that ends inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """The block is the stage ``name``; one that fails is told too."""
    listener = _listener.get()
    if listener is None:
        yield
        return
    start = time.perf_counter()
    try:
        yield
    finally:
        listener(name, time.perf_counter() - start)
