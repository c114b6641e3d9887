"""One scene into one training picture, its boxes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.recipe import PictureRule

    Made = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]

MIN_VISIBLE = 0.35  # share of a box that must stay in the picture
MIN_SIDE = 3.0  # pixels of a box
FILL = (127, 127, 127)  # near every backbone's mean: padding reads as zero
STRETCH = 0.12  # of the logarithm of width against height


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


def resize(scene: LabelledScene, rule: PictureRule, portrait: bool, rng: np.random.Generator) -> Made:  # noqa: ARG001
    """The whole picture, fitted into the serving size or a random one of ``rule.sizes`` (multi-scale training)."""
    shorter = rule.sizes[rng.integers(len(rule.sizes))] if rule.sizes else rule.shorter
    longer = shorter * rule.longer / rule.shorter
    w0, h0 = scene.size
    scale = min(shorter / min(w0, h0), longer / max(w0, h0))
    width, height = max(1, round(w0 * scale)), max(1, round(h0 * scale))
    picture = open_picture(scene, width, height).resize(
        (width, height), Image.Resampling.BILINEAR, reducing_gap=2.0
    )
    boxes = scene.boxes * np.array([width / w0, height / h0] * 2, np.float32)
    return finish(_recolour(picture, rule, rng), boxes, scene.labels, rule, rng)


def jitter(scene: LabelledScene, rule: PictureRule, portrait: bool, rng: np.random.Generator) -> Made:
    """Zoom, stretch and shift a scene on a canvas of the serving size (large-scale jitter)."""
    width, height = (rule.shorter, rule.longer) if portrait else (rule.longer, rule.shorter)
    w0, h0 = scene.size
    zoom = min(width / w0, height / h0) * float(np.exp(rng.uniform(*np.log(rule.zoom))))
    stretch = float(np.exp(rng.uniform(-STRETCH, STRETCH)))
    w, h = max(1, round(w0 * zoom * stretch)), max(1, round(h0 * zoom / stretch))
    left, top = _offset(w, width, rng), _offset(h, height, rng)
    # The part of the picture that the canvas shows, in pixels of the resized picture.
    x1, y1, x2, y2 = max(0, left), max(0, top), min(w, left + width), min(h, top + height)
    picture = open_picture(scene, w, h)
    kx, ky = picture.width / w, picture.height / h
    shown = picture.resize(
        (x2 - x1, y2 - y1), Image.Resampling.BILINEAR, box=(x1 * kx, y1 * ky, x2 * kx, y2 * ky)
    )
    canvas = Image.new("RGB", (width, height), FILL)
    canvas.paste(_recolour(shown, rule, rng), (x1 - left, y1 - top))
    boxes = scene.boxes * np.array([w / w0, h / h0] * 2, np.float32)
    boxes = boxes - np.array([left, top] * 2, np.float32)
    return finish(canvas, boxes, scene.labels, rule, rng)


def finish(
    picture: Image.Image,
    boxes: NDArray[np.float32],
    labels: NDArray[np.int64],
    rule: PictureRule,
    rng: np.random.Generator,
) -> Made:
    """Cut boxes to the picture, drop those of which too little is left, and mirror at random."""
    width, height = picture.size
    whole = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    boxes = boxes.astype(np.float32)
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, width)
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, height)
    sides = boxes[:, 2:] - boxes[:, :2]
    keep = (sides.min(axis=1, initial=np.inf) >= MIN_SIDE) & (sides.prod(axis=1) >= MIN_VISIBLE * whole)
    boxes, labels = boxes[keep], labels[keep]
    pixels = np.asarray(picture)
    if rng.random() < rule.flip:
        pixels = pixels[:, ::-1]
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    return np.array(pixels), boxes, labels


def _offset(size: int, canvas: int, rng: np.random.Generator) -> int:
    """Where the canvas starts in the picture; negative where the picture is smaller and is padded around."""
    low, high = sorted((0, size - canvas))
    return int(rng.integers(low, high + 1))


def _recolour(picture: Image.Image, rule: PictureRule, rng: np.random.Generator) -> Image.Image:
    if not rule.recolour:
        return picture
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        if rng.random() < 0.5:
            picture = enhance(picture).enhance(float(rng.uniform(0.7, 1.35)))
    if rng.random() < 0.1:
        picture = ImageOps.grayscale(picture).convert("RGB")
    return picture
