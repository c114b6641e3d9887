"""Two callers on one index, against one: what a second thread adds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from benchmarks.retrieval.engines import BATCH, Engine, Task
from benchmarks.retrieval.engines.embedded import answering, filled
from benchmarks.retrieval.measure import Asking, Row


def measured(asking: Asking, budget_s: float) -> Iterator[Row]:
    """Each case with one caller and with two, both for `budget_s`, one compiled thread a call."""
    index, size = filled(asking.world)
    answer = answering(asking.world, index)
    for case in asking.cases:
        for batch in (1, BATCH):
            tasks = list(asking.tasks(case, batch))
            for callers in (1, 2):
                engine = Engine("shopthelook, callers", f"{callers}", answer, size, threads=callers)
                times, queries, seconds = _called(engine, tasks, callers, min(budget_s, 4))
                yield asking.row(engine, case, batch, times, queries, None, seconds=seconds)


def _called(
    engine: Engine, tasks: list[Task], callers: int, budget_s: float
) -> tuple[list[float], int, float]:
    """Times of all calls, queries answered and seconds from the first call to the end of the last."""
    times: list[list[float]] = [[] for _ in range(callers)]
    answered = [0] * callers
    begin = threading.Barrier(callers + 1)

    def call(caller: int) -> None:
        begin.wait()
        until, at = time.perf_counter() + budget_s, caller
        while time.perf_counter() < until:
            task = tasks[at % len(tasks)]
            start = time.perf_counter()
            engine.answer(task)
            times[caller].append(time.perf_counter() - start)
            answered[caller] += len(task.numbers)
            at += callers

    threads = [threading.Thread(target=call, args=(caller,)) for caller in range(callers)]
    engine.answer(tasks[0])
    for thread in threads:
        thread.start()
    begin.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return [one for own in times for one in own], sum(answered), time.perf_counter() - start
