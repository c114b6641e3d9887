"""What the peers share: the models, the indexes, and the form of an answer."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.serving.peers.world import World
from shopthelook import geometry, images
from shopthelook.detection import Detections, Detector
from shopthelook.embedding import Embedder
from shopthelook.geometry import Box
from shopthelook.models import open_bundle

Found = list[tuple[int, int]]
"""Rows of products and their distances in bits, nearest first, ties by row."""


class Models:
    """The two models, opened."""

    def __init__(self, threads: int) -> None:
        self.detector = Detector(open_bundle("detector-lite"), threads=threads)
        self.embedder = Embedder(open_bundle("embedder-lite"), threads=threads)
        self.detector.session.open()
        self.embedder.session.open()

    def detect(self, data: bytes) -> tuple[Detections, list[NDArray[np.uint8]]]:
        """The objects of a photo, and their crops."""
        rgb = images.read(data)
        found = self.detector.detect(rgb)
        height, width = rgb.shape[:2]
        sides = geometry.to_fractions(found.boxes, width, height)
        return found, [images.crop(rgb, Box.clipped(*(float(side) for side in box))) for box in sides]


class Flat:
    """faiss's exact index of codes, one for each kind of object."""

    def __init__(self, world: World) -> None:
        # With more threads, searches of so few products take longer, and the threads wait by spinning.
        faiss.omp_set_num_threads(1)
        self._rows = {category: world.rows(category) for category in world.spans}
        self._indexes: dict[int, Any] = {}
        for category, rows in self._rows.items():
            index = faiss.IndexBinaryFlat(8 * world.codes.shape[1])
            index.add(np.ascontiguousarray(world.codes[rows]))
            self._indexes[category] = index

    def search(self, codes: NDArray[np.uint8], categories: Sequence[int], k: int) -> list[Found]:
        """The nearest to each code; those of one category are asked for in one call."""
        answers: list[Found] = [[] for _ in categories]
        for category in set(categories):
            asked = [row for row, one in enumerate(categories) if one == category]
            distances, places = self._indexes[category].search(np.ascontiguousarray(codes[asked]), k)
            for row, near, where in zip(asked, distances, places, strict=True):
                pairs = [
                    (int(d), int(self._rows[category][p])) for d, p in zip(near, where, strict=True) if p >= 0
                ]
                answers[row] = [(product, distance) for distance, product in sorted(pairs)]
        return answers


def answer(world: World, found: Detections, hits: Sequence[Found]) -> dict[str, Any]:
    """What a peer answers."""
    return {
        "objects": [
            {
                "box": [float(side) for side in box],
                "category": category.full,
                "score": float(score),
                "hits": [world.shown[row] | {"distance": distance} for row, distance in near],
            }
            for box, category, score, near in zip(
                found.boxes, found.categories, found.scores, hits, strict=True
            )
        ]
    }


def arguments() -> argparse.Namespace:
    """How the benchmark starts a peer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--world", type=Path, required=True, help="folder of a saved world")
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--batch", action="store_true", help="all crops in one run, all codes in one search")
    return parser.parse_args()
