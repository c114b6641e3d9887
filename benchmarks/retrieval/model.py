"""A seeded model that extends real embeddings to any number of products and keeps their neighbourhoods.

It works on the embedder's outputs before their signs are taken (512 numbers; a code is their signs).

Categories. The coarse categories with enough pictures, the most frequent halved across the direction in which
their things differ most until there are 30, as finer categories would; their shares fall as 1 / rank ** 1.1.

A product descends from one real thing x of its category, its seed; some seeds have many more descendants than
others (1 + a Pareto number's weight), as some things are sold in many versions. With c the mean of the
category, y_1 .. y_64 the 64 real things nearest to x in the category (in all where the category has fewer than
128), and z, e standard normal:

    product = c + sqrt(1 - h**2) (x - c) + h / 8 sum_k z_k (y_k - x) + b e,    h = 0.8, b = 0.2

The third term walks in the directions in which real things near x differ, with their covariance; the
second shrinks the first so that the spread of the category stays; the last is what no picture shares. h and b are
chosen so that the distances to the nearest neighbours at 8,000 products are those of 8,000 real things and go on
falling, at more, as the real ones fall from 1,000 to 8,000 (`python -m benchmarks.retrieval.likeness`).

Styles are 400 clusters of the seeds' differences from their category's mean: a look that things of several
categories share. Queries are, in equal parts, real things that are no seeds, and products moved by what a second
look at a real thing (its box moved, half of them mirrored) changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.real import Real
from shopthelook.errors import ShopError

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

CATEGORIES = 30
STYLES = 400
NEIGHBOURS = 64
WALK, OWN = np.float32(0.8), np.float32(0.2)
_PARETO = 2.0
_LEAST_THINGS = 30  # a category with fewer has too few neighbours to walk between
_FEWEST = 300
_HELD_OUT = 9  # one real thing in so many is kept for queries


@dataclass(frozen=True, eq=False)
class Model:
    """m seeds and what is known of them; categories are numbered from the most frequent down.

    seeds: (m, d); categories, styles: (m,); centres: (CATEGORIES, d); near: (m, NEIGHBOURS), rows of seeds;
    weights: (m,), descendants to expect; held_out: (q, d), held_categories: (q,); moves: (p, d).
    """

    seeds: Floats
    categories: Numbers
    styles: Numbers
    centres: Floats
    near: Numbers
    weights: NDArray[np.float64]
    held_out: Floats
    held_categories: Numbers
    moves: Floats

    def descendants(self, parents: Numbers, rng: np.random.Generator) -> Floats:
        """The products (n, d) of these seeds (n,), which must be in order."""
        out = np.empty((len(parents), self.seeds.shape[1]), np.float32)
        seeds, firsts = np.unique(parents, return_index=True)
        for seed, first, end in zip(seeds, firsts, [*firsts[1:], len(parents)], strict=True):
            own, centre = self.seeds[seed], self.centres[self.categories[seed]]
            steps = rng.standard_normal((end - first, NEIGHBOURS), np.float32) * (WALK / NEIGHBOURS**0.5)
            out[first:end] = steps @ (self.seeds[self.near[seed]] - own)
            out[first:end] += centre + np.sqrt(1 - WALK**2) * (own - centre)
        out += OWN * rng.standard_normal(out.shape, np.float32)
        return out


def fitted(real: Real, seed: int = 0) -> Model:
    """The model of these embeddings; the same for the same ones. Raises `ShopError` where they are too few."""
    if len(real.floats) < _FEWEST:
        raise ShopError(f"{len(real.floats)} pictures are too few to extend; {_FEWEST} are needed")
    rng = np.random.default_rng(seed)
    categories = _numbered(real)
    rows = rng.permutation(np.flatnonzero(categories >= 0))
    held, kept = rows[: len(rows) // _HELD_OUT], rows[len(rows) // _HELD_OUT :]
    seeds, own = real.floats[kept], categories[kept]
    centres = np.stack([seeds[own == category].mean(axis=0) for category in range(CATEGORIES)])
    looks = seeds - centres[own]
    styles = nearest(looks, clustered(looks, min(STYLES, len(seeds) // 4), rng))
    near = np.empty((len(seeds), NEIGHBOURS), np.int64)
    for category in range(CATEGORIES):
        of_it = np.flatnonzero(own == category)
        among = of_it if len(of_it) >= 2 * NEIGHBOURS else np.arange(len(seeds))
        order = np.argsort(_squares(seeds[of_it], seeds[among]), axis=1)[:, 1 : NEIGHBOURS + 1]
        near[of_it] = among[order]
    weights = 0.3 + rng.pareto(_PARETO, len(seeds))
    return Model(
        seeds, own, styles, centres, near, weights, real.floats[held], categories[held], real.moves
    )  # fmt: skip


def clustered(points: Floats, count: int, rng: np.random.Generator, rounds: int = 8) -> Floats:
    """Centres (count, d) of k-means."""
    centres = points[rng.choice(len(points), count, replace=False)]
    for _ in range(rounds):
        owner = nearest(points, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, owner, points)
        sizes = np.bincount(owner, minlength=count)
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres).astype(
            np.float32
        )
    return centres


def nearest(points: Floats, centres: Floats) -> Numbers:
    """(n,) row of the centre nearest to each point."""
    return np.argmin(_squares(points, centres), axis=1).astype(np.int64)


def _numbered(real: Real) -> Numbers:
    """Each thing's category as a number below CATEGORIES, -1 for one that is left out."""
    ids, counts = np.unique(real.categories, return_counts=True)
    chosen = ids[np.argsort(-counts, kind="stable")][:CATEGORIES]
    groups = [np.flatnonzero(real.categories == one) for one in chosen]
    groups = [group for group in groups if len(group) >= _LEAST_THINGS] or groups[:1]
    while len(groups) < CATEGORIES:
        largest = groups.pop(int(np.argmax([len(group) for group in groups])))
        points = real.floats[largest] - real.floats[largest].mean(axis=0)
        along = points @ np.linalg.svd(points, full_matrices=False)[2][0]
        upper = along > np.median(along)
        groups += [largest[~upper], largest[upper]]
    numbers = np.full(len(real.floats), -1)
    for number, group in enumerate(sorted(groups, key=len, reverse=True)):
        numbers[group] = number
    return numbers


def _squares(a: Floats, b: Floats) -> Floats:
    """(n, m) squared distances, but for a term of each row of `a`."""
    squares: Floats = (b * b).sum(axis=1)[None] - 2 * (a @ b.T)
    return squares
