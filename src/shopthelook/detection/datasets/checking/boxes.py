"""What can be wrong with boxes, known without opening a picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shopthelook import geometry
from shopthelook.detection.datasets.checking.problem import Problem
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.picture import LabelledPicture

SAME_BOX = 0.9  # IoU from which two boxes are around one thing
SLACK = 1.0  # pixels that a box may reach outside: what rounding does


def check_boxes(data: DataSet, picture: LabelledPicture) -> Iterator[Problem]:
    """Boxes of a picture that are empty, reach outside, are of an absent label, or are two around one thing."""

    def problem(kind: str, text: str) -> Problem:
        return Problem(kind, str(data.folder), f"{_shown(data, picture)}: {text}", str(picture.path))  # type: ignore[arg-type]

    names = [data.names[label] for label in picture.labels]
    width, height = picture.size
    empty = (picture.boxes[:, 2:] <= picture.boxes[:, :2]).any(axis=1)
    outside = (picture.boxes[:, :2] < -SLACK).any(axis=1)
    outside |= (picture.boxes[:, 2:] > np.array([width, height]) + SLACK).any(axis=1)
    for i in np.flatnonzero(empty).tolist():
        yield problem("empty-box", f"{names[i]} {_box(picture, i)}")
    for i in np.flatnonzero(outside & ~empty).tolist():
        yield problem("outside-box", f"{names[i]} {_box(picture, i)} in {width} x {height}")
    for i in np.flatnonzero(np.isin(picture.labels, list(picture.absent or ()))).tolist():
        yield problem("absent-box", f"{names[i]} {_box(picture, i)}")
    # A part of a garment, such as a sleeve, has no category and may well fill its box.
    sought = np.array([data.categories[label] is not None for label in picture.labels], bool)
    same = geometry.iou(picture.boxes, picture.boxes) > SAME_BOX
    for i, j in np.argwhere(np.triu(same & sought & sought[:, None], 1)).tolist():
        if names[i] == names[j]:
            yield problem("doubled-box", f"{names[i]} {_box(picture, i)}")
        else:
            yield problem("two-labels", f"{names[i]} and {names[j]} {_box(picture, i)}")


def _box(picture: LabelledPicture, i: int) -> str:
    return "[" + " ".join(f"{value:.0f}" for value in picture.boxes[i]) + "]"


def _shown(data: DataSet, picture: LabelledPicture) -> str:
    path = picture.path
    return str(path.relative_to(data.folder) if path.is_relative_to(data.folder) else path)
