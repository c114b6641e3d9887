"""A detector beside its 8-bit copy, on pictures that neither was made from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shopthelook import geometry, images
from shopthelook.detection.training.calibrate import run
from shopthelook.evaluation.detection import LabelledBoxes, average_precision
from shopthelook.models.preprocess import for_detector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shopthelook.detection import Detector
    from shopthelook.detection.datasets import LabelledScene

SURE = 0.3  # score from which a box must have a counterpart
SAME_IOU, SAME_SCORE = 0.8, 0.1
COUNTED_FROM = 5  # true boxes of a label among a data set's pictures; fewer say nothing
RUNS = 15  # of each graph, to time it


@dataclass(frozen=True, slots=True)
class SetComparison:
    """Figures on ``n`` pictures of a data set, meaned over ``labels`` kinds of box; of the exact detector, then the
    other. A kind with fewer than `COUNTED_FROM` true boxes is left aside; without any other the figures are 0."""

    name: str
    n: int
    labels: int
    ap50: tuple[float, float]
    ap: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much of a detector is left in 8 bits.

    ``alike`` of ``sure`` boxes (score `SURE`, of either) have a counterpart in the other: the same label, an IoU of
    `SAME_IOU` and a score within `SAME_SCORE`. ``ms`` is the median of the processor's time for a run of the graph
    alone on one core; ``megabytes`` the size of the file; of the exact one, then the other.
    """

    sets: tuple[SetComparison, ...]
    sure: int
    alike: int
    ms: tuple[float, float]
    megabytes: tuple[float, float]

    @property
    def share_alike(self) -> float:
        """The share of sure boxes with a counterpart, 1 where there is none."""
        return self.alike / self.sure if self.sure else 1.0

    @property
    def time_ratio(self) -> float:
        """The time of the 8-bit graph as a part of the other's."""
        return self.ms[1] / self.ms[0]

    def as_dict(self) -> dict[str, Any]:
        """The figures for JSON; ``float`` and ``int8`` name the two detectors."""

        def pair(values: tuple[float, float], digits: int) -> dict[str, float]:
            return {"float": round(values[0], digits), "int8": round(values[1], digits)}

        return {
            "sets": [
                {
                    "data": one.name,
                    "pictures": one.n,
                    "labels": one.labels,
                    "AP50": pair(one.ap50, 4),
                    "AP": pair(one.ap, 4),
                }
                for one in self.sets
            ],
            "sure_boxes": self.sure,
            "share_alike": round(self.share_alike, 4),
            "ms": pair(self.ms, 2),
            "time_ratio": round(self.time_ratio, 3),
            "megabytes": pair(self.megabytes, 3),
        }


def compare(
    exact: Detector,
    small: Detector,
    data: Mapping[str, Sequence[LabelledScene]],
    progress: Callable[[str, int, int], None],
) -> tuple[Comparison, list[LabelledBoxes], list[LabelledBoxes]]:
    """Run both detectors, of one thread each, on scenes in their labels; at least one.

    Returns:
        The figures, the truth of each scene, and what ``small`` finds in it, in the order of ``data``.
    """
    sets, every_true, every_found = [], [], []
    sure = alike = 0
    for name, scenes in data.items():
        true = [LabelledBoxes.true(*scene.counted()) for scene in scenes]
        found: tuple[list[LabelledBoxes], list[LabelledBoxes]] = ([], [])
        for i, scene in enumerate(scenes, start=1):
            one, other = (run(detector, [scene])[0] for detector in (exact, small))
            found[0].append(one)
            found[1].append(other)
            for a, b in ((one, other), (other, one)):
                n, same = _counterparts(a, b)
                sure, alike = sure + n, alike + same
            progress(f"compared on {name}", i, len(scenes))
        if scenes:
            sets.append(_figures(name, true, found))
        every_true += true
        every_found += found[1]
    first = next(scene for scenes in data.values() for scene in scenes)
    ms = _time((exact, small), first, progress)
    sizes = [detector.bundle.model_path.stat().st_size / 1e6 for detector in (exact, small)]
    return Comparison(tuple(sets), sure, alike, ms, (sizes[0], sizes[1])), every_true, every_found


def _figures(
    name: str, true: Sequence[LabelledBoxes], found: tuple[list[LabelledBoxes], list[LabelledBoxes]]
) -> SetComparison:
    counts = np.bincount(np.concatenate([one.labels for one in true]))
    present = [int(label) for label in np.flatnonzero(counts >= COUNTED_FROM)]
    measured = [average_precision(true, one, present) for one in found]
    ap50, ap = (
        [float(np.mean([getattr(one, key) for one in each])) if each else 0.0 for each in measured]
        for key in ("ap50", "ap")
    )
    return SetComparison(name, len(true), len(measured[0]), (ap50[0], ap50[1]), (ap[0], ap[1]))


def _counterparts(a: LabelledBoxes, b: LabelledBoxes) -> tuple[int, int]:
    """How many boxes of ``a`` are sure, and how many of these ``b`` has too."""
    a = a.take(a.scores >= SURE)
    same = (geometry.iou(a.boxes, b.boxes) >= SAME_IOU) & (a.labels[:, None] == b.labels)
    same &= np.abs(a.scores[:, None] - b.scores) <= SAME_SCORE
    return len(a), int(same.any(axis=1).sum())


def _time(
    detectors: tuple[Detector, Detector], scene: LabelledScene, progress: Callable[[str, int, int], None]
) -> tuple[float, float]:
    """Milliseconds of the processor for a run on one scene, taken in turns."""
    source = detectors[0].bundle.card.input
    pixels, _ = for_detector(images.read(scene.path), source)
    took = np.zeros((2, RUNS))
    for i in range(RUNS):
        for j, detector in enumerate(detectors):
            start = time.thread_time()
            detector.session.run({source.name: pixels})
            took[j, i] = time.thread_time() - start
        progress("timed", i + 1, RUNS)
    exact, small = np.median(took, axis=1) * 1000
    return float(exact), float(small)
