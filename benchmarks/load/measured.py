"""What was measured: latencies by kind of call, failures, and the server's memory."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Memory:
    """How a process's memory went, after its warm-up.

    Attributes:
        start, end: bytes, the medians of the first and the last tenth.
        slope: bytes an hour, by least squares.
        most: the largest value.
    """

    start: float
    end: float
    slope: float
    most: float

    @property
    def growth(self) -> float:
        """By which share it grew."""
        return self.end / self.start - 1


class Measured:
    """Collects what many threads measure."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms: defaultdict[str, list[float]] = defaultdict(list)
        self.refused: Counter[str] = Counter()
        """Answers 503 and 429 by kind of call and code: the server had too much to do, and said so."""
        self.failures: list[str] = []
        self.memory: list[tuple[float, int]] = []

    def note(self, kind: str, seconds: float) -> None:
        """An answer as it should be."""
        with self._lock:
            self._ms[kind].append(1000 * seconds)

    def refuse(self, kind: str, code: str) -> None:
        """The server said that it had too much to do."""
        with self._lock:
            self.refused[f"{kind} {code}"] += 1

    def fail(self, text: str) -> None:
        """What must not be."""
        with self._lock:
            self.failures.append(text)

    def calls(self) -> dict[str, int]:
        """Answers as they should be, by kind."""
        with self._lock:
            return {kind: len(found) for kind, found in self._ms.items()}

    def latencies(self) -> dict[str, dict[str, float]]:
        """Of each kind of call: how many, and milliseconds."""
        with self._lock:
            taken = {kind: np.array(found) for kind, found in sorted(self._ms.items())}
        return {
            kind: {"calls": len(ms)}
            | {f"p{share}": float(np.percentile(ms, share)) for share in (50, 95, 99)}
            | {"max": float(ms.max())}
            for kind, ms in taken.items()
        }

    def watch(self, resident: Callable[[], int], stop: threading.Event, every_s: float) -> None:
        """Note the memory of the server now and then."""
        while True:
            try:
                self.memory.append((time.monotonic(), resident()))
            except OSError:
                return
            if stop.wait(every_s):
                return


def memory_after(samples: list[tuple[float, int]], warm_up: float) -> Memory:
    """How memory went after the given share of the time.

    Raises:
        ValueError: there are fewer than ten samples then.
    """
    begin = samples[0][0] + warm_up * (samples[-1][0] - samples[0][0])
    kept: Any = np.array([one for one in samples if one[0] >= begin], dtype=np.float64)
    if len(kept) < 10:
        raise ValueError(f"{len(kept)} samples of memory after the warm-up are too few")
    tenth = max(1, len(kept) // 10)
    slope = np.polyfit(kept[:, 0] - kept[0, 0], kept[:, 1], 1)[0] * 3600
    return Memory(
        start=float(np.median(kept[:tenth, 1])),
        end=float(np.median(kept[-tenth:, 1])),
        slope=float(slope),
        most=float(kept[:, 1].max()),
    )
