"""Clothing Co-Parsing: masks of pixels, one box of each label in a picture (a pair of shoes is one box).

As published: ``photos/0001.jpg``, ``annotations/pixel-level/0001.mat`` (``groundtruth``, h x w) and
``label_list.mat`` (59 names). Also with the masks as ``masks/0001.png`` and ``mask_labels.json``, and pictures in
``images``. https://github.com/bearpaw/clothing-co-parsing
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.detection.datasets.errors import DataError
from shopthelook.detection.datasets.importing.folder import PictureFolder
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem, Reading
from shopthelook.detection.datasets.importing.mat import read_mat

NO_LABEL = "null"
LEAST_SHARE = 1e-4  # of the picture: a few stray pixels are no garment
Masks = Callable[[Path], NDArray[np.uint8]]


def read_co_parsing(source: Path, pictures: PictureFolder) -> Reading:
    """The photos with masks, in either form; those with tags only have no boxes and are left out."""
    mats, masks = source / "annotations" / "pixel-level", source / "masks"
    if mats.is_dir():
        names = _names_of_mat(source / "label_list.mat")
        files, read = sorted(mats.glob("*.mat")), _mat_mask
    elif masks.is_dir():
        names = _names_of_json(source / "mask_labels.json")
        files, read = sorted(masks.glob("*.png")), _png_mask
    else:
        raise DataError(
            f"{source}: no Clothing Co-Parsing here; annotations/pixel-level/*.mat and label_list.mat are needed"
        )
    known = tuple(name for name in names if name != NO_LABEL)
    return Reading(len(files), _pictures(files, names, read, pictures), known)


def boxes_of_mask(mask: NDArray[np.uint8], names: tuple[str, ...]) -> list[FoundBox]:
    """The smallest box around all pixels of each label. ``mask`` is ``(h, w)``, indices into ``names``.

    Raises `DataError` for an index that has no name.
    """
    boxes = []
    for value in np.unique(mask):
        if value >= len(names):
            raise DataError(f"the mask has the label {value}, and there are names for {len(names)}")
        rows, columns = np.nonzero(mask == value)
        if names[value] != NO_LABEL and len(rows) >= LEAST_SHARE * mask.size:
            corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            x1, y1, x2, y2 = (float(corner) for corner in corners)
            boxes.append(FoundBox(names[value], (x1, y1, x2, y2)))
    return boxes


def _pictures(
    files: list[Path], names: tuple[str, ...], read: Masks, pictures: PictureFolder
) -> Iterator[FoundPicture | Problem]:
    for path in files:
        try:
            mask = read(path)
            boxes = boxes_of_mask(mask, names)
            photo = pictures.by_stem.get(path.stem, [])
            photo = [one for one in photo if one != path]
            if len(photo) != 1:
                raise DataError(f"{len(photo) or 'no'} photos are called {path.stem!r}")
        except DataError as error:
            yield Problem(path.name, str(error).removeprefix(f"{path}: "))
            continue
        yield FoundPicture(photo[0], boxes, (mask.shape[1], mask.shape[0]))


def _png_mask(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as mask:
            return _checked(np.asarray(mask))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"the mask cannot be read: {error}") from None


def _mat_mask(path: Path) -> NDArray[np.uint8]:
    return _checked(read_mat(path, "groundtruth"))


def _checked(mask: NDArray[np.generic] | list[str]) -> NDArray[np.uint8]:
    if isinstance(mask, list):
        raise DataError("a mask of h x w labels is needed, not texts")
    if mask.ndim != 2 or not mask.size or not np.issubdtype(mask.dtype, np.number):
        raise DataError(f"a mask of h x w labels is needed, not {mask.dtype} of shape {mask.shape}")
    whole = np.asarray(mask, np.float64)
    if not (np.isfinite(whole).all() and whole.min() >= 0 and whole.max() <= 255):
        raise DataError("the labels of a mask go from 0 to 255")
    return whole.astype(np.uint8)


def _names_of_mat(path: Path) -> tuple[str, ...]:
    names = read_mat(path, "label_list")
    if not isinstance(names, list):
        raise DataError(f"{path}: 'label_list' is no list of names")
    return tuple(names)


def _names_of_json(path: Path) -> tuple[str, ...]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{path}: a list of label names is needed")
    return tuple(names)
