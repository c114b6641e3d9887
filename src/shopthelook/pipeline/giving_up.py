"""Work that nobody waits for any more is left where it is.

Who asks from another thread sets an event when the answer is of no use: the request took too long, or its caller is
gone. The work looks at it before each stage, and before its crops join a batch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from shopthelook.errors import ShopError

_gone: ContextVar[threading.Event | None] = ContextVar("shopthelook_gone", default=None)


class GivenUp(ShopError):  # noqa: N818 - what happened, not what failed
    """Nobody waits for the answer any more."""

    def __init__(self) -> None:
        super().__init__("nobody waits for the answer any more")


@contextmanager
def unless(gone: threading.Event) -> Iterator[None]:
    """What runs inside the block is given up once ``gone`` is set."""
    token = _gone.set(gone)
    try:
        yield
    finally:
        _gone.reset(token)


def asker() -> threading.Event | None:
    """The event that says that the asker of this work is gone; None where nobody can say so."""
    return _gone.get()


def check() -> None:
    """Raise GivenUp where the asker is gone."""
    gone = _gone.get()
    if gone is not None and gone.is_set():
        raise GivenUp
