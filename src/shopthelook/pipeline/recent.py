"""Products that answers named lately, so that what is asked again and again is not read again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from shopthelook.catalog import ProductRecord

MOST = 5_000


class RecentProducts:
    """Products as they are at one number of the change log; those of another number are forgotten.

    Every change of what a product says has a number, so what was read when the last one was ``seq`` holds as long as
    that is the last one. Only its code and their bundle may be older: an embedder's codes take the place of others
    without a number. Safe to share among threads.

    Args:
        read: gives the products that exist, by id.
        most: products to remember.
    """

    def __init__(self, read: Callable[[list[str]], Mapping[str, ProductRecord]], most: int = MOST) -> None:
        self._read = read
        self._most = most
        self._lock = threading.Lock()
        self._seq: int | None = None
        self._known: dict[str, ProductRecord] = {}

    def at(self, seq: int, ids: Iterable[str]) -> dict[str, ProductRecord]:
        """The products that exist, by id, as they were when the last change was ``seq``, or later.

        Args:
            seq: the last change, read from the database before this is called.
        """
        wanted = list(ids)
        with self._lock:
            if seq != self._seq:
                self._seq, self._known = seq, {}
            found = {key: self._known[key] for key in wanted if key in self._known}
        missing = sorted(key for key in wanted if key not in found)
        if missing:
            read = self._read(missing)
            found.update(read)
            with self._lock:
                # What another thread found since to be the last change may not be in what was read.
                if seq == self._seq:
                    self._known.update(read)
                    while len(self._known) > self._most:
                        del self._known[next(iter(self._known))]
        return found
