"""Training pictures as a pure function of (seed, step, place in the batch).

So a run that was killed goes on with the same ones, and each of several devices makes its own share of a batch.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.detection.training.augment import jitter, resize

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.recipe import PictureRule

AHEAD = 2  # batches that are made while one is learnt from


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
    """Endless batches of augmented scenes.

    A batch is all portrait or all landscape, so that little of it is padding.

    Args:
        groups: data sets; each picture's data set is drawn by ``weights`` times its size, then a picture of it.
        batch: pictures in a batch, over all devices.
        share: (this device's number, how many devices): it makes every so-manieth picture of a batch.
        workers: threads that make pictures.

    Raises:
        ValueError: a data set has no scene.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[LabelledScene]],
        weights: Sequence[float],
        rule: PictureRule,
        batch: int,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        workers: int = 1,
    ) -> None:
        if not groups or not all(groups):
            raise ValueError("every data set needs at least one scene to train on")
        self.rule, self.size, self.seed, self.share, self.workers = rule, batch, seed, share, workers
        self.by_shape: list[list[list[LabelledScene]]] = [[], []]
        for group in groups:
            self.by_shape[0].append([scene for scene in group if scene.size[1] >= scene.size[0]])
            self.by_shape[1].append([scene for scene in group if scene.size[1] < scene.size[0]])
        counts = np.array([[len(group) for group in shape] for shape in self.by_shape], float)
        odds = np.array(weights, float) * counts  # (2 shapes, groups)
        self.shape_odds = odds.sum(axis=1) / odds.sum()
        self.group_odds = odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-9)

    def batches(self, start: int = 0) -> Generator[list[Example], None, None]:
        """This device's share of each batch from step ``start`` on; the next ones are made meanwhile."""
        with ThreadPoolExecutor(self.workers) as pool:
            step = start
            coming: list[list[Future[Example]]] = []
            while True:
                while len(coming) < AHEAD:
                    coming.append([pool.submit(self.example, step, place) for place in self.places()])
                    step += 1
                yield [one.result() for one in coming.pop(0)]

    def places(self) -> range:
        """The places in a batch that this device fills."""
        return range(self.share[0], self.size, self.share[1])

    def example(self, step: int, place: int) -> Example:
        """One picture of one batch."""
        shape = int(np.random.default_rng((self.seed, step)).random() >= self.shape_odds[0])
        # From 1 on: a last zero in a seed changes nothing, the place would draw what the batch did.
        rng = np.random.default_rng((self.seed, step, place + 1))
        odds = self.group_odds[shape]
        group = self.by_shape[shape][rng.choice(len(odds), p=odds)]
        scene = group[rng.integers(len(group))]
        make = resize if self.rule.mode == "resize" else jitter
        pixels, boxes, labels = make(scene, self.rule, shape == 0, rng)
        return Example(pixels, boxes, labels, scene.known, int(rng.integers(2**31)))
