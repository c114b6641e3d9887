"""Scenes with boxes for training and measuring a detector.

A data set is a folder with either ``boxes_coco.json`` (COCO: pixels, xywh) or ``rooms.json`` (rendered rooms:
fractions, xyxy, Google category paths). Its labels are rolled up to the coarse categories of the taxonomy; a
label without a coarse category is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from shopthelook.errors import ShopError
from shopthelook.evaluation.splits import Split, split_of
from shopthelook.taxonomy import Taxonomy, UnknownCategory, label_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


KNOWN_FROM = 5  # boxes of a category; with fewer, a data set does not count as labelling it


class DataError(ShopError):
    """A data set cannot be read; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class LabelledScene:
    """One picture and its boxes.

    ``boxes`` is ``(n, 4)`` float32 xyxy in pixels of a picture ``size`` (width, height); ``labels`` is ``(n,)``
    int64, indices into the list of coarse categories. ``known`` is ``(categories,)`` bool: what the picture's
    data set labels at all; another kind of object may be in the picture without a box.
    """

    path: Path
    size: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    split: Split
    known: NDArray[np.bool_]


class _Unsplit(NamedTuple):
    path: Path
    size: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def read_scenes(folder: Path, labels_of: str | None = None) -> list[LabelledScene]:
    """Read all scenes of a data set, in the order of their paths.

    Args:
        folder: the data set's folder.
        labels_of: name of the label map for COCO data; the folder's own name when left out.

    Raises:
        DataError: when there is no such data set or it cannot be parsed.
    """
    coco, rooms = folder / "boxes_coco.json", folder / "rooms.json"
    try:
        rendered = not coco.exists()
        if not rendered:
            scenes = list(_coco(folder, json.loads(coco.read_text()), labels_of or folder.name))
        elif rooms.exists():
            scenes = list(_rooms(folder, json.loads(rooms.read_text())))
        else:
            raise DataError(f"{folder}: neither boxes_coco.json nor rooms.json in this folder")
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: the labels cannot be read ({error!r})") from error
    counts = np.bincount(
        np.concatenate([scene.labels for scene in scenes] or [np.zeros(0, np.int64)]),
        minlength=len(Taxonomy.builtin().coarse_categories),
    )
    # Nobody forgot an object in a rendered room: what has no box there is background.
    known = np.full(len(counts), True) if rendered else counts >= KNOWN_FROM
    return sorted(
        (
            LabelledScene(
                scene.path,
                scene.size,
                scene.boxes[known[scene.labels]],
                scene.labels[known[scene.labels]],
                split_of(scene.path.read_bytes()),
                known,
            )
            for scene in scenes
        ),
        key=lambda scene: scene.path,
    )


def _coco(folder: Path, data: dict[str, list[dict]], labels_of: str) -> Iterator[_Unsplit]:  # type: ignore[type-arg]
    taxonomy = Taxonomy.builtin()
    index = {category.id: i for i, category in enumerate(taxonomy.coarse_categories)}
    label = {}
    names = label_map(labels_of)
    for entry in data["categories"]:
        coarse = taxonomy.coarse(names[entry["name"]]) if entry["name"] in names else None
        if coarse is not None:
            label[entry["id"]] = index[coarse.id]
    found: dict[int, list[dict]] = {}  # type: ignore[type-arg]
    for box in data["annotations"]:
        if box["category_id"] in label and not box.get("iscrowd"):
            found.setdefault(box["image_id"], []).append(box)
    for picture in data["images"]:
        path = folder / picture["file_name"]
        mine = found.get(picture["id"], [])
        xywh = np.array([box["bbox"] for box in mine], np.float32).reshape(-1, 4)
        yield _Unsplit(
            path,
            (picture["width"], picture["height"]),
            np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1),
            np.array([label[box["category_id"]] for box in mine], np.int64),
        )


def _rooms(folder: Path, data: dict[str, list[dict]]) -> Iterator[_Unsplit]:  # type: ignore[type-arg]
    taxonomy = Taxonomy.builtin()
    index = {category.id: i for i, category in enumerate(taxonomy.coarse_categories)}
    for scene in data["scenes"]:
        path = folder / scene["scene"]
        boxes, labels = [], []
        for thing in scene["objects"]:
            try:
                coarse = taxonomy.coarse(taxonomy.get(thing["category"]))
            except UnknownCategory:
                continue
            if coarse is not None:
                boxes.append(thing["box"])
                labels.append(index[coarse.id])
        size = np.array([scene["width"], scene["height"]] * 2, np.float32)
        yield _Unsplit(
            path,
            (scene["width"], scene["height"]),
            np.array(boxes, np.float32).reshape(-1, 4) * size,
            np.array(labels, np.int64),
        )
