"""Whether a picture shows a product on a white background, and where, by statistics of its border.

A product on white touches the border nowhere or in few places; the rest of the border is white, or the soft shadow
that the product throws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from shopthelook import geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.geometry import Boxes
    from shopthelook.images import Rgb

LOOK = 192  # pixels of the longer side: shadows, noise and JPEG blocks average out, chair legs do not
RING = 0.02  # of the sides: how wide the border is
WHITE, WHITE_SPREAD = 235, 16  # darkest channel at least, difference of the channels at most
SHADOW, SHADOW_SPREAD = 200, 28
LEAST_WHITE = 0.55  # of the border
LEAST_LIGHT = 0.80  # of the border, with soft shadow
LEAST_PRODUCT = 0.03  # of the picture: with less, there is nothing in it
SAME_EXTENT = 0.6  # IoU of the boxes around the product with and without its shadow


class Background(NamedTuple):
    """What the border of a picture says.

    ``white`` and ``light`` are the shares of the border that are white, and white or softly shaded. ``box`` is
    ``(1, 4)`` xyxy in pixels of the picture, around all that is neither. It is ``(0, 4)`` where that is next to
    nothing, or only the dark parts of something pale whose outline cannot be told from its shadow.
    """

    white: float
    light: float
    box: Boxes

    @property
    def is_white(self) -> bool:
        """Whether the picture is one of something on a white background."""
        return self.white >= LEAST_WHITE and self.light >= LEAST_LIGHT and len(self.box) == 1


def look_at_background(rgb: Rgb) -> Background:
    """The background of a picture ``(h, w, 3)`` uint8."""
    height, width = rgb.shape[:2]
    scale = min(1.0, LOOK / max(height, width))
    small = Image.fromarray(rgb).resize(
        (max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BOX
    )
    pixels = np.asarray(small, np.int16)
    darkest = pixels.min(axis=2)
    spread = pixels.max(axis=2) - darkest
    white = (darkest >= WHITE) & (spread <= WHITE_SPREAD)
    light = white | ((darkest >= SHADOW) & (spread <= SHADOW_SPREAD))
    ring = _ring(white.shape)
    box = _around(~light, width, height)
    if len(box) and geometry.iou(box, _around(~white, width, height))[0, 0] < SAME_EXTENT:
        box = box[:0]
    return Background(float(white[ring].mean()), float(light[ring].mean()), box)


def _ring(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """``(h, w)``: the pixels of the border."""
    wide = max(1, round(RING * max(shape)))
    ring = np.ones(shape, bool)
    ring[wide:-wide, wide:-wide] = False
    return ring


def _around(thing: NDArray[np.bool_], width: int, height: int) -> Boxes:
    """The box around a mask, in pixels of the picture that the mask is a small one of."""
    if thing.mean() < LEAST_PRODUCT:
        return geometry.as_boxes([])
    rows, columns = np.flatnonzero(thing.any(axis=1)), np.flatnonzero(thing.any(axis=0))
    scale = np.array([width / thing.shape[1], height / thing.shape[0]] * 2, np.float32)
    corners = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)
    return geometry.clip(corners * scale, width, height)
