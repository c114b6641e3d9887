"""What searches are not to see yet, or no more, while a write goes on in several steps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Period:
    def __init__(self, hidden: str) -> None:
        self.hidden = hidden
        self.searches = 0


class Visible:
    """Lets searches of this process see each write as a whole, without waiting for it.

    Milvus takes a write of many rows in several steps. The writer puts the new rows in beside the old ones
    while searches leave them out, then in one moment lets searches leave out the old ones instead, and deletes
    those. It waits for the searches that began before a step; searches wait for nothing.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._period = _Period("")
        self._before: list[_Period] = []

    @contextmanager
    def searching(self) -> Iterator[str]:
        """For the time of one search: the expression of the rows that it must leave out, "" for none."""
        with self._changed:
            period = self._period
            period.searches += 1
        try:
            yield period.hidden
        finally:
            with self._changed:
                period.searches -= 1
                self._changed.notify_all()

    def hide(self, expression: str) -> None:
        """Let searches that begin now leave these rows out, and wait until all that began before are done.

        For one writer at a time.
        """
        with self._changed:
            self._begin(expression)
            self._changed.wait_for(lambda: not any(period.searches for period in self._before))
            self._before.clear()

    def show_all(self) -> None:
        """Let searches that begin now see every row."""
        with self._changed:
            self._begin("")

    def _begin(self, expression: str) -> None:
        self._before.append(self._period)
        self._period = _Period(expression)
