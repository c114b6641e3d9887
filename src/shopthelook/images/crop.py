"""Cutting pictures: an object's box out of a scene, and the empty border off a product photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopthelook.geometry import Box
from shopthelook.images.decode import Rgb

_SIDE_SHARE = 0.97
_OPEN_SIDE_SHARE = 0.25
_MIN_SIDE = 8


def crop(rgb: Rgb, box: Box) -> Rgb:
    """The pixels (h, w, 3) that the box covers, a copy, at least 1 x 1."""
    x1, y1, x2, y2 = box.pixels(rgb.shape[1], rgb.shape[0])
    return rgb[y1:y2, x1:x2].copy()


def trim_background(rgb: Rgb, tolerance: int = 12) -> Rgb:
    """Cut the border of near-uniform colour off a product photo (h, w, 3).

    A side counts as uniform when nearly all of its outermost pixels lie within `tolerance` levels (per
    channel) of the median of the whole outline. Three sides have to; through the fourth the product (or
    who wears it) may run out of the picture, as long as background is left on that side too. Any other
    picture, and one that is all background, comes back as it is.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < _MIN_SIDE:
        return rgb
    sides = [rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]
    color = np.median(np.concatenate(sides), axis=0).astype(np.int16)
    worst, *others = sorted(1 - float(_differs(side, color, tolerance).mean()) for side in sides)
    if worst < _OPEN_SIDE_SHARE or min(others) < _SIDE_SHARE:
        return rgb
    differs = _differs(rgb, color, tolerance)
    # Two pixels: a row with a single stray one is noise of the JPEG, not the product.
    rows = np.flatnonzero(differs.sum(axis=1) >= 2)
    columns = np.flatnonzero(differs.sum(axis=0) >= 2)
    if not rows.size or not columns.size:
        return rgb
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if min(bottom - top, right - left) < _MIN_SIDE:
        return rgb
    return rgb[top:bottom, left:right].copy()


def _differs(pixels: Rgb, color: NDArray[np.int16], tolerance: int) -> NDArray[np.bool_]:
    """(...,) whether a pixel is further than `tolerance` from the colour in some channel."""
    far = np.abs(pixels.astype(np.int16) - color) > tolerance
    return np.asarray(far.any(axis=-1), dtype=np.bool_)
