"""How many other products are nearer to a scene than the one that is said to be in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.embedding.binary import hamming
from shopthelook.embedding.views.cleaning.seen import Seen
from shopthelook.embedding.views.view import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_OTHERS = 10
"""Instances of a category with which a share says something."""
_ROWS = 256  # scenes at a time


def nearer(views: Sequence[View], seen: Sequence[Seen | None]) -> Iterator[tuple[int, int, float]]:
    """Yield each scene whose instance has a product's picture: (its index, that of the nearest such picture, share).

    The share is that of the other instances with a product's picture of the same coarse category, seen by the same
    embedder, whose nearest picture is nearer; half of those that are as near count. Scenes with fewer than
    `LEAST_OTHERS` to be compared with are left out.
    """
    groups: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
    for i, (view, one) in enumerate(zip(views, seen, strict=True)):
        if one is not None and one.code is not None and view.instance is not None:
            groups.setdefault((one.fold, view.category), ([], []))[view.role == "product"].append(i)
    for scenes, products in groups.values():
        # Pictures of one instance stand together, so that the nearest of each is one reduction.
        products.sort(key=lambda i: str(views[i].instance))
        names = [str(views[i].instance) for i in products]
        starts = [k for k, name in enumerate(names) if k == 0 or names[k - 1] != name]
        place = {names[k]: n for n, k in enumerate(starts)}
        judged = [i for i in scenes if views[i].instance in place]
        if len(starts) <= LEAST_OTHERS or not judged:
            continue
        codes = _codes(seen, products)
        for start in range(0, len(judged), _ROWS):
            rows = judged[start : start + _ROWS]
            apart = hamming(_codes(seen, rows), codes)  # (scenes, pictures)
            nearest = np.minimum.reduceat(apart, starts, axis=1)  # (scenes, instances)
            for i, row, least in zip(rows, apart, nearest, strict=True):
                own = place[str(views[i].instance)]
                end = starts[own + 1] if own + 1 < len(starts) else len(names)
                best = products[starts[own] + int(np.argmin(row[starts[own] : end]))]
                n = np.sum(least < least[own]) + 0.5 * (np.sum(least == least[own]) - 1)
                yield i, best, float(n) / (len(starts) - 1)


def _codes(seen: Sequence[Seen | None], rows: Sequence[int]) -> NDArray[np.uint8]:
    return np.stack([one.code for i in rows if (one := seen[i]) is not None and one.code is not None])
