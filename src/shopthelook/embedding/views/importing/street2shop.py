"""Street2Shop of Hadi Kiapour et al., "Where to Buy It" (ICCV 2015): photos of the street, and the shops' pictures.

``meta/json/train_pairs_CATEGORY.json`` and ``test_pairs_CATEGORY.json`` list ``{"photo": 1, "product": 2, "bbox":
{"left", "top", "width", "height"}}`` of street photos, with the box in pixels; ``retrieval_CATEGORY.json`` lists
``{"photo": 3, "product": 2}`` of shops. A photo is called by its number, as in ``000000003.jpg``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.entries import Entry, read_json_list
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading

_KINDS = ("train_pairs_", "test_pairs_", "retrieval_")


def read_street2shop(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """All categories found, below any folder of ``source``."""
    files = [path for kind in _KINDS for path in sorted(source.rglob(f"{kind}*.json"))]
    if not any(path.name.startswith(_KINDS[:2]) for path in files):
        raise DataError(
            f"{source}: no Street2Shop here; meta/json/train_pairs_dresses.json and the like are needed"
        )
    listed = [(path, entry) for path in files for entry in read_json_list(path)]
    return Reading(len(listed), _units(listed, pictures))


def _units(
    listed: list[tuple[Path, Entry | DataError]], pictures: PictureFolder
) -> Iterator[list[FoundView | Problem]]:
    mains: set[str] = set()
    missing: set[int | str] = set()
    for path, entry in listed:
        category = path.stem.rpartition("_")[2]
        try:
            if isinstance(entry, DataError):
                raise entry
            photo, product = entry.key("photo"), entry.key("product")
            box = None if path.name.startswith("retrieval_") else _box(entry)
        except DataError as error:
            yield [Problem(path.name, str(error).removeprefix(f"{path}"))]
            continue
        found = _photo(photo, pictures)
        if found is None:
            yield (
                []
                if photo in missing
                else [Problem(f"{path.name}: photo {photo}", "no picture has this number")]
            )
            missing.add(photo)
            continue
        # Numbers of products are not said to be unique over categories; the split is safe either way.
        instance, group = f"street2shop/{category}/{product}", f"street2shop/{product}"
        if box is None:
            yield [FoundView(found, "product", instance, category, main=instance not in mains, group=group)]
            mains.add(instance)
        else:
            yield [FoundView(found, "scene", instance, category, box, group=group)]


def _box(entry: Entry) -> tuple[float, float, float, float]:
    box = entry.object("bbox")
    left, top = box.number("left"), box.number("top")
    return left, top, left + box.number("width"), top + box.number("height")


def _photo(photo: int | str, pictures: PictureFolder) -> Path | None:
    name = str(photo)
    found = pictures.by_stem.get(name.zfill(9)) or pictures.by_stem.get(name)
    return found[0] if found else None
