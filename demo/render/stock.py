"""What may stand in a room, drawn so that over many rooms everything occurs."""

from pathlib import Path

import numpy as np

from .geometry import bounds
from .library import load
from .products import Product, seed_of


class Stock:
    """Products by category key.

    Each room (`turn`) starts its draws elsewhere in a fixed order of the products, so that over many
    rooms all occur equally often while every room depends on its own number alone.
    """

    def __init__(self, products: tuple[Product, ...], rng: np.random.Generator, libraries: Path):
        self.rng, self.libraries = rng, libraries
        self.by_key: dict[str, list[Product]] = {}
        for p in products:
            self.by_key.setdefault(p.model.category.key, []).append(p)
        self.turn = 0
        self.used: dict[str, int] = {}
        self._sizes: dict[str, np.ndarray] = {}

    def size(self, product: Product) -> np.ndarray:
        """(x, y, z) extent in metres."""
        if product.model.id not in self._sizes:
            low, high = bounds(load(product.model, self.libraries))
            self._sizes[product.model.id] = high - low
        return self._sizes[product.model.id]

    def draw(self, *keys: str, most=(9, 9, 9), least=(0, 0, 0)) -> Product | None:
        """A product of one of the keys whose size lies between `least` and `most`."""
        fits = [
            p
            for k in keys
            for p in self.by_key.get(k, [])
            if np.all(self.size(p) <= most) and np.all(self.size(p) >= least)
        ]
        if not fits:
            return None
        score = [
            (seed_of(p.id) / 2**32 + self.turn * 0.618034) % 1
            + 0.4 * self.rng.uniform()
            + self.used.get(p.id, 0)
            + 0.5 * self.used.get("model " + p.model.id, 0)
            for p in fits
        ]
        product = fits[int(np.argmin(score))]
        for name in (product.id, "model " + product.model.id):
            self.used[name] = self.used.get(name, 0) + 1
        return product
