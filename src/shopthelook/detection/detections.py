"""What a detector finds in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.errors import ShopError
from shopthelook.taxonomy import Category


class DetectionsError(ShopError, ValueError):
    """Arrays that do not fit together as detections."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Objects found in one picture; row i of each field belongs to object i.

    boxes: (n, 4) float32, xyxy in pixels of the original picture; scores: (n,) float32 in [0, 1];
    labels: (n,) int64, index into the labels of the detector's card; categories: n categories, that of
    each object. Raises `DetectionsError` where the fields do not fit together.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]
    categories: tuple[Category, ...]

    def __post_init__(self) -> None:
        boxes, scores, labels = self.boxes, self.scores, self.labels
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise DetectionsError(f"boxes must have shape (n, 4), not {boxes.shape}")
        for name, array in (("scores", scores), ("labels", labels)):
            if array.shape != (len(boxes),):
                raise DetectionsError(f"{name} must have shape ({len(boxes)},), not {array.shape}")
        if len(self.categories) != len(boxes):
            raise DetectionsError(
                f"there must be {len(boxes)} categories, one per box, not {len(self.categories)}"
            )
        if not np.issubdtype(labels.dtype, np.integer) or np.any(labels < 0):
            raise DetectionsError("labels must be whole numbers of 0 or more")
        if not np.all(np.isfinite(boxes)):
            raise DetectionsError("boxes must be finite")
        if np.any(boxes[:, :2] > boxes[:, 2:]):
            raise DetectionsError("boxes must be xyxy, with x1 <= x2 and y1 <= y2")
        if not np.all((scores >= 0) & (scores <= 1)):
            raise DetectionsError("scores must be in [0, 1]")

    @classmethod
    def empty(cls) -> Detections:
        """No objects."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), ())

    def __len__(self) -> int:
        return len(self.boxes)

    def take(self, rows: NDArray[np.intp]) -> Detections:
        """The objects of the given row numbers, in that order."""
        return Detections(
            self.boxes[rows], self.scores[rows], self.labels[rows], tuple(self.categories[i] for i in rows)
        )

    def filter(self, threshold: float) -> Detections:
        """The objects that score at least `threshold`, in the same order."""
        return self.take(np.flatnonzero(self.scores >= threshold))

    def top(self, k: int) -> Detections:
        """The `k` objects that score best, best first; equal scores keep their order."""
        return self.take(np.argsort(-self.scores, kind="stable")[: max(k, 0)])
