"""How long a picture takes on one core, from the file on disk to its objects."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import images

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shopthelook.detection import Detector

_WARM = 2


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds a picture over n pictures: median and 95th percentile of the time that passed, and the median of
    the processor's time, which other work on the machine hardly changes."""

    n: int
    p50_ms: float
    p95_ms: float
    cpu_p50_ms: float


def measure_latency(
    detectors: Sequence[Detector], paths: Sequence[Path], tick: Callable[[], None] = lambda: None
) -> list[Latency]:
    """Read, decode, resize and detect each picture with each detector; the detectors should have one thread.

    They take turns, so that whatever else the machine does falls on all of them. The first pictures are run once
    before, uncounted.
    """
    for path in paths[:_WARM]:
        for detector in detectors:
            detector.detect(images.read(path))
    took = np.zeros((2, len(detectors), len(paths)))
    for i, path in enumerate(paths):
        for j, detector in enumerate(detectors):
            wall, cpu = time.perf_counter(), time.thread_time()
            detector.detect(images.read(path))
            took[:, j, i] = time.perf_counter() - wall, time.thread_time() - cpu
        tick()
    took *= 1000
    return [
        Latency(
            len(paths),
            float(np.percentile(took[0, j], 50)),
            float(np.percentile(took[0, j], 95)),
            float(np.percentile(took[1, j], 50)),
        )
        for j in range(len(detectors))
    ]
