"""Folds of a data set, so that each picture can be judged by a model that has never seen it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shopthelook.datasets.cleaning import fold_of, sha256_of
from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.dataset import COCO_FILES, LABELS_FILE, DataSet
from shopthelook.detection.datasets.picture import LabelledPicture

__all__ = ["digest_of", "fold_of", "key_of", "read_coco", "write_labels", "write_without"]


def digest_of(picture: LabelledPicture) -> bytes:
    """The SHA-256 of a picture's file. Raises `DataError` where it cannot be read."""
    return sha256_of(picture.path) if picture.digest is None else picture.digest


def key_of(picture: LabelledPicture) -> bytes:
    """What a picture's fold follows from, as its split does (`LabelledPicture.key`). Raises `DataError` as above."""
    return picture.key or digest_of(picture)


def write_without(data: DataSet, fold: int, folds: int, out: Path) -> int:
    """Write the data set ``out`` without the pictures of a fold, to train the model that judges these.

    Pictures are named where they lie. Returns how many are in it. Raises `DataError` when ``out`` exists or nothing is
    left.
    """
    if not 0 <= fold < folds:
        raise DataError(f"folds go from 0 to {folds - 1}, not {fold}")
    if out.exists():
        raise DataError(f"{out} exists already; name another folder, or delete it first")
    whole = read_coco(data)
    kept = {str(picture.path) for picture in data.pictures if fold_of(key_of(picture), folds) != fold}
    images = [
        {**image, "file_name": str((data.folder / image["file_name"]).resolve())}
        for image in whole["images"]
        if str(data.folder / image["file_name"]) in kept
    ]
    if not images:
        raise DataError(f"{data.folder}: without fold {fold} of {folds} no picture is left")
    ids = {image["id"] for image in images}
    boxes = [one for one in whole["annotations"] if one["image_id"] in ids]
    out.mkdir(parents=True)
    # The label map may follow from the folder's name, which is another one here.
    write_labels(data, out)
    (out / COCO_FILES[0]).write_text(
        json.dumps({**whole, "images": images, "annotations": boxes}, ensure_ascii=False), encoding="utf-8"
    )
    return len(images)


def read_coco(data: DataSet) -> dict[str, Any]:
    """What the COCO file of a data set that was opened holds. Raises `DataError` for rendered rooms."""
    for name in COCO_FILES:
        path = data.folder / name
        if path.exists():
            whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
            return whole
    raise DataError(f"{data.folder}: only data sets with {COCO_FILES[0]} have labels to clean or folds")


def write_labels(data: DataSet, folder: Path) -> None:
    """Write the categories of a data set's labels to ``folder``."""
    lines = [
        f"{name}\t{'' if category is None else category.full}\n"
        for name, category in zip(data.names, data.categories, strict=True)
    ]
    (folder / LABELS_FILE).write_text("".join(lines), encoding="utf-8")
