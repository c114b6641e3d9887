"""Boxes with labels: what a picture shows, and what a detector says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LabelledBoxes:
    """Boxes of one picture: ``boxes`` ``(n, 4)`` float32 xyxy pixels, ``labels`` ``(n,)`` int64.

    ``scores`` ``(n,)`` float32 are those of predictions, all 1 for the truth.
    """

    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    scores: NDArray[np.float32]

    @classmethod
    def true(cls, boxes: NDArray[np.float32], labels: NDArray[np.int64]) -> LabelledBoxes:
        """Boxes that a person drew."""
        return cls(boxes, labels, np.ones(len(labels), np.float32))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> LabelledBoxes:
        """The boxes of some rows."""
        return LabelledBoxes(self.boxes[rows], self.labels[rows], self.scores[rows])

    def __len__(self) -> int:
        return len(self.labels)
