"""Which rows of features a training step sees: pairs of views of one thing, and labelled views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.embedding.training.data import View

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Rules:
    """How pairs are drawn.

    Attributes:
        pairs: pairs in a batch, at most.
        categories: categories in a batch. A search stays inside one category, so the negatives that count are
            things of the same one; a batch of all categories would mostly tell shoes from sofas.
        weights: how often a thing of a source is drawn, 1 where absent.
    """

    pairs: int = 512
    categories: int = 8
    weights: Mapping[str, float] | None = None


class Pairs:
    """The training things of a list of views, to draw batches from.

    Row `view * variants + variant` is what the batches speak of; it indexes features of shape
    (views * variants, d).
    """

    def __init__(self, views: Sequence[View], variants: int, rules: Rules | None = None) -> None:
        self.views, self.variants = views, variants
        self.rules = rules or Rules()
        things: dict[str, list[int]] = {}
        for number, view in enumerate(views):
            if view.split == "train":
                things.setdefault(view.thing, []).append(number)
        self.things = list(things.values())
        weights = self.rules.weights or {}
        # Things without a coarse category share one group, so that they too are negatives of each other.
        groups: dict[int, list[int]] = {}
        for thing, numbers in enumerate(self.things):
            groups.setdefault(views[numbers[0]].category, []).append(thing)
        self._groups = [np.array(group) for group in groups.values() if len(group) > 1]
        self._weights = np.array([weights.get(views[numbers[0]].source, 1.0) for numbers in self.things])
        if not self._groups:
            raise ValueError("no category has two things to tell apart in the split 'train'")

    def draw(self, rng: np.random.Generator) -> tuple[Rows, Rows]:
        """Return two arrays of m <= `rules.pairs` rows; row i of both shows one thing, all things differ."""
        sizes = np.sqrt([self._weights[group].sum() for group in self._groups])
        count = min(self.rules.categories, len(self._groups))
        chosen = rng.choice(len(self._groups), count, replace=False, p=sizes / sizes.sum())
        a, b = [], []
        for number in chosen:
            group = self._groups[number]
            weights = self._weights[group]
            size = min(len(group), self.rules.pairs // count)
            for thing in rng.choice(group, size, replace=False, p=weights / weights.sum()):
                first, second = self._two_looks(self.things[thing], rng)
                a.append(first)
                b.append(second)
        return np.array(a), np.array(b)

    def _two_looks(self, numbers: Sequence[int], rng: np.random.Generator) -> tuple[int, int]:
        """Choose two rows of one thing: of two views if it has them, across kinds if it has both."""
        first = int(rng.choice(numbers))
        others = [n for n in numbers if self.views[n].kind != self.views[first].kind]
        others = others or [n for n in numbers if n != first]
        if others:
            second, shift = int(rng.choice(others)), int(rng.integers(self.variants))
        else:
            second, shift = first, int(rng.integers(1, max(self.variants, 2)))
        variant = int(rng.integers(self.variants))
        return (
            first * self.variants + variant,
            second * self.variants + (variant + shift) % self.variants,
        )


class Labelled:
    """The training views with a category, to draw class-balanced batches from."""

    def __init__(self, views: Sequence[View], variants: int, least: int = 20) -> None:
        """`least`: views that a category must have in the split "train" to be learned."""
        self.variants = variants
        members: dict[int, list[int]] = {}
        for number, view in enumerate(views):
            if view.split == "train" and view.category >= 0:
                members.setdefault(view.category, []).append(number)
        self.categories = tuple(sorted(c for c, rows in members.items() if len(rows) >= least))
        if not self.categories:
            raise ValueError(f"no category has {least} views in the split 'train'")
        self._members = [np.array(members[category]) for category in self.categories]
        # Between equal shares of all categories and the shares of the data: rare ones count more than they
        # are, and not so much that every doubtful crop becomes one of them.
        sizes = np.sqrt([len(rows) for rows in self._members])
        self._shares = sizes / sizes.sum()

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Rows, NDArray[np.int64]]:
        """Return `count` rows and the index of each row's category in `categories`."""
        classes = rng.choice(len(self._members), count, p=self._shares)
        views = np.array([rng.choice(self._members[c]) for c in classes])
        return views * self.variants + rng.integers(self.variants, size=count), classes
