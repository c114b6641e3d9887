"""One scene made of a photo and things: other light, scale and sharpness, and things that hide each other.

After Dwibedi, Misra and Hebert, "Cut, Paste and Learn" (ICCV 2017): what stands around a thing is cheap to vary, and is
what a product picture lacks most. Hue stays, for colour matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shopthelook.embedding.views.view import BoxPixels
from shopthelook.images import Piece, Rgb, lay_over

SIDE = (0.22, 0.62)  # of a thing's longer side, as a share of the scene's shorter one
BLOWN_UP = 1.4  # at most: a thing larger than its picture would be a blur
OUTSIDE = 0.12  # of a thing's sides that may lie outside the scene
TURNED = 8  # degrees, at most
LEAST_SEEN = 0.55  # share of a thing that must be seen; what hides the rest would be learned instead
LEAST_SIDE = 24  # pixels of what is seen


class Pasted(NamedTuple):
    """A thing in a scene: its place among the things, and the box around what is seen of it."""

    thing: int
    box: BoxPixels


def paste(scene: Rgb, things: Sequence[Piece], rng: np.random.Generator) -> tuple[Rgb, list[Pasted]]:
    """Put things into a scene ``(h, w, 3)``, each in front of the ones before it.

    Returns the new scene, and the things of which enough is seen.
    """
    made = scene.copy()
    height, width = scene.shape[:2]
    owner = np.full((height, width), -1, np.int16)
    whole = [0] * len(things)
    for number, thing in enumerate(things):
        changed = _changed(thing, min(height, width), rng)
        h, w = changed.opacity.shape
        x = int(rng.integers(-int(OUTSIDE * w), max(width - w + int(OUTSIDE * w), 1 - int(OUTSIDE * w))))
        y = int(rng.integers(-int(OUTSIDE * h), max(height - h + int(OUTSIDE * h), 1 - int(OUTSIDE * h))))
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
        part = np.s_[top - y : bottom - y, left - x : right - x]
        place = np.s_[top:bottom, left:right]
        if rng.random() < 0.5:
            _shade(made, changed.opacity, (x, y), rng)
        made[place] = lay_over(made[place], changed.pixels[part], changed.opacity[part])
        solid = changed.opacity > 127
        whole[number] = int(solid.sum())
        owner[place][solid[part]] = number
    found = []
    for number in range(len(things)):
        rows, columns = np.nonzero(owner == number)
        if len(rows) < max(1, LEAST_SEEN * whole[number]):
            continue
        box = (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
        if min(box[2] - box[0], box[3] - box[1]) >= LEAST_SIDE:
            found.append(Pasted(number, box))
    return _seen_by_camera(made, rng), found


def _changed(thing: Piece, room: int, rng: np.random.Generator) -> Piece:
    """The thing at another size, turned and mirrored now and then, in another light and sharpness."""
    h, w = thing.opacity.shape
    scale = min(float(rng.uniform(*SIDE)) * room / max(h, w), BLOWN_UP)
    size = (max(2, round(w * scale)), max(2, round(h * scale)))
    pixels, opacity = (Image.fromarray(one) for one in (_lit(thing.pixels, rng), thing.opacity))
    if rng.random() < 0.5:
        pixels, opacity = (one.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for one in (pixels, opacity))
    pixels, opacity = (
        one.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0) for one in (pixels, opacity)
    )
    if rng.random() < 0.5:
        angle = float(rng.uniform(-TURNED, TURNED))
        pixels = pixels.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor="white")
        opacity = opacity.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    if rng.random() < 0.3:
        blur = ImageFilter.GaussianBlur(float(rng.uniform(0.4, 1.2)))
        pixels, opacity = pixels.filter(blur), opacity.filter(blur)
    return Piece(np.asarray(pixels), np.asarray(opacity))


def _lit(pixels: Rgb, rng: np.random.Generator) -> Rgb:
    """In another light: brighter or darker, from one side, warmer or colder, with more or less contrast."""
    x = pixels.astype(np.float32)
    gain, contrast = rng.uniform(0.7, 1.2), rng.uniform(0.8, 1.15)
    warmth = rng.uniform(-0.06, 0.06)
    slope = np.linspace(1 - (side := rng.uniform(-0.15, 0.15)), 1 + side, x.shape[1], dtype=np.float32)
    x = (x - x.mean()) * np.float32(contrast) + x.mean()
    x *= slope[None, :, None] * np.array([1 + warmth, 1, 1 - warmth], np.float32) * np.float32(gain)
    lit: Rgb = np.clip(x, 0, 255).astype(np.uint8)
    return lit


def _shade(scene: Rgb, opacity: NDArray[np.uint8], corner: tuple[int, int], rng: np.random.Generator) -> None:
    """Darken the scene beside and below a thing, softly, as its shadow would."""
    h, w = opacity.shape
    reach = max(2, round(0.06 * max(h, w)))
    wide = Image.fromarray(np.pad(opacity, reach)).filter(ImageFilter.GaussianBlur(reach / 2))
    dark = np.asarray(wide).astype(np.float32) / 255 * np.float32(rng.uniform(0.2, 0.5))
    x = corner[0] - reach + int(rng.integers(-reach, reach + 1))
    y = corner[1] - reach + int(rng.integers(0, reach + 1))
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + dark.shape[1], scene.shape[1]), min(y + dark.shape[0], scene.shape[0])
    if left < right and top < bottom:
        share = 1 - dark[top - y : bottom - y, left - x : right - x, None]
        scene[top:bottom, left:right] = (scene[top:bottom, left:right] * share).astype(np.uint8)


def _seen_by_camera(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """The whole scene as a camera might take it: now and then not quite sharp, and always with a little noise."""
    picture = Image.fromarray(rgb)
    if rng.random() < 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 0.9))))
    noisy = np.asarray(picture).astype(np.float32)
    noisy += rng.normal(0, float(rng.uniform(0.5, 4)), noisy.shape[:2])[..., None].astype(np.float32)
    seen: Rgb = np.clip(noisy, 0, 255).astype(np.uint8)
    return seen
