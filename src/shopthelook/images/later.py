"""Work that nobody waits for, by one thread of low priority."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

_log = logging.getLogger(__name__)

_NICE = 10


class Later:
    """Runs calls one after the other when there is time, and forgets those that are too many.

    The thread is there only while there is something to do, and never keeps the process alive. On Linux it gives way
    to all other threads.
    """

    def __init__(self, most: int = 1000) -> None:
        self._most = most
        self._calls: OrderedDict[Hashable, Callable[[], object]] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, key: Hashable, call: Callable[[], object]) -> None:
        """Run ``call`` later, unless one with this key waits already or very many do."""
        with self._changed:
            if self._closed or key in self._calls or len(self._calls) >= self._most:
                return
            self._calls[key] = call
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="shopthelook-later", daemon=True)
                # Where the system has no thread to give, the call waits for the next one that is added.
                with contextlib.suppress(RuntimeError):
                    thread.start()
                    self._thread = thread

    def wait(self) -> None:
        """Return when there is nothing left to do."""
        with self._changed:
            self._changed.wait_for(lambda: self._thread is None)

    def close(self) -> None:
        """Forget what waits, and return when what runs has ended."""
        with self._changed:
            self._closed = True
            self._calls.clear()
        self.wait()

    def _run(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while True:
            with self._changed:
                if not self._calls:
                    self._thread = None
                    self._changed.notify_all()
                    return
                _, call = self._calls.popitem(last=False)
            try:
                call()
            except Exception as error:  # noqa: BLE001 - nobody waits for it
                _log.warning("%s", error)
