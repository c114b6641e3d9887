"""DeepFashion2: a folder ``annos`` with one JSON file a picture beside a folder ``image``, for each split.

An annotation holds ``source`` ("shop" or "user"), ``pair_id`` and ``item1``, ``item2``, ..., each with
``category_name``, ``bounding_box`` (two corners in pixels) and ``style``; what pairs products with photos of
their buyers is kept. https://github.com/switchablenorms/DeepFashion2
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.entries import Entry, read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem, Reading

NAMES = (
    "short sleeve top",
    "long sleeve top",
    "short sleeve outwear",
    "long sleeve outwear",
    "vest",
    "sling",
    "shorts",
    "trousers",
    "skirt",
    "short sleeve dress",
    "long sleeve dress",
    "vest dress",
    "sling dress",
)


def read_deepfashion2(source: Path, pictures: PictureFolder) -> Reading:
    """All splits found: ``annos`` in the folder itself, and in ``train``, ``validation`` or any other below it."""
    annos = [folder for folder in (source / "annos", *sorted(source.glob("*/annos"))) if folder.is_dir()]
    files = [path for folder in annos for path in sorted(folder.glob("*.json"))]
    if not files:
        raise DataError(f"{source}: no DeepFashion2 here; a folder 'annos' beside 'image' is needed")
    return Reading(len(files), _pictures(source, files, pictures), NAMES)


def _pictures(source: Path, files: list[Path], folder: PictureFolder) -> Iterator[FoundPicture | Problem]:
    for path in files:
        where = str(path.relative_to(source))
        try:
            data = read_json(path)
            picture = _picture(path, source, folder)
        except DataError as error:
            yield Problem(where, str(error).removeprefix(f"{path}: "))
            continue
        boxes = []
        for key in data.names("item"):
            try:
                boxes.append(_box(data.object(key)))
            except DataError as error:
                yield Problem(f"{where}: {key}", str(error).removeprefix(f"{path}: {key}: "))
        more = {key: data.key(key) for key in ("source", "pair_id") if key in data}
        yield FoundPicture(picture, boxes, more=more)


def _box(item: Entry) -> FoundBox:
    more = {"style": item.key("style")} if "style" in item else {}
    return FoundBox(item.text("category_name"), item.four("bounding_box"), more=more)


def _picture(anno: Path, source: Path, folder: PictureFolder) -> Path:
    same = anno.parent.parent / "image" / f"{anno.stem}.jpg"
    if same.is_file():
        return same
    split = anno.parent.parent.relative_to(source)
    return folder.find(str(split / "image" / f"{anno.stem}.jpg"))
