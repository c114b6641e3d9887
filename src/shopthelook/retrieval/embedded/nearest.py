"""The nearest rows found so far, for several queries that look at the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.choosing import Choice
from shopthelook.retrieval.embedded.inverted import Bits, RowList
from shopthelook.retrieval.embedded.kernels import scan_bits, scan_rows, scan_span

# A row found is `part << 32 | row`.
_PART = 32


class Nearest:
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
        self.compared = 0

    def compare(self, number: int, choice: Choice, share: int = 0, shares: int = 1) -> None:
        """Compare the rows of a choice in part `number`, or of `shares` equal shares of them the one `share`."""
        if not choice.count:
            return
        window, codes = choice.window, choice.part.segment.codes
        if choice.rows is not None:
            start, end = (len(choice.rows) * edge // shares for edge in (share, share + 1))
            self._scan(scan_rows, codes, number, start, end, choice.rows)
            self.compared += end - start
            return
        size = window.end - window.start
        start, end = (window.start + size * edge // shares for edge in (share, share + 1))
        if choice.bits is not None:
            self._scan(scan_bits, codes, number, start, end, choice.bits, window.word)
        else:
            self._scan(scan_span, codes, number, start, end, choice.part.dead)
        self.compared += choice.count * (share + 1) // shares - choice.count * share // shares

    def _scan(
        self,
        kernel: Callable[..., int],
        codes: NDArray[np.uint64],
        number: int,
        start: int,
        end: int,
        which: RowList | Bits,
        word: int | None = None,
    ) -> None:
        while start < end:
            # The kernel takes bits from the word of its first row on.
            some = which if word is None else which[(start >> 6) - word :]
            start = kernel(
                codes, self._words, number << _PART, start, end, some, self.queries, self._k, self.limit,
                self._within, self._used, self._counts, self._rows, self._distances,
            )  # fmt: skip
            if self._used.max() == self._rows.shape[1]:
                self._grow()

    def _grow(self) -> None:
        """Four times the room: more rows tie for the k-th place than fit."""
        count, room = self._rows.shape
        rows, distances = np.empty((count, 4 * room), np.int64), np.empty((count, 4 * room), np.int32)
        rows[:, :room], distances[:, :room] = self._rows, self._distances
        self._rows, self._distances = rows, distances

    def found(self, query: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Part, row and distance of each row found for a query that is not beyond the k-th."""
        used = self._used[query]
        kept = self._distances[query, :used] <= self.limit[query]
        rows = self._rows[query, :used][kept]
        return rows >> _PART, rows & 0xFFFFFFFF, self._distances[query, :used][kept]
