"""DeepFashion2: what shops sell, and photos of those who bought it.

A folder ``annos`` with a JSON file a picture beside a folder ``image``, for each split. An annotation holds ``source``
("shop" or "user"), ``pair_id`` and ``item1``, ``item2``, ..., each with ``category_name``, ``bounding_box`` (two
corners in pixels) and ``style``. Items of one ``pair_id`` and one ``style`` above 0 are the same garment; style 0 is an
item without a counterpart. https://github.com/switchablenorms/DeepFashion2
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.entries import Entry, read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.embedding.views.view import Role

_ROLES: dict[str, Role] = {"shop": "product", "user": "scene"}


def read_deepfashion2(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """All splits found: ``annos`` in the folder itself, and in ``train``, ``validation`` or any other below it."""
    annos = [folder for folder in (source / "annos", *sorted(source.glob("*/annos"))) if folder.is_dir()]
    files = [path for folder in annos for path in sorted(folder.glob("*.json"))]
    if not files:
        raise DataError(f"{source}: no DeepFashion2 here; a folder 'annos' beside 'image' is needed")
    return Reading(len(files), _units(source, files, pictures))


def _units(source: Path, files: list[Path], pictures: PictureFolder) -> Iterator[list[FoundView | Problem]]:
    for path in files:
        where = path.relative_to(source).as_posix()
        try:
            data = read_json(path)
            role = _ROLES.get(data.text("source"))
            if role is None:
                raise data.wrong("source", "'shop' or 'user'")
            split = path.parent.parent.relative_to(source).as_posix()
            # Each split counts its pairs anew.
            group = f"deepfashion2/{split}/{data.key('pair_id')}".replace("/./", "/")
            same = path.parent.parent / "image" / f"{path.stem}.jpg"
            picture = same if same.is_file() else pictures.find(f"{split}/image/{path.stem}.jpg")
        except DataError as error:
            yield [Problem(where, str(error).removeprefix(f"{path}: "))]
            continue
        unit: list[FoundView | Problem] = []
        for key in data.names("item"):
            try:
                unit.append(_view(picture, role, group, data.object(key)))
            except DataError as error:
                unit.append(Problem(f"{where}: {key}", str(error).removeprefix(f"{path}: {key}: ")))
        yield unit


def _view(picture: Path, role: Role, group: str, item: Entry) -> FoundView:
    style = item.number("style")
    instance = f"{group}/{style:g}" if style > 0 else ""
    return FoundView(
        picture, role, instance, item.text("category_name"), item.four("bounding_box"), group=group
    )
