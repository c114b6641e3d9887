"""From a view to its pixels."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views.view import BoxPixels, View
from shopthelook.images import PictureError, Rgb, read, trim_background


def load(view: View) -> Rgb:
    """Return the view as (h, w, 3) RGB uint8: the tight box of a scene, the trimmed picture of a product.

    What a mask leaves out is white. The array may be shared: change a copy.

    Raises:
        DataError: the picture or its mask cannot be read, or the two differ in size; the message names the file.
    """
    rgb = load_with_ground(view)
    return trim_background(rgb) if view.role == "product" else rgb


def load_with_ground(view: View) -> Rgb:
    """The same, with the empty border of a product. Raises `DataError`."""
    rgb = load_whole(view)
    if view.mask is not None:
        path, value = view.mask
        mask = read_mask(path)
        if mask.shape != rgb.shape[:2]:
            raise DataError(
                f"{path}: the mask has {mask.shape[1]} x {mask.shape[0]} pixels, "
                f"and {view.path} has {rgb.shape[1]} x {rgb.shape[0]}"
            )
        rgb = np.where((mask == value)[..., None], rgb, np.uint8(255))
    if view.box is not None:
        rgb = cut(rgb, view.box)
    return rgb


def load_whole(view: View) -> Rgb:
    """Return the whole picture that a view is a part of. Raises `DataError`."""
    try:
        return _read(view.path)
    except PictureError as error:
        raise DataError(f"{view.path}: {error}") from None


def cut(rgb: Rgb, box: BoxPixels) -> Rgb:
    """Return the pixels of ``box``, clipped to the picture and never empty."""
    height, width = rgb.shape[:2]
    x1, y1 = min(max(round(box[0]), 0), width - 1), min(max(round(box[1]), 0), height - 1)
    x2, y2 = min(max(round(box[2]), x1 + 1), width), min(max(round(box[3]), y1 + 1), height)
    return rgb[y1:y2, x1:x2]


# Views of one picture stand together, so a few decoded pictures are all that is worth keeping.
@lru_cache(maxsize=4)
def _read(path: Path) -> Rgb:
    return read(path)


@lru_cache(maxsize=4)
def read_mask(path: Path) -> NDArray[np.uint8]:
    """(h, w) values of a PNG of one channel. Raises `DataError`, which names the file."""
    try:
        with Image.open(path) as picture:
            if picture.mode not in ("L", "P", "1"):
                raise DataError(f"{path}: a mask has one channel of 8 bits, not the mode {picture.mode}")
            return np.asarray(picture).astype(np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: the mask cannot be read: {error}") from None
