"""Offline figures of scene decomposition (section 5 of the paper)."""

from shopthelook.evaluation.detection.boxes import LabelledBoxes
from shopthelook.evaluation.detection.precision import LabelPrecision, MissingLibrary, average_precision
from shopthelook.evaluation.detection.thresholds import Threshold, best_threshold

__all__ = [
    "LabelPrecision",
    "LabelledBoxes",
    "MissingLibrary",
    "Threshold",
    "average_precision",
    "best_threshold",
]
