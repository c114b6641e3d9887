"""Batches of mixed sources, each a pure function of (seed, step), so that a run that was killed goes on alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.detection.training.onestage.pictures import augment, on_ground, paste

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.training.onestage.pictures import Picture, Product


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures of one kind, drawn with ``weight``; ``pasted`` is the odds that products are put into one."""

    pictures: Sequence[Picture]
    weight: float
    pasted: float = 0.0
    scales: tuple[float, float] = (0.6, 1.7)


@dataclass(frozen=True, slots=True)
class Products:
    """Cut-outs, drawn label by label so that rare kinds come as often as common ones; ``weight`` as a source of
    pictures of one product on plain ground, in which every kind of ``known`` would have a box."""

    cut_outs: Sequence[Product]
    weight: float
    known: NDArray[np.bool_]

    def draw(self, rng: np.random.Generator) -> Product:
        labels = sorted({one.label for one in self.cut_outs})
        label = labels[rng.integers(len(labels))]
        mine = [one for one in self.cut_outs if one.label == label]
        return mine[rng.integers(len(mine))]


class Mixer:
    """Endless batches from several sources; a batch is all portrait or all landscape, so that little is padded.

    canvases: (shorter, longer) in pixels, of which every batch draws one (smaller ones make the steps of a slow
    machine shorter). size: pictures in a batch.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        products: Products,
        canvases: Sequence[tuple[int, int]],
        size: int,
        seed: int = 0,
    ) -> None:
        self.products, self.canvases, self.size, self.seed = products, canvases, size, seed
        # Of each shape (portrait, landscape): the pictures of every source.
        self.sources = sources
        self.shapes = [
            [[p for p in s.pictures if (p.pixels.shape[0] >= p.pixels.shape[1]) == upright] for s in sources]
            for upright in (True, False)
        ]
        counts = np.array([[len(group) for group in shape] for shape in self.shapes], float)
        share = np.array([s.weight for s in sources]) * counts / np.maximum(counts.sum(axis=0), 1)
        share = np.concatenate([share, np.full((2, 1), products.weight / 2)], axis=1)
        self.shape_odds = share.sum(axis=1) / share.sum()
        self.odds = share / share.sum(axis=1, keepdims=True)

    def batches(self, start: int = 0, ahead: int = 3) -> Iterator[list[Picture]]:
        with ThreadPoolExecutor(1) as pool:
            coming = [pool.submit(self.batch, start + i) for i in range(ahead)]
            step = start + len(coming)
            while True:
                yield coming.pop(0).result()
                coming.append(pool.submit(self.batch, step))
                step += 1

    def batch(self, step: int) -> list[Picture]:
        rng = np.random.default_rng((self.seed, step))
        shape = int(rng.random() >= self.shape_odds[0])
        shorter, longer = self.canvases[int(rng.integers(len(self.canvases)))]
        width, height = (shorter, longer) if shape == 0 else (longer, shorter)
        return [self._one(shape, width, height, rng) for _ in range(self.size)]

    def _one(self, shape: int, width: int, height: int, rng: np.random.Generator) -> Picture:
        which = int(rng.choice(len(self.odds[shape]), p=self.odds[shape]))
        if which == len(self.sources):
            one = on_ground(self.products.draw(rng), self.products.known, rng)
            return augment(one, width, height, (0.6, 1.1), rng)
        group, source = self.shapes[shape][which], self.sources[which]
        picture = augment(group[rng.integers(len(group))], width, height, source.scales, rng)
        if rng.random() < source.pasted:
            picture = paste(picture, [self.products.draw(rng) for _ in range(rng.integers(1, 4))], rng)
        return picture
