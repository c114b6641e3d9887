"""Pictures of things that do not exist: a product in another colour, from another side, at another angle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from shopthelook.embedding.views import BoxPixels
    from shopthelook.images import Rgb

SIDE = 256
"""Longest side of a changed picture, in pixels."""
_HUES = (60.0, 300.0)  # degrees by which colours are turned: never nearly the same
_SATURATIONS = (0.6, 1.5)
_GAMMAS = (0.55, 1.7)
_ANGLE = 20.0  # degrees
_WHITE = 245  # what is as light as this in every channel is ground, and stays


def change(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Turn the colours of a picture (h, w, 3), make it lighter or darker, tilt it and perhaps mirror it.

    White ground stays white. What has no colour only gets lighter or darker.
    """
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    picture.thumbnail((SIDE, SIDE))
    ground = np.asarray(picture).min(axis=2) >= _WHITE
    hsv = np.asarray(picture.convert("HSV")).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(*_HUES) / 360 * 256) % 256
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(*_SATURATIONS), 0, 255)
    low, high = np.log(_GAMMAS)
    hsv[..., 2] = 255 * (hsv[..., 2] / 255) ** np.exp(rng.uniform(low, high))
    turned = np.asarray(Image.fromarray(hsv.astype(np.uint8), "HSV").convert("RGB"))
    picture = Image.fromarray(np.where(ground[:, :, None], np.uint8(255), turned))
    if rng.uniform() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    fill = _border(np.asarray(picture))
    picture = picture.rotate(
        rng.uniform(-_ANGLE, _ANGLE), Image.Resampling.BILINEAR, expand=True, fillcolor=fill
    )
    picture.thumbnail((SIDE, SIDE))
    return np.asarray(picture)


def move(box: BoxPixels, width: int, height: int, rng: np.random.Generator) -> BoxPixels:
    """A box beside ``box`` and of about its size, that shows a part of the thing at most: xyxy pixels, in the picture.

    Its middle lies a third to nine tenths of the box's sides away.
    """
    x1, y1, x2, y2 = box
    w, h = (x2 - x1) * rng.uniform(0.6, 1.4), (y2 - y1) * rng.uniform(0.6, 1.4)
    angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 0.9)
    x = (x1 + x2) / 2 + np.cos(angle) * far * (x2 - x1)
    y = (y1 + y2) / 2 + np.sin(angle) * far * (y2 - y1)
    w, h = min(w, width), min(h, height)
    left, top = np.clip(x - w / 2, 0, width - w), np.clip(y - h / 2, 0, height - h)
    return float(left), float(top), float(left + w), float(top + h)


def _border(rgb: Rgb) -> tuple[int, int, int]:
    """The usual colour of the outline."""
    outline = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    red, green, blue = (int(value) for value in np.median(outline, axis=0))
    return red, green, blue
