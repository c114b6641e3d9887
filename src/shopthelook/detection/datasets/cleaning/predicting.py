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
from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.cleaning.folds import digest_of, fold_of, key_of
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.detection.detections import Detections
from shopthelook.images import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.detection.detector import Detector
    from shopthelook.geometry import Boxes

_LEAST = 0.03  # score; below it a box says nothing about a label
_MOST = 200  # boxes of a picture
_SAME_VIEWED = 0.55  # IoU from which boxes of one label in two views are around one thing


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
    mirrored: bool = False,
) -> dict[bytes, Predicted]:
    """Run detectors over pictures and keep what they find in ``file``, a line a picture; by SHA-256.

    With k detectors, detector i looks at the pictures of fold i (see `folds.fold_of`) and should have been trained
    without them; one detector looks at all. Lines of ``file`` that the same detector made are taken as they are, so a
    run that was stopped goes on. Pictures that cannot be read are passed over. With ``mirrored`` what is found in the
    picture and in its mirror image is joined.
    """
    known = {
        key: one
        for key, (made_by, one) in _read(file).items()
        if made_by in {_key(detector, mirrored) for detector in detectors}
    }
    found: dict[bytes, Predicted] = {}
    with file.open("a", encoding="utf-8") as journal:
        for done, picture in enumerate(pictures, 1):
            with contextlib.suppress(DataError, PictureError):
                digest = digest_of(picture)
                detector = detectors[fold_of(key_of(picture), len(detectors))]
                one = known.get(digest)
                if one is None:
                    one = _run(detector, picture, mirrored)
                    journal.write(_line(digest, _key(detector, mirrored), one))
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


def _key(detector: Detector, mirrored: bool) -> str:
    return detector.bundle.key + (" and mirrored" if mirrored else "")


def _run(detector: Detector, picture: LabelledPicture, mirrored: bool) -> Predicted:
    rgb = images.read(picture.path)
    proposed = detector.propose(rgb)
    if mirrored:
        proposed = joined(proposed, detector.propose(np.ascontiguousarray(rgb[:, ::-1])), rgb.shape[1])
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


def joined(plain: Detections, mirrored: Detections, width: int) -> Detections:
    """What is found in a picture ``width`` pixels wide and in its mirror image, of two boxes of one label around one
    thing (IoU over 0.55) the better."""
    back = mirrored.boxes.copy()
    back[:, [0, 2]] = width - mirrored.boxes[:, [2, 0]]
    both = Detections(
        np.concatenate([plain.boxes, back]),
        np.concatenate([plain.scores, mirrored.scores]),
        np.concatenate([plain.labels, mirrored.labels]),
        plain.categories + mirrored.categories,
    )
    kept = []
    for label in np.unique(both.labels):
        rows = np.flatnonzero(both.labels == label)
        kept.append(rows[geometry.nms(both.boxes[rows], both.scores[rows], _SAME_VIEWED)])
    return both.take(np.sort(np.concatenate([np.zeros(0, np.intp), *kept])))


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
