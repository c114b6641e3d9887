"""Files that say what objects photos show, and where."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shopthelook.errors import ShopError
from shopthelook.geometry import Box, BoxError
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory

SUFFIXES = (".csv", ".jsonl", ".json")
_SIDES = ("x1", "y1", "x2", "y2")
_COLUMNS = ("photo", *_SIDES, "category")


class LabelsError(ShopError):
    """A file of labels that cannot be read, or in which there is nothing to use."""


@dataclass(frozen=True, slots=True)
class LabelledObject:
    """An object of a photo: where it is, what it is and, where that is known, which product it is."""

    photo: Path
    box: Box
    category: Category
    product_id: str | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """The objects of a file, in its order, and what was wrong with the entries that were left out."""

    objects: tuple[LabelledObject, ...]
    problems: tuple[str, ...]


def read_labels(path: Path, taxonomy: Taxonomy) -> Labels:
    """Read labelled objects from a file; photos are named relative to its folder.

    - `.csv` (UTF-8, with a header): photo, x1, y1, x2, y2 in fractions of the photo's sides, category (name, path
      or id) and, where wanted, product_id; other columns are left alone
    - `.jsonl`: an object a line with photo, box (four fractions), category and, where wanted, product_id
    - `.json`: `{"scenes": [{"scene": photo, "objects": [{"box": ..., "category": ..., "product_id": ...}]}]}`,
      as the demo's rooms.json

    An entry that is wrong is told of in `problems`, and the rest is read.

    Raises:
        LabelsError: the file is none of these, cannot be read, or holds no object.
    """
    readers = {".csv": _csv, ".jsonl": _jsonl, ".json": _rooms}
    if path.suffix.lower() not in readers:
        raise LabelsError(f"{path}: labels are read from files that end in {', '.join(SUFFIXES)}")
    objects: list[LabelledObject] = []
    problems: list[str] = []
    try:
        # "utf-8-sig": spreadsheets put a mark before the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as file:
            for where, entry in readers[path.suffix.lower()](file):
                try:
                    objects.append(_object(entry, path.parent, taxonomy))
                except (LabelsError, BoxError, UnknownCategory) as error:
                    problems.append(f"{path.name}, {where}: {error}")
    except (OSError, ValueError, csv.Error) as error:
        raise LabelsError(f"cannot read the labels {path}: {error}") from None
    except LabelsError as error:
        raise LabelsError(f"{path}: {error}") from None
    if not objects:
        raise LabelsError(
            f"{path} holds no object that can be used" + "".join(f"; {p}" for p in problems[:3])
        )
    return Labels(tuple(objects), tuple(problems))


def _csv(file: Iterable[str]) -> Iterator[tuple[str, Any]]:
    rows = csv.DictReader(file)
    missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise LabelsError(f"the header lacks the columns {', '.join(missing)}")
    for row in rows:
        yield f"line {rows.line_num}", {**row, "box": [row[side] for side in _SIDES]}


def _jsonl(file: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                entry = json.loads(line)
            except ValueError as error:
                entry = LabelsError(f"not JSON: {error}")
            yield f"line {number}", entry


def _rooms(file: Iterable[str]) -> Iterator[tuple[str, Any]]:
    content = json.loads("".join(file))
    scenes = content.get("scenes") if isinstance(content, dict) else None
    if not isinstance(scenes, list):
        raise LabelsError('a .json file of labels is {"scenes": [...]}')
    for number, scene in enumerate(scenes, 1):
        objects = scene.get("objects") if isinstance(scene, dict) else None
        if not isinstance(objects, list):
            raise LabelsError(f'scene {number} is not {{"scene": photo, "objects": [...]}}')
        for place, thing in enumerate(objects, 1):
            known = thing if isinstance(thing, dict) else {}
            yield f"scene {number}, object {place}", {**known, "photo": scene.get("scene")}


def _object(entry: Any, folder: Path, taxonomy: Taxonomy) -> LabelledObject:
    if isinstance(entry, LabelsError):
        raise entry
    if not isinstance(entry, Mapping):
        raise LabelsError("an entry is an object with photo, box and category")
    photo, category, product = entry.get("photo"), entry.get("category"), entry.get("product_id")
    if not isinstance(photo, str) or not photo.strip():
        raise LabelsError("photo is missing")
    box = entry.get("box")
    if not isinstance(box, list):
        raise LabelsError("box is missing; it is four fractions of the photo's sides: [x1, y1, x2, y2]")
    # bool is an int, but no category's id.
    if not isinstance(category, str | int) or isinstance(category, bool) or not str(category).strip():
        raise LabelsError("category is missing")
    return LabelledObject(
        folder / photo.strip(),
        Box.of(box),
        taxonomy.get(category),
        str(product) if product not in (None, "") else None,
    )
