"""Made products: codes with neighbourhoods, categories of unequal size, attributes, and queries near them.

A product is a point in 48 dimensions, the later ones ever smaller: the sum of its category's point, its
style's point and a part of its own. Random hyperplanes turn it into bits, after noise that flips those of
the bits whose hyperplane is near, as an embedder's threshold does. A query is a product's point moved a little, as
a photo of the product in a room is: its nearest are products of its style, not one single row. Uniform noise
would have all rows equally far, and no index could tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes
from shopthelook.retrieval.query import Filter, In, Range

CATEGORIES = 30
_DIMENSIONS = 48
_STYLES = 2000
_BRANDS = 100
_COLORS = ("black", "white", "grey", "brown", "blue", "green", "red", "beige", "pink", "gold", "navy", "teal")
_CHUNK = 20_000

Finding: TypeAlias = Callable[[int | None], NDArray[np.int64] | None]
"""The rows that a filter leaves, those of a category only where there is one; None for all."""


@dataclass(frozen=True, eq=False)
class World:
    """n products in the order of their categories, and q queries.

    codes: (n, bits // 8); positions, styles: (n,); scores: (n,), even between 0 and 1 and telling nothing;
    starts: (CATEGORIES + 1,), the first row of each category; queries: (q, bits // 8); query_categories: (q,).
    """

    codes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    styles: NDArray[np.int64]
    scores: NDArray[np.float64]
    starts: NDArray[np.int64]
    queries: NDArray[np.uint8]
    query_categories: NDArray[np.int64]

    def attributes(self, start: int, end: int) -> list[Attributes]:
        """Brand and price tell nothing of the code; style and colour do."""
        rng = np.random.default_rng(start)
        brands = rng.zipf(1.3, end - start) % _BRANDS
        prices = np.round(rng.lognormal(4, 1, end - start), 2)
        return [
            {
                "brand": (f"brand {brand}",),
                "price": (price,),
                "score": (score,),
                "style": (f"style {style}",),
                "color": (_COLORS[style % len(_COLORS)],),
            }
            for brand, price, score, style in zip(
                brands.tolist(),
                prices.tolist(),
                self.scores[start:end].tolist(),
                self.styles[start:end].tolist(),
                strict=True,
            )
        ]

    def filters(self) -> list[tuple[str, Filter | None, Finding]]:
        """Name, filter and what finds its rows by NumPy: filters correlated with the codes and not."""
        found: list[tuple[str, Filter | None, Finding]] = [("100%", None, lambda _category: None)]
        by_score = np.argsort(self.scores)
        scores = self.scores[by_score]
        by_style = np.argsort(self.styles, kind="stable")
        bounds = np.searchsorted(self.styles[by_style], np.arange(_STYLES + 1))

        def below(most: float, category: int | None) -> NDArray[np.int64]:
            return self._of_category(by_score[: np.searchsorted(scores, most, "right")], category)

        def of_styles(styles: list[int], category: int | None) -> NDArray[np.int64]:
            rows = np.concatenate([by_style[bounds[style] : bounds[style + 1]] for style in styles])
            return self._of_category(rows, category)

        sizes = np.bincount(self.styles, minlength=_STYLES)
        order = np.random.default_rng(1).permutation(_STYLES)
        for share in (0.1, 0.01, 0.001):
            name = f"{share * 100:g}%"
            found.append((f"{name} score", Range("score", None, share), partial(below, share)))
            count = int(np.searchsorted(np.cumsum(sizes[order]), share * len(self.codes))) + 1
            chosen = order[:count]
            found.append(
                (
                    f"{name} style",
                    In("style", tuple(f"style {style}" for style in chosen.tolist())),
                    partial(of_styles, chosen.tolist()),
                )
            )
        return found

    def _of_category(self, rows: NDArray[np.int64], category: int | None) -> NDArray[np.int64]:
        if category is None:
            return rows
        start, end = self.starts[category : category + 2]
        return rows[(rows >= start) & (rows < end)]


def made(n: int, bits: int, queries: int, seed: int = 0) -> World:
    """A world of `n` products; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    spread = 1 / np.sqrt(1 + np.arange(_DIMENSIONS) / 6)
    planes = rng.standard_normal((_DIMENSIONS, bits)).astype(np.float32)
    category_points = rng.standard_normal((CATEGORIES, _DIMENSIONS)) * spread * 1.2
    style_points = rng.standard_normal((_STYLES, _DIMENSIONS)) * spread
    shares = 1 / np.arange(1, CATEGORIES + 1) ** 1.1
    positions = np.sort(rng.choice(CATEGORIES, n, p=shares / shares.sum()))
    # A style belongs to one category; the larger a category is, the more styles it has.
    of_category = np.sort(rng.choice(CATEGORIES, _STYLES, p=shares / shares.sum()))
    of_category[:CATEGORIES] = np.arange(CATEGORIES)
    of_category.sort()
    first = np.searchsorted(of_category, np.arange(CATEGORIES + 1))
    # Skewed: the first styles of a category are the most common ones.
    within = rng.random(n) ** 2
    styles = first[positions] + (within * np.diff(first)[positions]).astype(np.int64)
    codes = np.empty((n, bits // 8), np.uint8)
    asked = rng.choice(n, queries, replace=False)
    query_codes = np.empty((queries, bits // 8), np.uint8)

    def to_codes(points: NDArray[np.float64]) -> NDArray[np.uint8]:
        heights = points.astype(np.float32) @ planes
        heights += rng.standard_normal(heights.shape, np.float32)
        return np.packbits(heights > 0, axis=1)

    for start in range(0, n, _CHUNK):
        end = min(n, start + _CHUNK)
        points = category_points[positions[start:end]] + style_points[styles[start:end]]
        points += rng.standard_normal(points.shape) * spread * 0.5
        codes[start:end] = to_codes(points)
        here = np.flatnonzero((asked >= start) & (asked < end))
        moved = points[asked[here] - start]
        query_codes[here] = to_codes(moved + rng.standard_normal(moved.shape) * spread * 0.3)
    starts = np.searchsorted(positions, np.arange(CATEGORIES + 1))
    return World(codes, positions, styles, rng.random(n), starts, query_codes, positions[asked])
