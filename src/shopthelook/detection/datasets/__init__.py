"""Data sets of pictures with boxes: reading them in the labels that a detector speaks."""

from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.dataset import DataSet, open_data
from shopthelook.detection.datasets.labels import KNOWN_FROM, Label, LabelSpace, box_counts
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.detection.datasets.scenes import LabelledScene, read_scenes

__all__ = [
    "KNOWN_FROM",
    "DataError",
    "DataSet",
    "Label",
    "LabelSpace",
    "LabelledPicture",
    "LabelledScene",
    "box_counts",
    "open_data",
    "read_scenes",
]
