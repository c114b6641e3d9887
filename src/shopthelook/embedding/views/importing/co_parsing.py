"""Clothing Co-Parsing: each garment twice, as a part of its photo and cut out of it by its mask.

See `shopthelook.datasets.co_parsing` for what is published. A garment of a photo is one instance.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from shopthelook.datasets.co_parsing import CoParsing, find_co_parsing, photo_of
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading


def read_co_parsing(source: Path, pictures: PictureFolder, made: Path) -> Reading:
    """The photos with masks; of masks that MATLAB saved, PNGs are written to ``made``."""
    data = find_co_parsing(source)
    return Reading(len(data.files), _units(data, pictures, made))


def _units(data: CoParsing, pictures: PictureFolder, made: Path) -> Iterator[list[FoundView | Problem]]:
    for path in data.files:
        try:
            mask = data.read(path)
            garments = list(data.garments(mask))
            photo = photo_of(path, pictures)
        except DataError as error:
            yield [Problem(path.name, str(error))]
            continue
        png = path
        if not data.are_pngs:
            png = made / f"{path.stem}.png"
            made.mkdir(exist_ok=True)
            Image.fromarray(mask).save(png)
        unit: list[FoundView | Problem] = []
        for one in garments:
            instance = f"clothing-co-parsing/{path.stem}/{one.name}"
            unit.append(FoundView(photo, "scene", instance, one.name, one.corners, group=None))
            cut = (png, one.value)
            unit.append(FoundView(photo, "product", instance, one.name, one.corners, mask=cut, group=None))
        yield unit
