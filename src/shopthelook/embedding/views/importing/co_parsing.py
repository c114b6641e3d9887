"""Clothing Co-Parsing: each garment twice, as a part of its photo and cut out of it by its mask.

See `shopthelook.datasets.co_parsing` for what is published. A garment of a photo is one instance. Its label
``color`` is what most of its pixels have, see `main_color`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.datasets.co_parsing import CoParsing, find_co_parsing, photo_of
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.coloring import main_color
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.images import PictureError, Rgb, read


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
        pixels = _pixels(photo, mask)
        unit: list[FoundView | Problem] = []
        for one in garments:
            instance = f"clothing-co-parsing/{path.stem}/{one.name}"
            color = None if pixels is None else main_color(pixels[mask == one.value])
            labels = {} if color is None else {"color": color}
            scene = FoundView(photo, "scene", instance, one.name, one.corners, group=None, labels=labels)
            unit += [scene, replace(scene, role="product", mask=(png, one.value))]
        yield unit


def _pixels(photo: Path, mask: NDArray[np.uint8]) -> Rgb | None:
    """The photo, or None where it does not fit its mask: what is wrong is told when the views are checked."""
    try:
        rgb = read(photo)
    except PictureError:
        return None
    return rgb if rgb.shape[:2] == mask.shape else None
