"""The nearest rows found so far, for several queries that look at the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.inverted import Bits, RowList
from shopthelook.retrieval.embedded.kernels import MARGIN


class Found:
    """The k nearest of the rows compared with each of q queries, with all ties of the k-th.

    Args:
        queries: (q * words,) uint64.
        most: for each query the largest distance that counts.
    """

    def __init__(self, queries: NDArray[np.uint64], words: int, k: int, most: Sequence[int]) -> None:
        self.queries = queries
        self._words = words
        self._k = k
        count = len(most)
        self.limit = np.array(most, np.int64)
        self._within = np.zeros(count, np.int64)
        self._used = np.zeros(count, np.int64)
        self._counts = np.zeros((count, words * 64 + 1), np.int64)
        room = max(1024, 4 * k)
        self._rows = np.empty((count, room), np.int64)
        self._distances = np.empty((count, room), np.int32)

    def scan(
        self,
        kernel: Callable[..., int],
        codes: NDArray[np.uint64],
        base: int,
        start: int,
        end: int,
        which: RowList | Bits,
        word: int | None = None,
    ) -> None:
        """Run a scan of `kernels` from start to end; rows are found as base + row.

        `which` are its dead rows, bits or chosen rows; bits come with the number of their first word.
        """
        while start < end:
            # The kernel takes bits from the word of its first row on.
            some = which if word is None else which[(start >> 6) - word :]
            start = kernel(
                codes, self._words, base, start, end, some, self.queries, self._k, self.limit,
                self._within, self._used, self._counts, self._rows, self._distances,
            )  # fmt: skip
            if self._used.max() >= self._rows.shape[1] - MARGIN:
                self._grow()

    def _grow(self) -> None:
        """Four times the room: more rows tie for the k-th place than fit."""
        count, room = self._rows.shape
        rows, distances = np.empty((count, 4 * room), np.int64), np.empty((count, 4 * room), np.int32)
        rows[:, :room], distances[:, :room] = self._rows, self._distances
        self._rows, self._distances = rows, distances

    def rows(self) -> list[tuple[list[int], list[int]]]:
        """For each query the rows that are not beyond the k-th, in no order, and their distances."""
        filled = int(self._used.max())
        distances = self._distances[:, :filled]
        kept = distances <= self.limit[:, None]
        if len(self._used) > 1:
            kept &= np.arange(filled) < self._used[:, None]
        queries, places = kept.nonzero()
        rows, found = self._rows[queries, places].tolist(), distances[queries, places].tolist()
        ends = queries.searchsorted(np.arange(len(kept)), "right").tolist()
        starts = [0, *ends]
        return [(rows[start:end], found[start:end]) for start, end in zip(starts, ends, strict=False)]
