"""The boxes of a data set for detectors, in the form of COCO: what they show nobody knows, only of which kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook import geometry
from shopthelook.datasets.entries import Entry, read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.embedding.views.view import BoxPixels

SAME = 0.8  # overlap (IoU) from which two boxes are around one thing, and the first one counts
_FILES = ("annotations.json", "boxes_coco.json", "instances*.json", "annotations/instances*.json", "*.json")


def read_coco(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """The file that ``source`` is, or the COCO files in it."""
    data = [
        (path, read_json(path)) for path in annotation_files(source, _FILES, "annotations of COCO's form")
    ]
    return Reading(
        sum(one.count("images") for _, one in data),
        (unit for path, one in data for unit in _units(path, one, pictures)),
    )


def _units(path: Path, data: Entry, pictures: PictureFolder) -> Iterator[list[FoundView | Problem]]:
    names = {entry.key("id"): entry.text("name") for entry in data.objects("categories")}
    boxes: dict[int | str, list[tuple[str, BoxPixels]]] = {}
    wrong: list[FoundView | Problem] = []
    for i in range(data.count("annotations")):
        try:
            entry = data.item("annotations", i)
            picture, label = entry.key("image_id"), entry.key("category_id")
            x, y, width, height = entry.four("bbox")
            if label not in names:
                raise DataError(f"{entry.where}: no category has the id {label!r}")
            if not entry.flag("iscrowd"):
                boxes.setdefault(picture, []).append((names[label], (x, y, x + width, y + height)))
        except DataError as error:
            wrong.append(Problem(f"{path.name}: annotations[{i}]", str(error).removeprefix(f"{path}: ")))
    for i in range(data.count("images")):
        try:
            entry = data.item("images", i)
            key, found = entry.key("id"), pictures.find(entry.text("file_name"))
        except DataError as error:
            yield [*wrong, Problem(f"{path.name}: images[{i}]", str(error).removeprefix(f"{path}: "))]
        else:
            yield [*wrong, *_views(found, boxes.pop(key, []))]
        wrong = []
    if boxes:
        n = sum(len(some) for some in boxes.values())
        yield [Problem(path.name, f"{n} boxes are of pictures that it does not list")]


def _views(picture: Path, boxes: list[tuple[str, BoxPixels]]) -> Iterator[FoundView]:
    kept: list[BoxPixels] = []
    for label, box in boxes:
        if kept and float(geometry.iou([box], kept).max()) > SAME:
            continue
        kept.append(box)
        yield FoundView(picture, "scene", "", label, box, group=None)
