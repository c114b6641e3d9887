"""What detectors said of pictures, kept in a file, so that measuring can be stopped and goes on where it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.detection import Detections
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from shopthelook.models import Bundle
    from shopthelook.taxonomy import Category

_FORMAT = 1
_COMMIT_EVERY_S = 1.0


class StoreError(ShopError):
    """The file of kept predictions cannot be used."""


class PredictionStore:
    """Proposals of detectors by the model and by the content of the picture; a context manager.

    Neither a new name for a picture nor new thresholds of a bundle make them worthless: what is kept is all that the
    model gave. Raises `StoreError` where the file is none of these or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path)
            (version,) = self._file.execute("PRAGMA user_version").fetchone()
            if version not in (0, _FORMAT):
                raise StoreError(f"{path} was written by another version of the package; delete it")
            self._file.execute(f"PRAGMA user_version = {_FORMAT}")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS proposals (model TEXT, picture TEXT, boxes BLOB, scores BLOB, "
                "labels BLOB, PRIMARY KEY (model, picture)) WITHOUT ROWID"
            )
            self._file.commit()
        except (sqlite3.Error, OSError) as error:
            raise self._wrong(error) from None
        self._committed = time.monotonic()

    def get(self, model: str, picture: str, categories: Sequence[Category]) -> Detections | None:
        """What the model said of the picture, None where that is not known; ``categories`` of its labels."""
        try:
            row = self._file.execute(
                "SELECT boxes, scores, labels FROM proposals WHERE model = ? AND picture = ?",
                (model, picture),
            ).fetchone()
        except sqlite3.Error as error:
            raise self._wrong(error) from None
        if row is None:
            return None
        boxes, scores, labels = (
            np.frombuffer(data, kind) for data, kind in zip(row, ("<f4", "<f4", "<i8"), strict=True)
        )
        return Detections(boxes.reshape(-1, 4), scores, labels, tuple(categories[i] for i in labels))

    def put(self, model: str, picture: str, found: Detections) -> None:
        """Keep what the model said of the picture."""
        arrays = (found.boxes.astype("<f4"), found.scores.astype("<f4"), found.labels.astype("<i8"))
        try:
            self._file.execute(
                "INSERT OR REPLACE INTO proposals VALUES (?, ?, ?, ?, ?)",
                (model, picture, *(array.tobytes() for array in arrays)),
            )
            if time.monotonic() - self._committed > _COMMIT_EVERY_S:
                self._file.commit()
                self._committed = time.monotonic()
        except sqlite3.Error as error:
            raise self._wrong(error) from None

    def __enter__(self) -> PredictionStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Also after Ctrl-C: what is done is kept.
        try:
            self._file.commit()
        except sqlite3.Error as failed:
            if error is None:
                raise self._wrong(failed) from None
        finally:
            self._file.close()

    def _wrong(self, error: Exception) -> StoreError:
        return StoreError(f"{self.path}: predictions cannot be kept here: {error}")


def model_key(bundle: Bundle) -> str:
    """What proposals depend on: the model and how it is fed, not its thresholds or its name."""
    card = bundle.card
    fed = {"model": card.sha256, "input": asdict(card.input), "outputs": dict(card.outputs)}
    return hashlib.sha256(json.dumps(fed, sort_keys=True).encode()).hexdigest()
