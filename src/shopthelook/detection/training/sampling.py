"""Training pictures as a pure function of (seed, step, place in the batch).

So a run that was killed goes on with the same ones, and each of several devices makes its own share of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.detection.training.augment import Made, Shot, jitter, resize
from shopthelook.detection.training.pasting import MOST_PASTED, CutOut, CutOuts, on_ground, paste
from shopthelook.training.ahead import batches_ahead, places

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.recipe import DataSetUse, PictureRule

MOSAIC_ZOOM = 1.5  # of its parts, which are half as large as a picture alone


@dataclass(frozen=True, slots=True)
class Example:
    """``pixels`` ``(h, w, 3)`` uint8, its ``boxes`` ``(m, 4)`` float32 pixels and ``labels`` ``(m,)`` from 0.

    ``known`` ``(labels of the space,)`` bool: what the picture's data set labels. ``seed`` is the picture's own.
    """

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    known: NDArray[np.bool_]
    seed: int


class BatchStream:
    """Endless batches of augmented pictures.

    A batch is all portrait or all landscape, so that little of it is padding.

    Args:
        groups: the scenes of each data set.
        uses: what the recipe says of each; a data set is drawn by its weight times its size, then a picture of it.
        rule: how pictures become input.
        batch: pictures in a batch, over all devices.
        steps: of the whole run, for what changes in its course.
        share: (this device's number, how many devices): it makes every so-manieth picture of a batch.
        workers: threads that make pictures.

    Raises:
        ValueError: a data set has no scene.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[LabelledScene]],
        uses: Sequence[DataSetUse],
        rule: PictureRule,
        batch: int,
        steps: int = 1,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        workers: int = 1,
    ) -> None:
        if not groups or not all(groups):
            raise ValueError("every data set needs at least one scene to train on")
        self.uses, self.rule, self.size, self.steps = uses, rule, batch, steps
        self.seed, self.share, self.workers = seed, share, workers
        self.cut_outs = [
            CutOuts(group) if use.cut_out else None for use, group in zip(uses, groups, strict=True)
        ]
        # A thing on a plain ground fits into both shapes.
        self.by_shape = [
            [
                [one for one in group if use.cut_out or (one.size[1] >= one.size[0]) == portrait]
                for use, group in zip(uses, groups, strict=True)
            ]
            for portrait in (True, False)
        ]
        counts = np.array([[len(group) for group in shape] for shape in self.by_shape], float)
        odds = counts * [use.weight / (2 if use.cut_out else 1) for use in uses]  # (2 shapes, groups)
        self.shape_odds = odds.sum(axis=1) / odds.sum()
        self.group_odds = odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-9)

    def batches(self, start: int = 0) -> Generator[list[Example], None, None]:
        """This device's share of each batch from step ``start`` on; the next ones are made meanwhile."""
        return batches_ahead(self.example, self.places(), start, self.workers)

    def places(self) -> range:
        """The places in a batch that this device fills."""
        return places(self.size, self.share)

    def example(self, step: int, place: int) -> Example:
        """One picture of one batch."""
        shape, canvas = self._batch(step)
        # From 1 on: a last zero in a seed changes nothing, the place would draw what the batch did.
        rng = np.random.default_rng((self.seed, step, place + 1))
        which = int(rng.choice(len(self.uses), p=self.group_odds[shape]))
        if self._early(step) and rng.random() < self.rule.mosaic:
            made, known = self._mosaic(shape, which, canvas, rng)
        else:
            scene, made = self._one(shape, which, canvas, rng)
            known = scene.known
        if rng.random() < self.uses[which].pasted:
            made = paste(made, self._things(rng), rng)
        return Example(made.pixels, made.boxes, made.labels, known, int(rng.integers(2**31)))

    def _early(self, step: int) -> bool:
        return step < self.rule.sizes_until * self.steps

    def _batch(self, step: int) -> tuple[int, tuple[int, int]]:
        """The shape of a batch, 0 for portrait, and its canvas (width, height)."""
        rng = np.random.default_rng((self.seed, step))
        shape = int(rng.random() >= self.shape_odds[0])
        rule, shorter = self.rule, self.rule.shorter
        if rule.sizes and self._early(step):
            shorter = rule.sizes[rng.integers(len(rule.sizes))]
        longer = shorter * rule.longer // rule.shorter // rule.multiple * rule.multiple
        return shape, (shorter, longer) if shape == 0 else (longer, shorter)

    def _one(
        self, shape: int, which: int, canvas: tuple[int, int], rng: np.random.Generator, nearer: float = 1.0
    ) -> tuple[LabelledScene, Made]:
        """A picture of a data set on a canvas, so many times ``nearer`` than its zoom says."""
        scene, shot = self._draw(shape, which, rng)
        if self.rule.mode == "resize":
            return scene, resize(shot, self.rule, rng)
        low, high = self.uses[which].zoom or self.rule.zoom
        return scene, jitter(shot, canvas, (low * nearer, high * nearer), self.rule, rng)

    def _mosaic(
        self, shape: int, which: int, canvas: tuple[int, int], rng: np.random.Generator
    ) -> tuple[Made, NDArray[np.bool_]]:
        """Parts of four pictures of a data set around a random point; known is what is known in all of them."""
        width, height = canvas
        x, y = (round(side * float(rng.uniform(0.3, 0.7))) for side in canvas)
        pixels = np.empty((height, width, 3), np.uint8)
        boxes, labels, known = [], [], []
        for left, top, right, bottom in (
            (0, 0, x, y),
            (x, 0, width, y),
            (0, y, x, height),
            (x, y, width, height),
        ):
            scene, part = self._one(shape, which, (right - left, bottom - top), rng, MOSAIC_ZOOM)
            pixels[top:bottom, left:right] = part.pixels
            boxes.append(part.boxes + np.array([left, top, left, top], np.float32))
            labels.append(part.labels)
            known.append(scene.known)
        made = Made(pixels, np.concatenate(boxes), np.concatenate(labels))
        return made, np.logical_and.reduce(known)

    def _draw(self, shape: int, which: int, rng: np.random.Generator) -> tuple[LabelledScene, Shot]:
        cut_outs = self.cut_outs[which]
        if cut_outs is None:
            group = self.by_shape[shape][which]
            scene = group[rng.integers(len(group))]
            return scene, Shot.of(scene)
        scene = cut_outs.draw(rng)
        thing = cut_outs.cut(scene)
        return scene, Shot.of(scene) if thing is None else on_ground(thing, rng)

    def _things(self, rng: np.random.Generator) -> list[CutOut]:
        """One to three things to paste."""
        sets = [one for one in self.cut_outs if one is not None]
        drawn = []
        for _ in range(rng.integers(1, MOST_PASTED + 1)):
            one = sets[rng.integers(len(sets))]
            drawn.append(one.cut(one.draw(rng)))
        return [thing for thing in drawn if thing is not None]
