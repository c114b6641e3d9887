"""What is embedded: a view as its data set cuts it, or what a detector cuts out in its place (section 6.3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry, images
from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets import LabelSpace
from shopthelook.embedding.views import cut, load, load_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.detection import Detections
    from shopthelook.embedding.views import BoxPixels, View
    from shopthelook.evaluation.detection.predicting import MeasuredDetector
    from shopthelook.evaluation.detection.store import PredictionStore
    from shopthelook.images import Rgb

SAME_OBJECT = 0.5
"""Least IoU of a given box and the detector's box that stands for it."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A view, or with ``box`` (xyxy pixels) that part of its picture."""

    view: View
    box: BoxPixels | None = None

    @property
    def key(self) -> str:
        """What the pixels follow from: the content of the files and how they are cut. Raises `DataError`."""
        view = self.view
        if self.box is not None:
            return f"{digest(view.path)}@{_text(self.box)}"
        box = "" if view.box is None else f"@{_text(view.box)}"
        mask = "" if view.mask is None else f"#{digest(view.mask[0])}#{view.mask[1]}"
        return f"{digest(view.path)}{box}{mask}" + ("/trimmed" if view.role == "product" else "")

    def pixels(self) -> Rgb:
        """(h, w, 3) RGB uint8. Raises `DataError` where a file cannot be read."""
        return load(self.view) if self.box is None else cut(load_whole(self.view), self.box)


def _text(box: BoxPixels) -> str:
    return ",".join(f"{side:.2f}" for side in box)


@lru_cache(maxsize=200_000)
def digest(path: Path) -> str:
    """SHA-256 of a file. Raises `DataError`."""
    try:
        return images.content_hash(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: this picture cannot be read: {error.strerror}") from None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a detector has in the place of n given boxes.

    ``crops`` has None where it found nothing there; ``categories`` (n,) int64 are the ids of the coarse categories that
    it says, -1 for none.
    """

    crops: tuple[Crop | None, ...]
    categories: NDArray[np.int64]

    @property
    def missed(self) -> NDArray[np.bool_]:
        """(n,) whether nothing was found there."""
        return np.array([crop is None for crop in self.crops], np.bool_)


def find(
    detector: MeasuredDetector,
    views: Sequence[View],
    store: PredictionStore | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Found:
    """Of what serving would show of each view's picture the box that overlaps the given one most, IoU >= 0.5.

    A view without a box asks about its whole picture. Raises `DataError` for a picture that cannot be read.
    """
    coarse = [label.category.id for label in LabelSpace.coarse().labels]
    seen: dict[Path, Detections] = {}
    crops: list[Crop | None] = []
    categories = np.full(len(views), -1, np.int64)
    for i, view in enumerate(views):
        if view.path not in seen:
            seen[view.path] = detector.shown(view.path, store)
        shown = seen[view.path]
        if view.box is None:
            height, width = load_whole(view).shape[:2]
            given: BoxPixels = (0, 0, width, height)
        else:
            given = view.box
        overlaps = geometry.iou([given], shown.boxes)[0] if len(shown) else np.zeros(1, np.float32)
        best = int(overlaps.argmax())
        if overlaps[best] < SAME_OBJECT:
            crops.append(None)
        else:
            x1, y1, x2, y2 = (float(side) for side in shown.boxes[best])
            crops.append(Crop(view, (x1, y1, x2, y2)))
            place = int(detector.coarse_of[shown.labels[best]])
            categories[i] = coarse[place] if place >= 0 else -1
        tick()
    return Found(tuple(crops), categories)
