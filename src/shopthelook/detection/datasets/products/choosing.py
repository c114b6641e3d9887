"""Which products of a catalogue are candidates for the single-product data set, and in which order."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.labels import box_counts
from shopthelook.taxonomy import Category, Taxonomy

NO_PICTURE = "no picture"
NO_CATEGORY = "no category of the merchant"
NO_COARSE = "a category that no detector speaks of"
NOT_IN_SCENES = "a category that the scenes have no box of"
TWO_CATEGORIES = "its picture is of products of several categories"
SAME_PICTURE = "its picture is another product's too"


class CatalogueProduct(NamedTuple):
    """A product: ``category`` is the merchant's, None where a model predicted it; ``picture`` is its picture's hash."""

    id: str
    category: Category | None
    picture: str | None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that may come in: its picture's hash, its label in the data set, and the coarse category."""

    product: str
    group: str | None
    picture: str
    label: str
    category: Category
    coarse: Category


class SceneLabels:
    """The labels of the scene data: how many boxes each coarse category has, and what a product is called there."""

    def __init__(self, scenes: Sequence[DataSet]) -> None:
        self._taxonomy = Taxonomy.builtin()
        self.boxes: Counter[int] = Counter()
        """Boxes of each coarse category, by its id."""
        self._names: Counter[tuple[str, Category]] = Counter()
        self._meanings: dict[str, set[Category]] = {}
        for data in scenes:
            for name, category, n in zip(data.names, data.categories, box_counts(data), strict=True):
                coarse = None if category is None else self._taxonomy.coarse(category)
                if category is not None and coarse is not None and n:
                    self.boxes[coarse.id] += int(n)
                    self._names[name, category] += int(n)
                    self._meanings.setdefault(name, set()).add(category)

    def label_of(self, category: Category) -> tuple[str, Category]:
        """The scenes' label for a product of this category, so that fine labels meet, and that label's category.

        It is the finest that covers the category, of those the most frequent; the category's own path where none does.
        """
        covering = [
            (found.depth, n, name, found)
            for (name, found), n in self._names.items()
            if self._taxonomy.covers(found, category) and len(self._meanings[name]) == 1
        ]
        if not covering:
            return category.full, category
        _, _, name, found = max(covering, key=lambda one: (one[0], one[1], one[2]))
        return name, found


def choose(
    products: Iterable[CatalogueProduct], labels: SceneLabels, seed: int
) -> tuple[dict[int, list[Candidate]], Counter[str]]:
    """The candidates of each coarse category (by id), and how many products are left out for which reason.

    Their order is drawn by ``seed`` and follows from the pictures' hashes, so a catalogue that grows or is read in
    another order draws alike. A picture comes in once, and not at all where products of two labels share it.
    """
    taxonomy = Taxonomy.builtin()
    left_out: Counter[str] = Counter()
    by_picture: dict[str, list[Candidate]] = {}
    for product in products:
        coarse = None if product.category is None else taxonomy.coarse(product.category)
        if product.category is None:
            left_out[NO_CATEGORY] += 1
        elif product.picture is None:
            left_out[NO_PICTURE] += 1
        elif coarse is None:
            left_out[NO_COARSE] += 1
        elif not labels.boxes[coarse.id]:
            left_out[NOT_IN_SCENES] += 1
        else:
            name, category = labels.label_of(product.category)
            one = Candidate(product.id, product.group, product.picture, name, category, coarse)
            by_picture.setdefault(product.picture, []).append(one)
    found: dict[int, list[Candidate]] = {}
    for same in by_picture.values():
        if len({one.label for one in same}) > 1:
            left_out[TWO_CATEGORIES] += len(same)
            continue
        left_out[SAME_PICTURE] += len(same) - 1
        first = min(same, key=lambda one: one.product)
        found.setdefault(first.coarse.id, []).append(first)
    for some in found.values():
        some.sort(key=lambda one: hashlib.sha256(f"{seed} {one.picture}".encode()).digest())
    return found, +left_out
