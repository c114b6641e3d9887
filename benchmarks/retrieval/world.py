"""The products that are searched, their attributes, the filters and the queries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.keeping import kept, wrote
from benchmarks.retrieval.model import CATEGORIES, STYLES, Floats, Model, fitted
from benchmarks.retrieval.real import MOST, PICTURES, real
from shopthelook.retrieval import Attributes
from shopthelook.retrieval.query import Filter, In, Range

_SEED = 0
_BRANDS = 100
_COLORS = ("black", "white", "grey", "brown", "blue", "green", "red", "beige", "pink", "gold", "navy", "teal")
_CHUNK = 50_000

Finding: TypeAlias = Callable[[int | None], NDArray[np.int64] | None]
"""The rows that a filter leaves, those of a category only where there is one; None for all."""


@dataclass(frozen=True, eq=False)
class World:
    """n products in the order of their categories, and q queries.

    codes: (n, bits // 8); positions, styles: (n,); scores: (n,), even between 0 and 1 and telling nothing;
    starts: (CATEGORIES + 1,), the first row of each category; queries: (q, bits // 8); query_categories: (q,);
    key: tells this world from every other; source: the real data in words.
    """

    codes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    styles: NDArray[np.int64]
    scores: NDArray[np.float64]
    starts: NDArray[np.int64]
    queries: NDArray[np.uint8]
    query_categories: NDArray[np.int64]
    key: str
    source: str

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def bits(self) -> int:
        return int(self.codes.shape[1] * 8)

    def attributes(self, start: int, end: int) -> list[Attributes]:
        return attributes(start, self.styles[start:end], self.scores[start:end])

    def filters(self) -> list[tuple[str, Filter | None, Finding]]:
        """Name, filter and what finds its rows by NumPy: filters correlated with the codes and not."""
        found: list[tuple[str, Filter | None, Finding]] = [("100%", None, lambda _category: None)]
        rows = _Sorted(self)
        for share in (0.1, 0.01, 0.001):
            name = f"{share * 100:g}%"
            found.append((f"{name} score", Range("score", None, share), partial(rows.below, share)))
            styles = self._styles_of_share(share)
            names = tuple(f"style {style}" for style in styles)
            found.append((f"{name} style", In("style", names), partial(rows.of_styles, styles)))
        return found

    def _styles_of_share(self, share: float) -> tuple[int, ...]:
        """Styles that together have about this share of all products."""
        sizes = np.bincount(self.styles, minlength=STYLES)
        left, chosen = share * len(self), []
        for style in np.random.default_rng(1).permutation(STYLES).tolist():
            if 0 < sizes[style] <= left:
                chosen.append(style)
                left -= sizes[style]
        return tuple(chosen) or (int(np.argmin(np.where(sizes > 0, sizes, len(self)))),)


class _Sorted:
    """What finds rows for engines that know no attributes, made beforehand.

    The rows of everything and of each category by score, and those of each style, by category within.
    """

    def __init__(self, world: World) -> None:
        self._starts = world.starts
        self._by_score = np.argsort(world.scores)
        self._scores = world.scores[self._by_score]
        self._within = np.lexsort((world.scores, world.positions))
        self._scores_within = world.scores[self._within]
        self._by_style = np.argsort(world.styles, kind="stable")
        places = world.styles * CATEGORIES + world.positions
        self._bounds = np.searchsorted(places[self._by_style], np.arange(STYLES * CATEGORIES + 1))

    def below(self, most: float, category: int | None) -> NDArray[np.int64]:
        if category is None:
            return self._by_score[: np.searchsorted(self._scores, most, "right")]
        start, end = self._starts[category : category + 2]
        return self._within[start:end][: np.searchsorted(self._scores_within[start:end], most, "right")]

    def of_styles(self, styles: tuple[int, ...], category: int | None) -> NDArray[np.int64]:
        each = []
        for style in styles:
            first = style * CATEGORIES
            first, last = (first, first + CATEGORIES) if category is None else (first + category,) * 2
            each.append(self._by_style[self._bounds[first] : self._bounds[last + (category is not None)]])
        return np.concatenate(each)


def attributes(start: int, styles: NDArray[np.int64], scores: NDArray[np.float64]) -> list[Attributes]:
    """Of products from row `start` on. Brand and price tell nothing of the code; style and colour do."""
    rng = np.random.default_rng(start)
    brands = rng.zipf(1.3, len(styles)) % _BRANDS
    prices = np.round(rng.lognormal(4, 1, len(styles)), 2)
    columns = (brands.tolist(), prices.tolist(), scores.tolist(), styles.tolist())
    return [
        {
            "brand": (f"brand {brand}",),
            "price": (price,),
            "score": (score,),
            "style": (f"style {style}",),
            "color": (_COLORS[style % len(_COLORS)],),
        }
        for brand, price, score, style in zip(*columns, strict=True)
    ]


def world_of(n: int, bits: int, queries: int, pictures: Path = PICTURES, most: int = MOST) -> World:
    """A world made from at most so many things in pictures; kept in a file once made."""
    embedded = real(pictures, most)
    key = hashlib.sha256(repr((embedded.key, n, bits, queries, _SEED, 2)).encode()).hexdigest()[:16]
    path = kept(f"world-{key}.npz")
    if not path.is_file():
        arrays = made(fitted(embedded), n, bits, queries, _SEED)
        wrote(path, lambda half: np.savez(half, allow_pickle=False, **arrays))
    with np.load(path) as stored:
        return World(**{name: stored[name] for name in stored.files}, key=key, source=embedded.source)


def to_codes(points: Floats, bits: int) -> NDArray[np.uint8]:
    """Signs, as the embedder takes them; those of `bits` random projections where it has another number."""
    if points.shape[1] != bits:
        planes = np.random.default_rng(7).standard_normal((points.shape[1], bits), np.float32)
        points = points @ planes
    return np.packbits(points > 0, axis=1)


def made(model: Model, n: int, bits: int, queries: int, seed: int = 0) -> dict[str, NDArray[np.generic]]:
    """The arrays of a world of `n` products; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, CATEGORIES + 1) ** 1.1
    positions = np.sort(rng.choice(CATEGORIES, n, p=shares / shares.sum()))
    starts = np.searchsorted(positions, np.arange(CATEGORIES + 1))
    codes, styles = np.empty((n, bits // 8), np.uint8), np.empty(n, np.int64)
    held = min(queries // 2, len(model.held_out))
    asked = np.sort(rng.choice(n, queries - held, replace=n < queries - held))
    moved = []
    for category in range(CATEGORIES):
        of_it = np.flatnonzero(model.categories == category)
        weights = model.weights[of_it] / model.weights[of_it].sum()
        first, last = int(starts[category]), int(starts[category + 1])
        parents = np.sort(rng.choice(of_it, last - first, p=weights))
        # Not in the order of their seeds: a shop's products are in none.
        places = first + rng.permutation(last - first)
        styles[places] = model.styles[parents]
        for start in range(first, last, _CHUNK):
            end = min(last, start + _CHUNK)
            points = model.descendants(parents[start - first : end - first], rng)
            codes[places[start - first : end - first]] = to_codes(points, bits)
            moved.append(points[asked[(asked >= start) & (asked < end)] - start])
    products = np.concatenate(moved)
    products += model.moves[rng.choice(len(model.moves), len(products))]
    chosen = rng.choice(len(model.held_out), held, replace=False)
    order = rng.permutation(queries)
    points = np.concatenate([products, model.held_out[chosen]])[order]
    places_asked = np.concatenate([positions[asked], model.held_categories[chosen]])[order]
    return {
        "codes": codes,
        "positions": positions,
        "styles": styles,
        "scores": rng.random(n),
        "starts": starts,
        "queries": to_codes(points, bits),
        "query_categories": places_asked,
    }
