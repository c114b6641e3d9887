"""From a picture to a model's input.

Part of the bundle contract: training and serving call these very functions.
All pictures are (height, width, 3) uint8 RGB.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.errors import ShopError
from shopthelook.models.card import Input, Resize

# Pillow first shrinks by whole factors to twice the wanted size, then filters: 3 times faster on photos of
# a phone, with no difference that a model could tell.
_REDUCING_GAP = 2.0
WHITE = (255, 255, 255)


class PixelsError(ShopError, ValueError):
    """An array that is no (height, width, 3) uint8 picture."""


def check_rgb(rgb: NDArray[np.uint8]) -> None:
    """Raise `PixelsError` unless `rgb` is a (height, width, 3) uint8 array with at least one pixel."""
    shape, dtype = getattr(rgb, "shape", None), getattr(rgb, "dtype", None)
    if dtype != np.uint8 or shape is None or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        raise PixelsError(
            f"a picture must be a (height, width, 3) uint8 RGB array, not {shape} {dtype}; "
            "images.read() gives one"
        )


def fit(
    rgb: NDArray[np.uint8],
    shorter: int,
    longer: int,
    multiple: int,
    fill: Sequence[float] = (0, 0, 0),
) -> tuple[NDArray[np.uint8], float]:
    """Scale a picture into `shorter` x `longer` pixels, aspect kept, and pad it at the right and bottom.

    The scale, up or down, is the largest with which the shorter side is at most `shorter` and the longer
    at most `longer`. Each side is then padded with the colour `fill` (0..255 per channel) to the next
    multiple of `multiple`. Returns the picture (H, W, 3) and the scale: pixel x of the original lies at
    `x * scale`.
    """
    check_rgb(rgb)
    height, width = rgb.shape[:2]
    scale = min(shorter / min(height, width), longer / max(height, width))
    inner_height, inner_width = max(1, round(height * scale)), max(1, round(width * scale))
    out = np.empty((_up(inner_height, multiple), _up(inner_width, multiple), 3), np.uint8)
    out[:inner_height, :inner_width] = _resize(rgb, inner_width, inner_height)
    color = np.asarray(fill, np.float32).round().astype(np.uint8)
    out[inner_height:] = color
    out[:inner_height, inner_width:] = color
    return out, scale


def square(rgb: NDArray[np.uint8], size: int, mode: str = "square") -> NDArray[np.uint8]:
    """Scale a crop to (size, size, 3).

    Mode "square" squeezes it; "pad" keeps its aspect and centres it on white, the ground that
    product pictures have. Raises ValueError for another mode.
    """
    check_rgb(rgb)
    if mode == "square":
        return _resize(rgb, size, size)
    if mode != "pad":
        raise ValueError(f"mode must be 'square' or 'pad', not {mode!r}")
    height, width = rgb.shape[:2]
    scale = size / max(height, width)
    inner_height, inner_width = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (size - inner_height) // 2, (size - inner_width) // 2
    out = np.empty((size, size, 3), np.uint8)
    out[:] = WHITE
    out[top : top + inner_height, left : left + inner_width] = _resize(rgb, inner_width, inner_height)
    return out


def for_detector(rgb: NDArray[np.uint8], source: Input) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A picture as the input of the detector whose card says `source`.

    Returns the pixels (1, 3, H, W) and the scales (2,) of x and y: pixel x of the original lies at
    `x * scales[0]`. Mode "fit" keeps the aspect, so both are one; "square" squeezes.
    """
    resize = source.resize
    if resize.mode == "fit":
        picture, scale = fit(rgb, resize.shorter, resize.longer, resize.multiple, source.mean)
        scales = (scale, scale)
    else:
        picture = square(rgb, resize.size, resize.mode)
        scales = (resize.size / rgb.shape[1], resize.size / rgb.shape[0])
    return normalise(picture[None], source.mean, source.std), np.array(scales, np.float32)


def for_embedder(rgb: NDArray[np.uint8], resize: Resize) -> NDArray[np.uint8]:
    """A crop as the picture (side, side, 3) that an embedder's card asks for, before it is normalised."""
    picture = square(rgb, resize.size, resize.mode)
    if not resize.crop:
        return picture
    start = (resize.size - resize.crop) // 2
    return picture[start : start + resize.crop, start : start + resize.crop]


def normalise(batch: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float]) -> NDArray[np.float32]:
    """Turn (n, H, W, 3) uint8 into (n, 3, H, W) float32, `(value - mean) / std` per channel."""
    count, height, width, channels = batch.shape
    out = np.empty((count, channels, height, width), np.float32)
    for i in range(count):
        for channel in range(channels):
            plane = out[i, channel]
            np.subtract(batch[i, :, :, channel], np.float32(mean[channel]), out=plane, dtype=np.float32)
            plane *= np.float32(1 / std[channel])
    return out


def _up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple


def _resize(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    if rgb.shape[:2] == (height, width):
        return np.array(rgb)
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    resized = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=_REDUCING_GAP)
    return np.asarray(resized)
