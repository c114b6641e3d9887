"""The entries of a new data set, checked against the pictures as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.labels import plain
from shopthelook.datasets.placing import Placed, Placer
from shopthelook.detection.datasets.dataset import ABSENT, PARTIAL
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem
from shopthelook.detection.datasets.importing.labels import ImportLabels
from shopthelook.images import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAME_SHAPE = 0.01  # of the aspect ratio: what rounding does to a picture that was scaled down


class Entries:
    """The entries of the new ``annotations.json``."""

    def __init__(self, labels: ImportLabels, problems: list[Problem]) -> None:
        self.labels, self.problems = labels, problems
        self.images: list[dict[str, object]] = []
        self.annotations: list[dict[str, object]] = []
        self._names: set[str] = set()

    def add(self, found: FoundPicture, placer: Placer) -> None:
        """Add a picture and its boxes; what is wrong with it goes to the problems."""
        where = found.path.name
        try:
            placed = placer.place(found.path)
            scale = _scale(found, placed)
        except (PictureError, DataError) as error:
            self.problems.append(Problem(where, str(error)))
            return
        if placed.file_name in self._names:
            self.problems.append(Problem(where, "this picture is listed twice"))
            return
        self._names.add(placed.file_name)
        key = len(self.images) + 1
        entry = {"id": key, "file_name": placed.file_name, "width": placed.width, "height": placed.height}
        self.images.append({**found.more, **entry, "sha256": placed.sha256, **self._asked(found)})
        for box in found.boxes:
            corners = np.array(box.corners, np.float64) * scale
            problem = _wrong(corners, placed) if plain(box.label) else "the label has no name"
            if problem:
                self.problems.append(Problem(f"{where}: {box.label}", problem))
            else:
                self.annotations.append(self._annotation(key, box, corners, placed))

    def _asked(self, found: FoundPicture) -> dict[str, list[int]]:
        """What a federated picture says beside its boxes, of labels that have a category."""
        if found.absent is None and not found.partial:
            return {}
        ids = [
            sorted(
                self.labels.index(name) + 1 for name in names if plain(name) and self.labels.category(name)
            )
            for names in (found.absent or (), found.partial)
        ]
        return {PARTIAL: ids[1]} if found.absent is None else {ABSENT: ids[0], PARTIAL: ids[1]}

    def labelled(self) -> list[str]:
        """The labels that boxes have, in the labels' order."""
        used = {box["category_id"] for box in self.annotations}
        return [name for i, name in enumerate(self.labels.names, 1) if i in used]

    def _annotation(
        self, picture: int, box: FoundBox, corners: NDArray[np.float64], placed: Placed
    ) -> dict[str, object]:
        x1, y1, x2, y2 = (
            round(float(value), 2) for value in geometry.clip([corners], placed.width, placed.height)[0]
        )
        return {
            **box.more,
            "id": len(self.annotations) + 1,
            "image_id": picture,
            "category_id": self.labels.index(box.label) + 1,
            "bbox": [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)],
            "area": round((x2 - x1) * (y2 - y1), 2),
            "iscrowd": int(box.crowd),
        }


def _scale(found: FoundPicture, placed: Placed) -> NDArray[np.float64]:
    """``(4,)`` factors from the boxes' units to pixels. Raises `DataError` where the shapes differ."""
    if found.fractions:
        return np.array([placed.width, placed.height] * 2, np.float64)
    if found.size is None or found.size == (placed.width, placed.height):
        return np.ones(4)
    across, down = placed.width / found.size[0], placed.height / found.size[1]
    # One pixel more or less is what rounding makes of a small picture.
    if abs(across / down - 1) > max(_SAME_SHAPE, 1 / min(placed.width, placed.height)):
        raise DataError(
            f"its boxes are of a picture of {found.size[0]} x {found.size[1]} pixels, "
            f"and it has {placed.width} x {placed.height}"
        )
    return np.array([across, down] * 2, np.float64)


def _wrong(corners: NDArray[np.float64], placed: Placed) -> str | None:
    if not np.isfinite(corners).all():
        return "the box is not four finite numbers"
    x1, y1, x2, y2 = corners
    shown = " ".join(f"{value:.10g}" for value in corners)
    if x2 <= x1 or y2 <= y1:
        return f"the box {shown} is empty"
    cut = geometry.clip([corners], placed.width, placed.height)[0]
    # What is left after rounding to hundredths of a pixel must have an area too.
    if cut[2] - cut[0] < 0.01 or cut[3] - cut[1] < 0.01:
        return f"the box {shown} lies outside the picture of {placed.width} x {placed.height} pixels"
    return None
