"""Questions with a known answer: which pictures ask, which pictures may answer, and how well it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.datasets.splits import Split
from shopthelook.embedding.training.data import View

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Benchmark:
    """Queries to be answered from a gallery, as a search does: among pictures of the query's category only.

    A query counts only if its category is known and the gallery holds its thing.
    """

    name: str
    data: str
    split: str
    queries: tuple[View, ...]
    gallery: tuple[View, ...]


def benchmarks(views: Sequence[View], split: Split) -> list[Benchmark]:
    """Return the benchmarks that `views` have pictures for, with queries of `split`."""
    held = [view for view in views if view.split == split]
    luma = [view for view in held if view.source == "luma-catalogue"]
    garments = [view for view in held if view.source == "garments"]
    fashion = [view for view in held if view.source == "fashion-scenes"]
    others, mains = [v for v in luma if not v.main], [v for v in luma if v.main]
    rooms = [view for view in held if view.source == "renders" and view.kind == "scene"]
    # Products of every split may answer: a shop has them all, and it makes the question harder.
    shop = [view for view in views if view.source == "renders" and view.main]
    found = [
        _benchmark("product views", "luma-catalogue", split, others, mains),
        _benchmark(
            "product views among garments", "luma-catalogue + garments", split, others, mains + garments
        ),
        _benchmark(
            "crop to cut-out",
            "fashion-scenes",
            split,
            [view for view in fashion if view.kind == "scene"],
            [view for view in fashion if view.kind == "product"],
        ),
        _benchmark("room to product", "renders", split, rooms, shop),
    ]
    return [benchmark for benchmark in found if benchmark.queries]


def demo_benchmark(views: Sequence[View]) -> Benchmark:
    """Return the question that the demo asks: each box of its rooms, among the products of its shop."""
    boxes = [view for view in views if view.kind == "scene"]
    return _benchmark("room to product", "demo", "test", boxes, [v for v in views if v.main])


def _benchmark(
    name: str, data: str, split: str, queries: Sequence[View], gallery: Sequence[View]
) -> Benchmark:
    answers = {(view.thing, view.category) for view in gallery}
    asked = [view for view in queries if view.category >= 0 and (view.thing, view.category) in answers]
    return Benchmark(name, data, split, tuple(asked), tuple(gallery))


def right_ranks(benchmark: Benchmark, distances: Floats) -> NDArray[np.intp]:
    """Return the rank, from 0, at which each query's first right answer comes: (q,).

    Args:
        distances: (q, g), smaller is closer; equal ones rank in the gallery's order.
    """
    asked = np.array([view.category for view in benchmark.queries])
    offered = np.array([view.category for view in benchmark.gallery])
    allowed = np.where(asked[:, None] == offered[None, :], distances, np.inf)
    order = np.argsort(allowed, axis=1, kind="stable")
    things = np.array([view.thing for view in benchmark.gallery])
    wanted = np.array([view.thing for view in benchmark.queries])
    right: NDArray[np.intp] = (things[order] == wanted[:, None]).argmax(1)
    return right


def top(ranks: NDArray[np.intp], k: int) -> float:
    """Return the share of queries whose right answer is among the first k."""
    return float((ranks < k).mean())


def cosine_distances(queries: Floats, gallery: Floats) -> Floats:
    """Return 1 - cosine of every query (q, d) with every gallery row (g, d): (q, g)."""
    a = queries / np.linalg.norm(queries, axis=1, keepdims=True).clip(1e-9)
    b = gallery / np.linalg.norm(gallery, axis=1, keepdims=True).clip(1e-9)
    return np.asarray(1 - a @ b.T, dtype=np.float32)


def bit_distances(queries: Floats, gallery: Floats) -> Floats:
    """Return the Hamming distances of the signs of (q, bits) and (g, bits): (q, g)."""
    a, b = np.where(queries > 0, 1.0, -1.0), np.where(gallery > 0, 1.0, -1.0)
    return np.asarray((a.shape[1] - a @ b.T) / 2, dtype=np.float32)
