"""What takes a while before a server can answer searches, done while it tells that it is alive."""

from __future__ import annotations

import threading
from collections.abc import Callable

from shopthelook.pipeline import Shop
from shopthelook.pipeline.generation import Generation


class Loading:
    """Opens a shop's models and index in a thread of its own, so that the first search does not wait for them.

    The search engine is compiled by the way, where that was not done on this machine, which takes a minute.
    """

    def __init__(self, shop: Shop, failed: Callable[[], None]) -> None:
        """``failed`` is called, in the thread, where it does not succeed; ``error`` says why then."""
        self.error: Exception | None = None
        self._shop = shop
        self._failed = failed
        self._is_done = threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether all is there."""
        return self._is_done.is_set()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="shopthelook-loading", daemon=True).start()

    def _run(self) -> None:
        try:
            self._shop.detector.session.open()
            self._shop.ask(_open)
        except Exception as error:  # noqa: BLE001 - whoever started this raises it
            self.error = error
            self._failed()
        else:
            self._is_done.set()


def _open(generation: Generation) -> None:
    generation.embedder.session.open()
    generation.index.refresh()
