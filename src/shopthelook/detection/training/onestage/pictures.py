"""Decoded pictures with boxes, and what a training step does to them: zoom, shift, mirror, recolour, paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from shopthelook import geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene

GREY = (127, 127, 127)  # the backbone's mean: padding reads as zero
MIN_VISIBLE = 0.35  # share of a box that a crop must keep
MOST_COVERED = 0.7  # share of a box that pasted things may cover
LEAST_SIDE = 3.0  # pixels


@dataclass(frozen=True, slots=True)
class Picture:
    """``pixels`` ``(h, w, 3)`` uint8, ``boxes`` ``(n, 4)`` float32 xyxy pixels, ``labels`` ``(n,)`` int64.

    ``known`` ``(labels,)`` bool: the kinds of object that could have a box here; the others may be in the picture
    without one.
    """

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Product:
    """A thing cut out: ``pixels`` ``(h, w, 3)`` uint8, ``opacity`` ``(h, w)`` uint8, and its ``label``."""

    pixels: NDArray[np.uint8]
    opacity: NDArray[np.uint8]
    label: int


def load(scene: LabelledScene, shorter: int, longer: int) -> Picture:
    """Decode a scene once, shrunk to fit ``shorter`` x ``longer`` pixels where it is larger."""
    with Image.open(scene.path) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    scale = min(1.0, shorter / min(picture.size), longer / max(picture.size))
    size = (round(picture.width * scale), round(picture.height * scale))
    if size != picture.size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    ratio = np.array([size[0] / scene.size[0], size[1] / scene.size[1]] * 2, np.float32)
    return Picture(np.asarray(picture), scene.boxes * ratio, scene.labels, scene.known)


def augment(
    picture: Picture, width: int, height: int, scales: tuple[float, float], rng: np.random.Generator
) -> Picture:
    """A random view of a picture on a canvas of ``width`` x ``height`` (large-scale jitter).

    ``scales`` is the range of the zoom; at 1 the picture just fits the canvas.
    """
    h0, w0 = picture.pixels.shape[:2]
    zoom = min(width / w0, height / h0) * float(np.exp(rng.uniform(*np.log(scales))))
    stretch = float(np.exp(rng.uniform(-0.12, 0.12)))  # of width against height
    w, h = max(1, round(w0 * zoom * stretch)), max(1, round(h0 * zoom / stretch))
    left, top = _offset(w, width, rng), _offset(h, height, rng)
    # The part of the picture that the canvas shows, in pixels of the resized picture.
    x1, y1, x2, y2 = max(0, left), max(0, top), min(w, left + width), min(h, top + height)
    kx, ky = w0 / w, h0 / h
    shown = Image.fromarray(picture.pixels).resize(
        (x2 - x1, y2 - y1),
        Image.Resampling.BILINEAR,
        box=(x1 * kx, y1 * ky, x2 * kx, y2 * ky),
        reducing_gap=2.0,
    )
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = GREY
    canvas[y1 - top : y2 - top, x1 - left : x2 - left] = recolour(np.asarray(shown), rng)
    moved = picture.boxes / np.array([kx, ky] * 2, np.float32) - np.array([left, top] * 2, np.float32)
    boxes = geometry.clip(moved, width, height)
    kept = ((boxes[:, 2:] - boxes[:, :2]) >= LEAST_SIDE).all(axis=1)
    kept &= geometry.area(boxes) >= MIN_VISIBLE * geometry.area(moved)
    boxes, labels = boxes[kept], picture.labels[kept]
    if rng.random() < 0.5:
        canvas = canvas[:, ::-1]
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    return Picture(np.ascontiguousarray(canvas), boxes.astype(np.float32), labels, picture.known)


def recolour(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another light, contrast, saturation and tint; now and then grey."""
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


def paste(picture: Picture, products: Sequence[Product], rng: np.random.Generator) -> Picture:
    """Put cut-out things into a picture (Ghiasi et al., "Simple Copy-Paste", CVPR 2021); boxes they hide go."""
    pixels = picture.pixels.copy()
    height, width = pixels.shape[:2]
    boxes, labels = picture.boxes, picture.labels
    for product in products:
        h0, w0 = product.opacity.shape
        side = rng.uniform(0.12, 0.5) * min(height, width)
        scale = side / (h0 * w0) ** 0.5
        w, h = max(4, round(w0 * scale)), max(4, round(h0 * scale))
        if w >= width or h >= height:
            continue
        x, y = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
        colour = recolour(
            np.asarray(
                Image.fromarray(product.pixels).resize((w, h), Image.Resampling.BILINEAR, reducing_gap=2.0)
            ),
            rng,
        )
        opacity = np.asarray(
            Image.fromarray(product.opacity).resize((w, h), Image.Resampling.BILINEAR, reducing_gap=2.0)
        )
        if rng.random() < 0.5:
            colour, opacity = colour[:, ::-1], opacity[:, ::-1]
        share = opacity[..., None].astype(np.float32) / 255
        under = pixels[y : y + h, x : x + w]
        pixels[y : y + h, x : x + w] = (under + (colour - under.astype(np.float32)) * share).astype(np.uint8)
        box = np.array([[x, y, x + w, y + h]], np.float32)
        inner = geometry.clip(boxes - box[0, [0, 1, 0, 1]], w, h)
        open_ = geometry.area(inner) <= MOST_COVERED * geometry.area(boxes)
        boxes = np.concatenate([boxes[open_], box])
        labels = np.append(labels[open_], product.label)
    return Picture(pixels, boxes, labels, picture.known)


def on_ground(product: Product, known: NDArray[np.bool_], rng: np.random.Generator) -> Picture:
    """A product picture: one thing on white (or, now and then, on another plain colour) with a margin around it."""
    h0, w0 = product.opacity.shape
    left, top, right, bottom = (round(float(rng.uniform(0.02, 0.35)) * max(h0, w0)) for _ in range(4))
    ground = np.full(3, 255) if rng.random() < 0.7 else rng.integers(90, 256, 3)
    pixels = np.empty((top + h0 + bottom, left + w0 + right, 3), np.uint8)
    pixels[:] = ground
    share = product.opacity[..., None].astype(np.float32) / 255
    thing = ground + (product.pixels - ground.astype(np.float32)) * share
    pixels[top : top + h0, left : left + w0] = thing.astype(np.uint8)
    box = np.array([[left, top, left + w0, top + h0]], np.float32)
    return Picture(pixels, box, np.array([product.label], np.int64), known)


def _offset(size: int, canvas: int, rng: np.random.Generator) -> int:
    """Where the canvas starts in the picture; negative where the picture is smaller and is padded around."""
    low, high = sorted((0, size - canvas))
    return int(rng.integers(low, high + 1))
