"""A data set as its files say it: pictures with boxes, under the data set's own label names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from shopthelook.datasets.entries import Entry, read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.labels import own_labels
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.taxonomy import LABEL_MAPS, Category, Taxonomy, UnknownCategory, label_map

Kind = Literal["scenes", "products"]
COCO_FILES = ("annotations.json", "boxes_coco.json")
ROOMS_FILE = "rooms.json"
LABELS_FILE = "labels.tsv"
ABSENT, PARTIAL = "neg_category_ids", "not_exhaustive_category_ids"  # of an image, as LVIS calls them


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set as its files say it.

    ``categories[i]`` is the Google category of the label ``names[i]``, None where it has none. ``complete`` says
    that every object of its pictures has a box: nobody forgot one in a rendered room.
    """

    folder: Path
    kind: Kind
    licence: str
    names: tuple[str, ...]
    categories: tuple[Category | None, ...]
    pictures: tuple[LabelledPicture, ...]
    complete: bool = False

    @property
    def name(self) -> str:
        """What reports call it: the name of its folder."""
        return self.folder.resolve().name


def open_data(folder: Path, labels_of: str | None = None) -> DataSet:
    """Read a data set: a folder with ``annotations.json`` (COCO; also as ``boxes_coco.json``) or ``rooms.json``.

    The categories of COCO labels come from ``labels.tsv`` of the folder (label, tab, path or id of a category)
    and for the rest from a label map of the taxonomy: ``labels_of``, else what the file's ``info.label_map`` names,
    else the one called like the folder.

    Raises:
        DataError: when there is no such data set or it cannot be parsed. Pictures are not opened.
    """
    for name in COCO_FILES:
        if (folder / name).exists():
            return _coco(folder, read_json(folder / name), labels_of)
    if (folder / ROOMS_FILE).exists():
        return _rooms(folder, read_json(folder / ROOMS_FILE))
    raise DataError(
        f"{folder}: no data set here; a folder with {COCO_FILES[0]} is needed, "
        "which 'shopthelook dataset import' makes of published sets and COCO files"
    )


def _coco(folder: Path, data: Entry, labels_of: str | None) -> DataSet:
    info = data.object("info")
    index: dict[int | str, int] = {}
    names: list[str] = []
    for entry in data.objects("categories"):
        key = entry.key("id")
        if key in index:
            raise DataError(f"{entry.where}: the id {key!r} is taken by another category")
        index[key] = len(names)
        names.append(entry.text("name"))

    places: dict[int | str, tuple[Path, tuple[int, int], bytes | None, str | None]] = {}
    asked: dict[int | str, tuple[frozenset[int] | None, frozenset[int]]] = {}
    for entry in data.objects("images"):
        key = entry.key("id")
        if key in places:
            raise DataError(f"{entry.where}: the id {key!r} is taken by another picture")
        size = (entry.side("width"), entry.side("height"))
        group = str(entry.key("group")) if "group" in entry else None
        places[key] = folder / entry.text("file_name"), size, entry.digest("sha256"), group
        asked[key] = (
            _labels(entry, ABSENT, index) if ABSENT in entry else None,
            _labels(entry, PARTIAL, index),
        )

    boxes: dict[int | str, list[tuple[float, float, float, float]]] = {key: [] for key in places}
    labels: dict[int | str, list[int]] = {key: [] for key in places}
    guessed: set[int | str] = set()
    for entry in data.objects("annotations"):
        picture, label = entry.key("image_id"), entry.key("category_id")
        if picture not in places:
            raise DataError(f"{entry.where}: no picture has the id {picture!r}")
        if label not in index:
            raise DataError(f"{entry.where}: no category has the id {label!r}")
        x, y, width, height = entry.four("bbox")
        if not entry.flag("iscrowd"):
            boxes[picture].append((x, y, x + width, y + height))
            labels[picture].append(index[label])
            if entry.flag("guessed"):
                guessed.add(picture)
    return DataSet(
        folder,
        _kind(info),
        info.text("license", "as its source states"),
        tuple(names),
        _categories(folder, names, labels_of or (info.text("label_map") if "label_map" in info else None)),
        tuple(
            LabelledPicture(
                path,
                size,
                np.array(boxes[key], np.float32).reshape(-1, 4),
                np.array(labels[key], np.int64),
                digest,
                group,
                key in guessed,
                *asked[key],
            )
            for key, (path, size, digest, group) in places.items()
        ),
        info.flag("complete"),
    )


def _labels(image: Entry, key: str, index: dict[int | str, int]) -> frozenset[int]:
    """The labels whose ids a list of a picture holds."""
    for one in image.keys(key):
        if one not in index:
            raise DataError(f"{image.where}: {key!r}: no category has the id {one!r}")
    return frozenset(index[one] for one in image.keys(key))


def _kind(info: Entry) -> Kind:
    kind = info.text("kind", "scenes")
    for known in get_args(Kind):
        if kind == known:
            return known  # type: ignore[no-any-return]
    raise info.wrong("kind", " or ".join(repr(known) for known in get_args(Kind)))


def _categories(folder: Path, names: list[str], labels_of: str | None) -> tuple[Category | None, ...]:
    own = dict(own_labels(folder / LABELS_FILE))
    map_name = labels_of or (folder.resolve().name if folder.resolve().name in LABEL_MAPS else None)
    if map_name is not None and map_name not in LABEL_MAPS:
        raise DataError(f"{folder}: no label map is called {map_name!r}; there are: {', '.join(LABEL_MAPS)}")
    if map_name is None and not own:
        raise DataError(
            f"{folder}: nothing says which category a label has; write {LABELS_FILE} beside the annotations, a line "
            f"of label, tab and Google category each, or name one of the label maps {', '.join(LABEL_MAPS)} as "
            "'label_map' in the annotations' 'info'"
        )
    known = label_map(map_name) if map_name else {}
    return tuple(own[name] if name in own else known.get(name) for name in names)


def _rooms(folder: Path, data: Entry) -> DataSet:
    taxonomy = Taxonomy.builtin()
    index: dict[str, int] = {}
    pictures = []
    for scene in data.objects("scenes"):
        size = (scene.side("width"), scene.side("height"))
        things = list(scene.objects("objects"))
        boxes = np.array([thing.four("box") for thing in things], np.float32).reshape(-1, 4)
        labels = [index.setdefault(thing.text("category"), len(index)) for thing in things]
        pictures.append(
            LabelledPicture(
                folder / scene.text("scene"),
                size,
                boxes * np.array(size * 2, np.float32),
                np.array(labels, np.int64),
            )
        )
    categories: list[Category | None] = []
    for path in index:
        try:
            categories.append(taxonomy.get(path))
        except UnknownCategory:
            categories.append(None)
    names = [path if found is None else found.name for path, found in zip(index, categories, strict=True)]
    return DataSet(
        folder, "scenes", "rendered", tuple(names), tuple(categories), tuple(pictures), complete=True
    )
