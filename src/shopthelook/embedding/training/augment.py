"""Other looks at the same thing, as light, lens and framing would give them. Hue stays: colour matters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

RGB = NDArray[np.uint8]

LARGEST = 320  # pixels; what is above the network's input costs time and shows nothing more


def augment_scene(rgb: RGB, rng: np.random.Generator) -> RGB:
    """Return a crop as another photo might show it: framing, occlusion, light, colour cast, blur."""
    return _camera(_occlude(_reframe(rgb, rng), rng), rng)


def augment_product(rgb: RGB, rng: np.random.Generator) -> RGB:
    """Return a product picture as another shop might show it: flipped, padded, a little lighter or darker."""
    rgb = _flip(_shrink(rgb), rng)
    if rng.random() < 0.5:
        margin = [int(side * rng.uniform(0, 0.06)) for side in rgb.shape[:2]]
        rgb = np.pad(rgb, ((margin[0],) * 2, (margin[1],) * 2, (0, 0)), constant_values=255)
    return _light(rgb, rng, strength=0.5)


def put_in_scene(rgb: RGB, background: RGB, rng: np.random.Generator) -> RGB:
    """Return a product picture on white as a crop of a scene: cut out, before a piece of another photo.

    What a picture on white lacks most of a crop is what stands behind the thing, and that is cheap to add
    (Dwibedi, Misra and Hebert, "Cut, Paste and Learn", ICCV 2017). A picture that is not on white is changed
    by `augment_scene` alone.
    """
    rgb = _shrink(rgb)
    height, width = rgb.shape[:2]
    ground = outer_white(rgb)
    if ground.mean() < 0.03:
        return augment_scene(rgb, rng)
    share = rng.uniform(0.3, 1.0)
    rows, columns = (max(1, int(length * share)) for length in background.shape[:2])
    y = int(rng.integers(background.shape[0] - rows + 1))
    x = int(rng.integers(background.shape[1] - columns + 1))
    piece = Image.fromarray(np.ascontiguousarray(background[y : y + rows, x : x + columns]))
    behind = np.asarray(piece.resize((width, height)), dtype=np.float32)
    edge = Image.fromarray(np.where(ground, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    front = np.asarray(edge, dtype=np.float32)[..., None] / 255  # (h, w, 1), 1 on the thing
    return augment_scene(np.asarray(front * rgb + (1 - front) * behind, dtype=np.uint8), rng)


def outer_white(rgb: RGB, least: int = 240) -> NDArray[np.bool_]:
    """Return (h, w): near-white pixels from which a straight line of such pixels reaches the border."""
    white = rgb.min(2) >= least
    found: NDArray[np.bool_] = np.zeros(white.shape, dtype=np.bool_)
    for axis in (0, 1):
        found |= np.logical_and.accumulate(white, axis=axis)
        found |= np.flip(np.logical_and.accumulate(np.flip(white, axis), axis=axis), axis)
    return found


def _shrink(rgb: RGB) -> RGB:
    height, width = rgb.shape[:2]
    factor = LARGEST / max(height, width)
    if factor >= 1:
        return rgb
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))


def _flip(rgb: RGB, rng: np.random.Generator) -> RGB:
    return rgb[:, ::-1] if rng.random() < 0.5 else rgb


def _reframe(rgb: RGB, rng: np.random.Generator) -> RGB:
    """Cut up to 15% off each side: a detector's box is never the annotator's."""
    height, width = rgb.shape[:2]
    left, right = (int(width * rng.uniform(0, 0.15)) for _ in range(2))
    top, bottom = (int(height * rng.uniform(0, 0.15)) for _ in range(2))
    return _flip(_shrink(rgb[top : height - bottom, left : width - right]), rng)


def _occlude(rgb: RGB, rng: np.random.Generator) -> RGB:
    """Put a flat patch over up to a fifth of the picture, half of the time."""
    if rng.random() < 0.5:
        return rgb
    height, width = rgb.shape[:2]
    share = rng.uniform(0.1, 0.45, 2)
    y, x = (rng.uniform(0, 1 - share) * (height, width)).astype(int)
    rgb = rgb.copy()
    rgb[y : y + int(height * share[0]), x : x + int(width * share[1])] = rng.integers(0, 256, 3)
    return rgb


def _light(rgb: RGB, rng: np.random.Generator, strength: float) -> RGB:
    """Change brightness, contrast, saturation and colour temperature."""
    x = rgb.astype(np.float32) / 255
    gain, contrast, saturation = 1 + strength * rng.uniform(-0.35, 0.35, 3)
    warmth = strength * rng.uniform(-0.12, 0.12)
    grey = x.mean(2, keepdims=True)
    x = grey + saturation * (x - grey)
    x = (x - x.mean()) * contrast + x.mean()
    x = x * gain * np.array([1 + warmth, 1, 1 - warmth], dtype=np.float32)
    return np.asarray((np.clip(x, 0, 1) * 255).round(), dtype=np.uint8)


def _camera(rgb: RGB, rng: np.random.Generator) -> RGB:
    rgb = _light(rgb, rng, strength=1.0)
    picture: Image.Image = Image.fromarray(rgb)
    if rng.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.5)))
    if rng.random() < 0.3:
        small = rng.uniform(0.3, 0.8)
        picture = picture.resize((max(8, int(picture.width * small)), max(8, int(picture.height * small))))
    noisy = np.asarray(picture).astype(np.float32)
    noisy += rng.normal(0, rng.uniform(0, 4), noisy.shape)
    return np.clip(noisy, 0, 255).round().astype(np.uint8)
