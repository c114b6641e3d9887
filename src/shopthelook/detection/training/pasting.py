"""Products cut out of their white ground: pasted into scenes, and shown alone on grounds of many kinds.

Pasting is that of Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method" (CVPR 2021).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from shopthelook import geometry, images
from shopthelook.detection.training.augment import Made, Shot, open_picture, recolour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene

RIM = 0.03  # of the box's longer side
LONGEST = 224  # pixels of a cut-out's longer side
KEPT = 1024  # cut-outs in memory, 200 kB each at most
MOST_PASTED = 3  # in one picture
SIDE = (0.12, 0.5)  # of a pasted thing, as a share of the picture's shorter side
MOST_COVERED = 0.7  # share of a box that pasted things may cover


@dataclass(frozen=True, slots=True)
class CutOut:
    """A thing: ``pixels`` ``(h, w, 3)`` uint8, ``opacity`` ``(h, w)`` uint8, and its ``label``."""

    pixels: NDArray[np.uint8]
    opacity: NDArray[np.uint8]
    label: int


class CutOuts:
    """The things of a data set of single products, drawn label by label, so that rare kinds come as often."""

    def __init__(self, scenes: Sequence[LabelledScene]) -> None:
        self.by_label: dict[int, list[LabelledScene]] = {}
        for scene in scenes:
            if len(scene.boxes):
                self.by_label.setdefault(int(scene.labels[0]), []).append(scene)
        self.labels = sorted(self.by_label)
        self._cut = lru_cache(KEPT)(self._cut_anew)
        self._place = {id(scene): scene for scene in scenes}

    def draw(self, rng: np.random.Generator) -> LabelledScene:
        """A random product picture."""
        some = self.by_label[self.labels[rng.integers(len(self.labels))]]
        return some[rng.integers(len(some))]

    def cut(self, scene: LabelledScene) -> CutOut | None:
        """The thing in a picture that was drawn; None where its ground is not white.

        Raises:
            ShopError: the picture cannot be read.
        """
        return self._cut(id(scene))

    def _cut_anew(self, which: int) -> CutOut | None:
        scene = self._place[which]
        # With a rim, for a thing that fills its box shows no ground within.
        rim = max(2.0, RIM * float((scene.boxes[0, 2:] - scene.boxes[0, :2]).max()))
        around = scene.boxes[:1] + np.array([-rim, -rim, rim, rim], np.float32)
        x1, y1, x2, y2 = (float(side) for side in geometry.clip(around, *scene.size)[0])
        scale = min(1.0, LONGEST / max(x2 - x1, y2 - y1))
        picture = open_picture(scene, round(scene.size[0] * scale), round(scene.size[1] * scale))
        kx, ky = picture.width / scene.size[0], picture.height / scene.size[1]
        box = (x1 * kx, y1 * ky, x2 * kx, y2 * ky)
        size = (max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale)))
        small = picture.resize(size, Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
        return cut_out(np.asarray(small), int(scene.labels[0]))


def cut_out(pixels: NDArray[np.uint8], label: int) -> CutOut | None:
    """A thing on white ground with its label; None where `images.cut_out` finds none."""
    piece = images.cut_out(pixels)
    return None if piece is None else CutOut(piece.pixels, piece.opacity, label)


def paste(made: Made, things: Sequence[CutOut], rng: np.random.Generator) -> Made:
    """Put things into a picture, in any place and light; boxes that they hide go."""
    pixels = made.pixels.copy()
    height, width = pixels.shape[:2]
    boxes, labels = made.boxes, made.labels
    for thing in things:
        h0, w0 = thing.opacity.shape
        scale = rng.uniform(*SIDE) * min(height, width) / (h0 * w0) ** 0.5
        w, h = max(4, round(w0 * scale)), max(4, round(h0 * scale))
        if w >= width or h >= height:
            continue
        x, y = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
        colour, opacity = recolour(_scaled(thing.pixels, w, h), rng), _scaled(thing.opacity, w, h)
        if rng.random() < 0.5:
            colour, opacity = colour[:, ::-1], opacity[:, ::-1]
        under = pixels[y : y + h, x : x + w]
        under[:] = images.lay_over(under, colour, opacity)
        box = np.array([[x, y, x + w, y + h]], np.float32)
        hidden = geometry.area(geometry.clip(boxes - box[0, [0, 1, 0, 1]], w, h))
        still = hidden <= MOST_COVERED * geometry.area(boxes)
        boxes, labels = np.concatenate([boxes[still], box]), np.append(labels[still], thing.label)
    return Made(pixels, boxes, labels)


def on_ground(thing: CutOut, rng: np.random.Generator) -> Shot:
    """A product picture: one thing on white (or, now and then, on another plain colour) with a margin around it."""
    h0, w0 = thing.opacity.shape
    left, top, right, bottom = (round(float(rng.uniform(0.02, 0.35)) * max(h0, w0)) for _ in range(4))
    ground = np.full(3, 255) if rng.random() < 0.7 else rng.integers(90, 256, 3)
    pixels = np.empty((top + h0 + bottom, left + w0 + right, 3), np.uint8)
    pixels[:] = ground
    under = pixels[top : top + h0, left : left + w0]
    under[:] = images.lay_over(under, thing.pixels, thing.opacity)
    picture = Image.fromarray(pixels)
    box = np.array([[left, top, left + w0, top + h0]], np.float32)
    return Shot(picture.size, box, np.array([thing.label], np.int64), lambda _width, _height: picture)


def _scaled(values: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    small = Image.fromarray(values).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(small)
