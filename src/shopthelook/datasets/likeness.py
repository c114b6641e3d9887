"""Pictures that look alike although their bytes differ: one photo at another size or quality, or a little cut.

A picture becomes 64 bits by the signs of its lowest frequencies (the perceptual hash of Zauner, 2010) and a small
thumbnail. Pairs whose hashes are near are compared by their thumbnails.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.images import Rgb

SIDE = 32
THUMB = 8
NEAR_BITS = 8  # of 63; the same photo at another size and quality differs in 4 at most
NEAR_LEVELS = 6.0  # mean difference of thumbnails, of 255; the same photo differs by 2 or 3
_ROWS = 512


class Look(NamedTuple):
    """How a picture looks: ``bits`` 64 in one integer, ``thumb`` ``(THUMB * THUMB * 3,)`` int16."""

    bits: np.uint64
    thumb: NDArray[np.int16]


def look_of(picture: Rgb) -> Look:
    """The look of a picture ``(h, w, 3)`` uint8; its shape does not matter, so a stretched copy looks the same."""
    image = Image.fromarray(picture)
    grey = np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), np.float64)
    waves = _cosines() @ grey @ _cosines().T  # (8, 8)
    signs = (waves > np.median(waves.ravel()[1:])).ravel()
    signs[0] = False  # the mean is brightness, not form
    bits = np.packbits(signs).view(np.uint64)[0]
    thumb = np.asarray(image.resize((THUMB, THUMB), Image.Resampling.BOX), np.int16)
    return Look(bits, thumb.ravel())


def alike(one: list[Look], other: list[Look]) -> Iterator[tuple[int, int]]:
    """Pairs (index into ``one``, index into ``other``) that look alike."""
    if not one or not other:
        return
    bits, thumbs = np.array([look.bits for look in other]), np.stack([look.thumb for look in other])
    for start in range(0, len(one), _ROWS):
        rows = one[start : start + _ROWS]
        apart = np.bitwise_count(np.array([look.bits for look in rows])[:, None] ^ bits)
        for i, j in zip(*np.nonzero(apart <= NEAR_BITS), strict=True):
            if np.abs(rows[i].thumb - thumbs[j]).mean() <= NEAR_LEVELS:
                yield start + int(i), int(j)


@cache
def _cosines() -> NDArray[np.float64]:
    """``(8, SIDE)``: the lowest rows of a discrete cosine transform."""
    k, n = np.arange(8)[:, None], np.arange(SIDE)
    return np.cos(np.pi * k * (2 * n + 1) / (2 * SIDE))
