"""What detectors said of pictures, kept in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.detection import Detections
from shopthelook.evaluation.kept import KeptFile, StoreError, model_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shopthelook.taxonomy import Category

__all__ = ["PredictionStore", "StoreError", "model_key"]

_FORMAT = 1
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS proposals (model TEXT, picture TEXT, boxes BLOB, scores BLOB, "
    "labels BLOB, PRIMARY KEY (model, picture)) WITHOUT ROWID"
)


class PredictionStore(KeptFile):
    """Proposals of detectors by the model and by the content of the picture.

    Neither a new name for a picture nor new thresholds of a bundle make them worthless: what is kept is all that the
    model gave. Raises `StoreError` where the file is none of these or cannot be written.
    """

    what = "predictions"

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA, _FORMAT)

    def get(self, model: str, picture: str, categories: Sequence[Category]) -> Detections | None:
        """What the model said of the picture, None where that is not known; ``categories`` of its labels."""
        row = self._one(
            "SELECT boxes, scores, labels FROM proposals WHERE model = ? AND picture = ?", (model, picture)
        )
        if row is None:
            return None
        boxes, scores, labels = (
            np.frombuffer(data, kind) for data, kind in zip(row, ("<f4", "<f4", "<i8"), strict=True)
        )
        return Detections(boxes.reshape(-1, 4), scores, labels, tuple(categories[i] for i in labels))

    def put(self, model: str, picture: str, found: Detections) -> None:
        """Keep what the model said of the picture."""
        arrays = (found.boxes.astype("<f4"), found.scores.astype("<f4"), found.labels.astype("<i8"))
        self._put(
            "INSERT OR REPLACE INTO proposals VALUES (?, ?, ?, ?, ?)",
            (model, picture, *(array.tobytes() for array in arrays)),
        )
