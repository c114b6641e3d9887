"""How long searches take while products are written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.retrieval.engines import Engine
from benchmarks.retrieval.engines.embedded import answering, filled
from benchmarks.retrieval.measure import Asking, Row
from shopthelook.retrieval.embedded import EmbeddedIndex

UPSERTS_A_SECOND = 200


def measured(asking: Asking, budget_s: float) -> Iterator[Row]:
    """Cases asked one query a call, without writes and with 200 upserts a second, one product a call.

    A product is put in again with the code, category, style and score that it had, so that the answers stay the same
    ones; brand and price are drawn anew.
    """
    index, size = filled(asking.world)
    answer = answering(asking.world, index)
    cases = [case for case in asking.cases if case.name in ("100%", "10% score", "1% score")]
    # All without writes first: what was written stays in parts of its own until they are merged.
    for upserts in (0, UPSERTS_A_SECOND):
        for case in cases:
            tasks = list(asking.tasks(case, 1))
            writer = _Writer(asking, index)
            answer(tasks[0])
            if upserts:
                writer.start()
            times, until, at = [], time.perf_counter() + budget_s, 0
            while time.perf_counter() < until:
                start = time.perf_counter()
                answer(tasks[at % len(tasks)])
                times.append(time.perf_counter() - start)
                at += 1
            pace = writer.stopped() if upserts else 0.0
            engine = Engine("shopthelook, writes", f"{pace:.0f} upserts/s", answer, size)
            yield asking.row(engine, case, 1, times, len(times), None)


class _Writer(threading.Thread):
    """Upserts at an even pace until it is stopped."""

    def __init__(self, asking: Asking, index: EmbeddedIndex) -> None:
        super().__init__(daemon=True)
        self._world, self._index = asking.world, index
        self._end = threading.Event()
        self._written = 0
        self._seconds = 0.0
        self._rows = np.random.default_rng(3).permutation(len(asking.world))

    def run(self) -> None:
        world, begin = self._world, time.perf_counter()
        while True:
            row = int(self._rows[self._written % len(self._rows)])
            one = slice(row, row + 1)
            self._index.upsert(
                [f"p{row:08}"], world.codes[one], world.positions[one], world.attributes(row, row + 1)
            )
            self._written += 1
            self._seconds = time.perf_counter() - begin
            # By the clock, not by pauses of one length: a slow upsert is made up for.
            if self._end.wait(max(0.0, self._written / UPSERTS_A_SECOND - self._seconds)):
                return

    def stopped(self) -> float:
        """End it; how many upserts a second it got through."""
        self._end.set()
        self.join()
        return self._written / max(self._seconds, 1e-9)
