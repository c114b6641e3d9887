"""Offline figures of scene decomposition (section 5 of the paper): detectors side by side on labelled pictures.

evaluation = evaluate([open_bundle("detector-lite")], [open_measured(Path("my-scenes"), "test")])
evaluation.sets[0].figures[0].interval("ap50")
"""

from shopthelook.evaluation.detection.boxes import LabelledBoxes
from shopthelook.evaluation.detection.data import Measured, UnknownClass, find_classes, open_measured
from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures, evaluate
from shopthelook.evaluation.detection.figures import ClassFigures, Figures, difference
from shopthelook.evaluation.detection.precision import LabelPrecision, MissingLibrary, average_precision
from shopthelook.evaluation.detection.store import PredictionStore, StoreError
from shopthelook.evaluation.detection.thresholds import Threshold, best_threshold
from shopthelook.evaluation.intervals import Interval
from shopthelook.evaluation.variants import Variant

__all__ = [
    "ClassFigures",
    "Evaluation",
    "Figures",
    "Interval",
    "LabelPrecision",
    "LabelledBoxes",
    "Measured",
    "MissingLibrary",
    "PredictionStore",
    "SetFigures",
    "StoreError",
    "Threshold",
    "UnknownClass",
    "Variant",
    "average_precision",
    "best_threshold",
    "difference",
    "evaluate",
    "find_classes",
    "open_measured",
]
