"""What a peer needs of the shop: codes of products, what to show of them, where to look for each kind of object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook import Shop
from shopthelook.pipeline.asking import searched_for
from shopthelook.pipeline.regions import regions


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Products, and where to look.

    Attributes:
        codes: (n, bytes) uint8.
        positions: (n,) int64, the products' places in the taxonomy's depth-first order.
        shown: what an answer says of each product.
        spans: by the id of an object's category, half-open ranges of positions.
    """

    codes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    shown: list[dict[str, Any]]
    spans: dict[int, list[tuple[int, int]]]

    def rows(self, category: int) -> NDArray[np.int64]:
        """The products to look among for an object of this category."""
        inside = [(self.positions >= low) & (self.positions < high) for low, high in self.spans[category]]
        return np.flatnonzero(np.logical_or.reduce(inside))

    def save(self, folder: Path) -> None:
        np.savez(folder / "world.npz", codes=self.codes, positions=self.positions)
        (folder / "world.json").write_text(json.dumps({"shown": self.shown, "spans": self.spans}))

    @classmethod
    def load(cls, folder: Path) -> World:
        arrays = np.load(folder / "world.npz")
        said = json.loads((folder / "world.json").read_text())
        spans = {int(key): [(low, high) for low, high in value] for key, value in said["spans"].items()}
        return cls(arrays["codes"], arrays["positions"], said["shown"], spans)


def world_of(shop: Shop) -> World:
    """All products of the shop that can be found, sorted by id."""
    batches = list(shop.catalog.codes(None, shop.embedder_bundle.key))
    ids = [key for batch in batches for key in batch.ids]
    records = shop.catalog.products(ids)
    place = {category.id: category.position for category in shop.taxonomy}
    shown = [
        {
            "product_id": key,
            "title": records[key].product.title,
            "price": str(records[key].product.price),
            "link": records[key].product.link,
            "image": records[key].image_hash,
        }
        for key in ids
    ]
    spans = {}
    for category in shop.detector.categories:
        (region,) = regions(shop.taxonomy, searched_for(shop, category), branches=True, relax=False)
        spans[category.id] = list(region.spans or ())
    positions = [place.get(int(one), -1) for batch in batches for one in batch.category_ids]
    return World(np.concatenate([batch.codes for batch in batches]), np.array(positions), shown, spans)
