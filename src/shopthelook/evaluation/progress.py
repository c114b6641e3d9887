"""Telling how far a measurement is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of each picture that is done: of what, and how many of how many."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """``what`` names the model and the data."""


class Tick:
    """Counts what is done of ``total``, and tells."""

    def __init__(self, progress: Progress | None, what: str, total: int) -> None:
        self._progress, self._what, self._total, self._done = progress, what, total, 0

    def __call__(self, n: int = 1) -> None:
        self._done += n
        if self._progress is not None:
            self._progress(self._what, self._done, self._total)
