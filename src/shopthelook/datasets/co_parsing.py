"""Clothing Co-Parsing: photos with a mask each, whose values say which garment a pixel is of.

As published: ``photos/0001.jpg``, ``annotations/pixel-level/0001.mat`` (``groundtruth``, h x w) and
``label_list.mat`` (59 names). Also with the masks as ``masks/0001.png`` and ``mask_labels.json``, and pictures in
``images``. https://github.com/bearpaw/clothing-co-parsing
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.datasets.mat import read_mat

NO_LABEL = "null"
LEAST_SHARE = 1e-4  # of the picture: a few stray pixels are no garment


class Garment(NamedTuple):
    """What the pixels of one value are: its name, and the smallest box around them (xyxy in pixels)."""

    value: int
    name: str
    corners: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CoParsing:
    """The masks of a data set, and what their values are called. ``are_pngs`` says which form they have."""

    files: list[Path]
    names: tuple[str, ...]
    are_pngs: bool

    @property
    def labels(self) -> tuple[str, ...]:
        """The names that mean something."""
        return tuple(name for name in self.names if name != NO_LABEL)

    def read(self, path: Path) -> NDArray[np.uint8]:
        """``(h, w)`` indices into the names. Raises `DataError`, which does not name the file."""
        try:
            return _png_mask(path) if self.are_pngs else _checked(read_mat(path, "groundtruth"))
        except DataError as error:
            raise DataError(str(error).removeprefix(f"{path}: ")) from None

    def garments(self, mask: NDArray[np.uint8]) -> Iterator[Garment]:
        """Yield what a mask shows, in the order of the values. Raises `DataError` for a value without a name."""
        for value in np.unique(mask).tolist():
            if value >= len(self.names):
                raise DataError(f"the mask has the label {value}, and there are names for {len(self.names)}")
            rows, columns = np.nonzero(mask == value)
            if self.names[value] != NO_LABEL and len(rows) >= LEAST_SHARE * mask.size:
                corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                x1, y1, x2, y2 = (float(corner) for corner in corners)
                yield Garment(value, self.names[value], (x1, y1, x2, y2))


def find_co_parsing(source: Path) -> CoParsing:
    """The masks below a folder, in either form. Raises `DataError` where there are none."""
    mats, masks = source / "annotations" / "pixel-level", source / "masks"
    if mats.is_dir():
        return CoParsing(sorted(mats.glob("*.mat")), _names_of_mat(source / "label_list.mat"), False)
    if masks.is_dir():
        return CoParsing(sorted(masks.glob("*.png")), _names_of_json(source / "mask_labels.json"), True)
    raise DataError(
        f"{source}: no Clothing Co-Parsing here; annotations/pixel-level/*.mat and label_list.mat are needed"
    )


def photo_of(mask: Path, pictures: PictureFolder) -> Path:
    """The photo that a mask is of. Raises `DataError` where there is none, or several."""
    photos = [one for one in pictures.by_stem.get(mask.stem, []) if one != mask]
    if len(photos) != 1:
        raise DataError(f"{len(photos) or 'no'} photos are called {mask.stem!r}")
    return photos[0]


def _png_mask(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as mask:
            return _checked(np.asarray(mask))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"the mask cannot be read: {error}") from None


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
