"""How long a picture takes on one core, from the file on disk to its objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook import images
from shopthelook.evaluation.latency import Latency, time_in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shopthelook.detection import Detections, Detector


def measure_latency(
    detectors: Sequence[Detector], paths: Sequence[Path], tick: Callable[[], None] = lambda: None
) -> list[Latency]:
    """Read, decode, resize and detect each picture with each detector; the detectors should have one thread."""

    def detecting(detector: Detector) -> Callable[[Path], Detections]:
        return lambda path: detector.detect(images.read(path))

    return time_in_turns([detecting(one) for one in detectors], paths, tick)
