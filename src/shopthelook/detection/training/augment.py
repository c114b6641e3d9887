"""One picture into one training picture, its boxes with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from shopthelook import geometry
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.recipe import PictureRule

MIN_VISIBLE = 0.35  # share of a box that must stay in the picture
MIN_SIDE = 3.0  # pixels of a box
FILL = (127, 127, 127)  # near every backbone's mean: padding reads as zero
STRETCH = 0.12  # of the logarithm of width against height


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture before it is fitted: ``size`` (width, height), ``boxes`` ``(n, 4)`` xyxy in its pixels, ``labels``.

    ``open(width, height)`` gives it upright in RGB, at least that large where it is.
    """

    size: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    open: Callable[[int, int], Image.Image]

    @classmethod
    def of(cls, scene: LabelledScene) -> Shot:
        """A scene of a data set; opening it raises `ShopError` where it cannot be read."""
        return cls(scene.size, scene.boxes, scene.labels, partial(open_picture, scene))


@dataclass(frozen=True, slots=True)
class Made:
    """A training picture: ``pixels`` ``(h, w, 3)`` uint8, ``boxes`` ``(n, 4)`` float32 in it, ``labels`` ``(n,)``."""

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]


def open_picture(scene: LabelledScene, width: int, height: int) -> Image.Image:
    """A scene's picture upright in RGB, at least ``width`` x ``height`` where it is: JPEGs open faster when smaller.

    Raises:
        ShopError: it cannot be read.
    """
    try:
        with Image.open(scene.path) as opened:
            opened.draft("RGB", (width, height))
            return ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ShopError(f"{scene.path}: this picture cannot be read: {error}") from None


def resize(shot: Shot, rule: PictureRule, rng: np.random.Generator) -> Made:
    """The whole picture, fitted into the serving size or a random one of ``rule.sizes`` (multi-scale training)."""
    shorter = rule.sizes[rng.integers(len(rule.sizes))] if rule.sizes else rule.shorter
    longer = shorter * rule.longer / rule.shorter
    w0, h0 = shot.size
    scale = min(shorter / min(w0, h0), longer / max(w0, h0))
    width, height = max(1, round(w0 * scale)), max(1, round(h0 * scale))
    picture = shot.open(width, height).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    boxes = shot.boxes * np.array([width / w0, height / h0] * 2, np.float32)
    return _finish(_coloured(picture, rule, rng), boxes, shot.labels, rule, rng)


def jitter(
    shot: Shot,
    canvas: tuple[int, int],
    zoom: tuple[float, float],
    rule: PictureRule,
    rng: np.random.Generator,
) -> Made:
    """Zoom, stretch and shift a picture on a canvas of (width, height) pixels (large-scale jitter).

    ``zoom`` is the range of sizes; at 1 the picture just fits the canvas.
    """
    width, height = canvas
    w0, h0 = shot.size
    factor = min(width / w0, height / h0) * float(np.exp(rng.uniform(*np.log(zoom))))
    stretch = float(np.exp(rng.uniform(-STRETCH, STRETCH)))
    w, h = max(1, round(w0 * factor * stretch)), max(1, round(h0 * factor / stretch))
    left, top = _offset(w, width, rng), _offset(h, height, rng)
    # The part of the picture that the canvas shows, in pixels of the resized picture.
    x1, y1, x2, y2 = max(0, left), max(0, top), min(w, left + width), min(h, top + height)
    picture = shot.open(w, h)
    kx, ky = picture.width / w, picture.height / h
    shown = picture.resize(
        (x2 - x1, y2 - y1),
        Image.Resampling.BILINEAR,
        box=(x1 * kx, y1 * ky, x2 * kx, y2 * ky),
        reducing_gap=2.0,
    )
    pixels = np.full((height, width, 3), FILL, np.uint8)
    pixels[y1 - top : y2 - top, x1 - left : x2 - left] = _coloured(shown, rule, rng)
    boxes = shot.boxes * np.array([w / w0, h / h0] * 2, np.float32)
    return _finish(pixels, boxes - np.array([left, top] * 2, np.float32), shot.labels, rule, rng)


def recolour(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another light, contrast, saturation and tint; now and then grey, now and then as it was."""
    if rng.random() < 0.2:
        return pixels
    x = pixels.astype(np.float32)
    grey = x @ np.array([0.299, 0.587, 0.114], np.float32)
    saturation = np.float32(0.0 if rng.random() < 0.06 else rng.uniform(0.6, 1.4))
    x -= grey[..., None]
    x *= saturation
    x += grey[..., None]
    gain = rng.uniform(0.7, 1.35) * rng.uniform(0.93, 1.07, 3)
    middle = float(grey.mean())
    contrast = rng.uniform(0.75, 1.3)
    x -= middle
    x *= (gain * contrast).astype(np.float32)
    x += (middle * gain).astype(np.float32)
    return np.clip(x, 0, 255, out=x).astype(np.uint8)


def _coloured(picture: Image.Image, rule: PictureRule, rng: np.random.Generator) -> NDArray[np.uint8]:
    pixels = np.asarray(picture)
    return recolour(pixels, rng) if rule.recolour else pixels


def _finish(
    pixels: NDArray[np.uint8],
    boxes: NDArray[np.float32],
    labels: NDArray[np.int64],
    rule: PictureRule,
    rng: np.random.Generator,
) -> Made:
    """Cut boxes to the picture, drop those of which too little is left, and mirror at random."""
    height, width = pixels.shape[:2]
    whole = geometry.area(boxes)
    boxes = geometry.clip(boxes, width, height)
    keep = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= MIN_SIDE
    keep &= geometry.area(boxes) >= MIN_VISIBLE * whole
    boxes, labels = boxes[keep], labels[keep]
    if rng.random() < rule.flip:
        pixels = pixels[:, ::-1]
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    return Made(np.array(pixels), boxes.astype(np.float32), labels)


def _offset(size: int, canvas: int, rng: np.random.Generator) -> int:
    """Where the canvas starts in the picture; negative where the picture is smaller and is padded around."""
    low, high = sorted((0, size - canvas))
    return int(rng.integers(low, high + 1))
