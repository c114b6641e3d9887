"""What detectors find in the pictures of a data set, each picture by one that was trained without it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry, images
from shopthelook.detection.datasets.cleaning.folds import digest_of, fold_of, key_of
from shopthelook.detection.datasets.errors import DataError
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.images import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.detection.detector import Detector
    from shopthelook.geometry import Boxes

_LEAST = 0.03  # score; below it a box says nothing about a label
_MOST = 200  # boxes of a picture


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was found in one picture: boxes ``(n, 4)`` in its pixels, scores ``(n,)``, and names and categories' ids."""

    boxes: Boxes
    scores: NDArray[np.float32]
    names: tuple[str, ...]
    categories: tuple[int, ...]


def predict(
    pictures: Sequence[LabelledPicture],
    detectors: Sequence[Detector],
    file: Path,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> dict[bytes, Predicted]:
    """Run detectors over pictures and keep what they find in ``file``, a line a picture; by SHA-256.

    With k detectors, detector i looks at the pictures of fold i (see `folds.fold_of`) and should have been trained
    without them; one detector looks at all. Lines of ``file`` that the same detector made are taken as they are, so a
    run that was stopped goes on. Pictures that cannot be read are passed over.
    """
    known = {
        key: one for key, (made_by, one) in _read(file).items() if made_by in {_key(d) for d in detectors}
    }
    found: dict[bytes, Predicted] = {}
    with file.open("a", encoding="utf-8") as journal:
        for done, picture in enumerate(pictures, 1):
            with contextlib.suppress(DataError, PictureError):
                digest = digest_of(picture)
                detector = detectors[fold_of(key_of(picture), len(detectors))]
                one = known.get(digest)
                if one is None:
                    one = _run(detector, picture)
                    journal.write(_line(digest, _key(detector), one))
                    journal.flush()
                found[digest] = one
            progress(done, len(pictures))
    return found


def read_predictions(file: Path) -> dict[bytes, Predicted]:
    """The predictions that a file holds, by SHA-256 of the picture. Raises `DataError` where there are none."""
    found = {digest: one for digest, (_, one) in _read(file).items()}
    if not found:
        raise DataError(f"{file}: no predictions here")
    return found


def _key(detector: Detector) -> str:
    return detector.bundle.key


def _run(detector: Detector, picture: LabelledPicture) -> Predicted:
    rgb = images.read(picture.path)
    proposed = detector.propose(rgb)
    rows = np.flatnonzero(proposed.scores >= _LEAST)
    rows = rows[np.argsort(-proposed.scores[rows], kind="stable")][:_MOST]
    labels = detector.bundle.card.labels
    # Boxes of a data set are in pixels of the size that it states.
    scale = np.array([picture.size[0] / rgb.shape[1], picture.size[1] / rgb.shape[0]] * 2, np.float32)
    return Predicted(
        proposed.boxes[rows] * scale,
        proposed.scores[rows],
        tuple(labels[i].name for i in proposed.labels[rows]),
        tuple(labels[i].category_id for i in proposed.labels[rows]),
    )


def _line(digest: bytes, key: str, one: Predicted) -> str:
    entry = {
        "sha256": digest.hex(),
        "bundle": key,
        "boxes": [[round(value, 2) for value in box] for box in one.boxes.tolist()],
        "scores": [round(value, 4) for value in one.scores.tolist()],
        "labels": one.names,
        "categories": one.categories,
    }
    return json.dumps(entry, ensure_ascii=False) + "\n"


def _read(file: Path) -> dict[bytes, tuple[str, Predicted]]:
    found: dict[bytes, tuple[str, Predicted]] = {}
    if not file.exists():
        return found
    text = file.read_text(encoding="utf-8")
    if text and not text.endswith("\n"):
        # A kill cut the last line short; the next one must not be joined to it.
        text = text[: text.rfind("\n") + 1]
        file.write_text(text, encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
            one = Predicted(
                geometry.as_boxes(entry["boxes"]),
                np.array(entry["scores"], np.float32),
                tuple(map(str, entry["labels"])),
                tuple(map(int, entry["categories"])),
            )
            if not len(one.boxes) == len(one.scores) == len(one.names) == len(one.categories):
                raise ValueError("lists of several lengths")
            found[bytes.fromhex(entry["sha256"])] = str(entry["bundle"]), one
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{file}: line {number}: no prediction ({error!r})") from None
    return found
