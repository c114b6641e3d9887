"""COCO files, and the data sets that are published as such: Fashionpedia and ModaNet.

Fashionpedia is ``instances_attributes_{train,val}2020.json`` beside the folders ``train`` and ``test``; ModaNet is
``modanet2018_instances_train.json`` with pictures named by their id, which come from elsewhere. What all share
is described at https://cocodataset.org/#format-data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from shopthelook.datasets.entries import Entry, read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.detection.datasets.dataset import ABSENT, PARTIAL
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem, Reading

PATTERNS = (
    "annotations.json",
    "instances*.json",
    "annotations/instances*.json",
    "*.json",
    "annotations/*.json",
)
FASHIONPEDIA = ("instances_attributes_*.json", "annotations/instances_attributes_*.json")
MODANET = ("modanet*instances*.json", "annotations/modanet*instances*.json")


def read_coco(source: Path, pictures: PictureFolder) -> Reading:
    """Any COCO file with boxes, or all ``instances*.json`` of a folder."""
    return _read(source, pictures, PATTERNS, "COCO file")


def read_fashionpedia(source: Path, pictures: PictureFolder) -> Reading:
    """Fashionpedia; a box keeps the names of its attributes."""
    return _read(source, pictures, FASHIONPEDIA, "instances_attributes_train2020.json of Fashionpedia")


def read_modanet(source: Path, pictures: PictureFolder) -> Reading:
    """ModaNet; its validation file, published without annotations, is left out."""
    return _read(source, pictures, MODANET, "modanet2018_instances_train.json of ModaNet")


def _read(source: Path, pictures: PictureFolder, patterns: tuple[str, ...], what: str) -> Reading:
    files = [(path, read_json(path)) for path in annotation_files(source, patterns, what)]
    # A file that lists pictures only would make scenes without objects of them.
    labelled = [(path, data) for path, data in files if data.count("annotations") and data.count("images")]
    if not labelled:
        raise DataError(f"{files[0][0]}: no COCO file with 'images' and 'annotations' that has boxes")
    names: dict[str, None] = {}
    for _, data in labelled:
        names.update(dict.fromkeys(entry.text("name") for entry in data.objects("categories")))
    return Reading(
        sum(data.count("images") for _, data in labelled),
        (one for path, data in labelled for one in _pictures(path, data, pictures)),
        tuple(names),
    )


def _pictures(path: Path, data: Entry, folder: PictureFolder) -> Iterator[FoundPicture | Problem]:
    names = {entry.key("id"): entry.text("name") for entry in data.objects("categories")}
    attributes = (
        {entry.key("id"): entry.text("name") for entry in data.objects("attributes")}
        if "attributes" in data
        else {}
    )
    boxes: dict[int | str, list[FoundBox]] = {}
    listed = {_id(entry) for entry in data.objects("images")}
    for i in range(data.count("annotations")):
        try:
            entry = data.item("annotations", i)
            picture, label = entry.key("image_id"), entry.key("category_id")
            if picture not in listed:
                raise DataError(f"{entry.where}: no picture has the id {picture!r}")
            if label not in names:
                raise DataError(f"{entry.where}: no category has the id {label!r}")
            x, y, width, height = entry.four("bbox")
            more: dict[str, object] = {"guessed": True} if entry.flag("guessed") else {}
            if attributes:
                more["attributes"] = [
                    attributes[key] for key in entry.keys("attribute_ids") if key in attributes
                ]
            box = FoundBox(names[label], (x, y, x + width, y + height), entry.flag("iscrowd"), more)
        except DataError as error:
            yield Problem(f"{path.name}: annotations[{i}]", _reason(error))
            continue
        boxes.setdefault(picture, []).append(box)
    for i in range(data.count("images")):
        try:
            entry = data.item("images", i)
            size = (entry.side("width"), entry.side("height"))
            absent = _names(entry, ABSENT, names) if ABSENT in entry else None
            partial = _names(entry, PARTIAL, names)
            more = {"group": entry.key("group")} if "group" in entry else {}
            found = _find(folder, entry)
        except DataError as error:
            yield Problem(f"{path.name}: images[{i}]", _reason(error))
            continue
        some = boxes.get(entry.key("id"), [])
        yield FoundPicture(found, some, size, more=more, absent=absent, partial=partial)


def _names(image: Entry, key: str, names: Mapping[int | str, str]) -> list[str]:
    for one in image.keys(key):
        if one not in names:
            raise DataError(f"{image.where}: {key!r}: no category has the id {one!r}")
    return [names[one] for one in image.keys(key)]


def _id(entry: Entry) -> int | str | None:
    try:
        return entry.key("id")
    except DataError:
        return None  # reported where the picture is read


def _find(folder: PictureFolder, entry: Entry) -> Path:
    name, key = entry.text("file_name"), entry.key("id")
    try:
        return folder.find(name)
    except DataError:
        # Whoever fetched the pictures may have named them by their id alone.
        other = folder.by_stem.get(str(key), [])
        if len(other) == 1:
            return other[0]
        raise


def _reason(error: DataError) -> str:
    return str(error).rpartition("]: ")[2]
