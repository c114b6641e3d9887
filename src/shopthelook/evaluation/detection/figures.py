"""The figures of one detector on one data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shopthelook.evaluation.intervals import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.precision import SizePrecision

Drawn = Mapping[str, "NDArray[np.float64]"]
"""A figure's name -> ``(1 + replicates,)``: on all pictures, then on each replicate."""

NAMES: Mapping[str, str] = {
    "ap50": "AP50",
    "ap": "AP",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "with_object": "scenes with an object",
    "one_box": "one right box",
    "best_box": "best box right",
}
"""What each figure is called in reports."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassFigures:
    """A detector on one class: average precision, and precision, recall and F1 of what serving shows.

    ``boxes`` counts the true boxes and ``shown`` the shown ones. The replicates in ``drawn`` are NaN, and so intervals
    have no ends, for a class in fewer pictures than `measuring.FEW`. ``curve`` is as in `LabelPrecision`, ``at`` the
    recall and precision of what serving shows, where the class's own curve is drawn.
    """

    label: int
    name: str
    boxes: int
    shown: int
    drawn: Drawn
    sizes: Mapping[str, SizePrecision]
    curve: NDArray[np.float64]

    def interval(self, figure: str) -> Interval:
        """A figure (a key of ``drawn``) with its 95% interval."""
        return Interval.of(self.drawn[figure])


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """A detector on one data set: means over classes of average precision, all classes' boxes together for the rest.

    ``drawn`` has the names of `NAMES`: with_object for scenes, one_box and best_box for single-product pictures.
    ``sizes`` are means over the classes with true boxes of a size. ``curve`` is the mean of the classes' curves.
    """

    drawn: Drawn
    sizes: Mapping[str, SizePrecision]
    classes: tuple[ClassFigures, ...]
    curve: NDArray[np.float64]

    def interval(self, figure: str) -> Interval:
        """A figure with its 95% interval."""
        return Interval.of(self.drawn[figure])

    def as_dict(self) -> dict[str, Any]:
        """For JSON; what cannot be measured is None."""
        return {
            **{name: self.interval(name).as_dict() for name in self.drawn},
            "sizes": _sizes_dict(self.sizes),
            "classes": [
                {
                    "name": one.name,
                    "boxes": one.boxes,
                    "shown": one.shown,
                    **{name: one.interval(name).as_dict() for name in one.drawn},
                    "sizes": _sizes_dict(one.sizes),
                    "curve": [round(float(value), 4) for value in one.curve],
                }
                for one in self.classes
            ],
        }


def difference(new: Drawn, old: Drawn, figure: str) -> Interval:
    """By how much ``new`` is better than ``old``, with the interval of the difference on the same replicates."""
    return Interval.of(new[figure] - old[figure])


def _sizes_dict(sizes: Mapping[str, SizePrecision]) -> dict[str, dict[str, float]]:
    return {
        name: {"boxes": one.n, "ap50": round(one.ap50, 4), "ap": round(one.ap, 4)}
        for name, one in sizes.items()
    }
