"""Photos that tests send."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tests.fixtures.tiny_bundles import scene

CHAIR = (0, 40, 60, 120, 180)
SOFA = (1, 160, 80, 300, 200)


def encoded(*rectangles: tuple[int, int, int, int, int]) -> bytes:
    """A PNG of the tiny detector's furniture."""
    file = io.BytesIO()
    Image.fromarray(scene(320, 240, *rectangles)).save(file, "PNG")
    return file.getvalue()


def noise(side: int) -> bytes:
    """A PNG that cannot be made small: about `3 * side ** 2` bytes."""
    file = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


ROOM = encoded(CHAIR, SOFA)
EMPTY = encoded()
