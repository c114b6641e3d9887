"""Training batches as a pure function of (seed, step), so that a run that was killed goes on with the same ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene

MIN_VISIBLE = 0.35  # share of a box that must stay in the crop
FILL = (127, 127, 127)  # the backbone's mean: padding reads as zero


@dataclass(frozen=True, slots=True)
class Batch:
    """``pictures`` ``(n, h, w, 3)`` uint8; of each picture ``boxes`` ``(m, 4)`` float32 pixels, ``labels`` ``(m,)``.

    ``known`` ``(n, categories)`` bool: what the data set of each picture labels.
    """

    pictures: NDArray[np.uint8]
    boxes: list[NDArray[np.float32]]
    labels: list[NDArray[np.int64]]
    known: NDArray[np.bool_]


class BatchStream:
    """Endless batches of augmented scenes; ``stream.batches(start)`` begins at step ``start``.

    Args:
        groups: data sets; each step draws a picture's data set by ``weights``, then a picture of it.
        canvas: (shorter, longer) in pixels. A batch is all portrait or all landscape, so little is padded.
        size: pictures in a batch.
        scales: range of the random zoom relative to "the picture just fits the canvas".
    """

    def __init__(
        self,
        groups: Sequence[Sequence[LabelledScene]],
        weights: Sequence[float],
        canvas: tuple[int, int],
        size: int,
        seed: int = 0,
        scales: tuple[float, float] = (0.65, 1.6),
    ) -> None:
        self.canvas, self.size, self.seed, self.scales = canvas, size, seed, scales
        by_shape: list[list[list[LabelledScene]]] = [[], []]
        if not groups or not all(groups):
            raise ValueError("every data set needs at least one scene to train on")
        for group in groups:
            by_shape[0].append([scene for scene in group if scene.size[1] >= scene.size[0]])
            by_shape[1].append([scene for scene in group if scene.size[1] < scene.size[0]])
        self.by_shape = by_shape
        counts = np.array([[len(group) for group in shape] for shape in by_shape], float)
        share = np.array(weights, float) * counts / counts.sum(axis=0)  # (2 shapes, groups)
        self.shape_odds = share.sum(axis=1) / share.sum()
        self.group_odds = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-9)

    def batches(self, start: int = 0) -> Iterator[Batch]:
        with ThreadPoolExecutor(1) as ahead:
            coming = [ahead.submit(self.batch, start + i) for i in range(2)]
            step = start + len(coming)
            while True:
                yield coming.pop(0).result()
                coming.append(ahead.submit(self.batch, step))
                step += 1

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng((self.seed, step))
        shape = int(rng.random() >= self.shape_odds[0])
        shorter, longer = self.canvas
        width, height = (shorter, longer) if shape == 0 else (longer, shorter)
        pictures, boxes, labels, known = [], [], [], []
        for _ in range(self.size):
            group = self.by_shape[shape][rng.choice(len(self.group_odds[shape]), p=self.group_odds[shape])]
            scene = group[rng.integers(len(group))]
            picture, kept, kinds = augment(scene, width, height, self.scales, rng)
            pictures.append(picture)
            boxes.append(kept)
            labels.append(kinds)
            known.append(scene.known)
        return Batch(np.stack(pictures), boxes, labels, np.stack(known))


def augment(
    scene: LabelledScene,
    width: int,
    height: int,
    scales: tuple[float, float],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]:
    """Zoom, shift, mirror and recolour one scene onto a canvas of ``width`` x ``height`` (large-scale jitter)."""
    with Image.open(scene.path) as opened:
        opened.draft("RGB", (width, height))
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    w0, h0 = scene.size
    fit = min(width / w0, height / h0)
    zoom = fit * float(np.exp(rng.uniform(*np.log(scales))))
    stretch = float(np.exp(rng.uniform(-0.12, 0.12)))  # of width against height
    sx, sy = zoom * stretch, zoom / stretch
    w, h = max(1, round(w0 * sx)), max(1, round(h0 * sy))
    left = _offset(w, width, rng)
    top = _offset(h, height, rng)
    # The part of the picture that the canvas shows, in pixels of the resized picture.
    x1, y1, x2, y2 = max(0, left), max(0, top), min(w, left + width), min(h, top + height)
    kx, ky = picture.width / w, picture.height / h
    shown = picture.resize(
        (x2 - x1, y2 - y1), Image.Resampling.BILINEAR, box=(x1 * kx, y1 * ky, x2 * kx, y2 * ky)
    )
    shown = _recolour(shown, rng)
    canvas = Image.new("RGB", (width, height), FILL)
    canvas.paste(shown, (x1 - left, y1 - top))
    pixels = np.asarray(canvas)

    boxes = scene.boxes * np.array([w / w0, h / h0] * 2, np.float32) - np.array([left, top] * 2, np.float32)
    whole = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, width)
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, height)
    sides = boxes[:, 2:] - boxes[:, :2]
    keep = (sides.min(axis=1, initial=np.inf) >= 3) & (sides.prod(axis=1) >= MIN_VISIBLE * whole)
    boxes, labels = boxes[keep], scene.labels[keep]
    if rng.random() < 0.5:
        pixels = pixels[:, ::-1]
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    return np.ascontiguousarray(pixels), boxes.astype(np.float32), labels


def _offset(size: int, canvas: int, rng: np.random.Generator) -> int:
    """Where the canvas starts in the picture; negative where the picture is smaller and is padded around."""
    low, high = sorted((0, size - canvas))
    return int(rng.integers(low, high + 1))


def _recolour(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        if rng.random() < 0.5:
            picture = enhance(picture).enhance(float(rng.uniform(0.7, 1.35)))
    if rng.random() < 0.1:
        picture = ImageOps.grayscale(picture).convert("RGB")
    return picture
