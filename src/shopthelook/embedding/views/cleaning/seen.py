"""How the views of a set look: as pictures, and to embedders that were trained without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.likeness import Look, look_of
from shopthelook.embedding.views.cleaning.folds import fold_of_view
from shopthelook.embedding.views.loading import load_with_ground
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import coarse_id

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.taxonomy import Category

_BATCH = 64


class Made(Protocol):
    """What an embedder makes of n views: codes ``(n, bytes)`` uint8, category_scores ``(n, C)`` float32."""

    @property
    def codes(self) -> NDArray[np.uint8]: ...
    @property
    def category_scores(self) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Judge:
    """An embedder that judges views: what it makes of them, and the category of each column of its scores.

    ``make`` raises `DataError` for a picture that cannot be read.
    """

    make: Callable[[Sequence[View]], Made]
    categories: Sequence[Category]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is known of one view.

    ``look`` is that of a product's picture; ``fold`` says which judge looked at it; ``code`` ``(bytes,)`` uint8 and
    ``scores``, by the id of a coarse category, are what that one made of it, None without judges.
    """

    look: Look | None
    fold: int = 0
    code: NDArray[np.uint8] | None = None
    scores: dict[int, float] | None = None


def look_at(
    views: Sequence[View],
    judges: Sequence[Judge] = (),
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Seen | None]:
    """Look at views, in their order; None is a view whose picture or mask cannot be read.

    With k judges, judge i looks at the views of fold i (see `fold_of_view`) and should have been trained without them;
    one judge looks at all.
    """
    found: list[Seen | None] = [None] * len(views)
    done = 0
    for fold in range(max(len(judges), 1)):
        mine = [i for i, view in enumerate(views) if fold_of_view(view, max(len(judges), 1)) == fold]
        # Views of one picture are looked at together, so that it is decoded once.
        mine.sort(key=lambda i: views[i].picture)
        for start in range(0, len(mine), _BATCH):
            rows = mine[start : start + _BATCH]
            some = _pictures(views, rows, fold)
            for i, one in (_judged(views, some, judges[fold]) if judges else some).items():
                found[i] = one
            done += len(rows)
            progress(done, len(views))
    return found


def _pictures(views: Sequence[View], rows: Sequence[int], fold: int) -> dict[int, Seen]:
    found = {}
    for i in rows:
        try:
            # With its ground: where exactly that ends depends on how a copy was saved.
            look = look_of(load_with_ground(views[i])) if views[i].role == "product" else None
            found[i] = Seen(look, fold)
        except DataError:
            continue
    return found


def _judged(views: Sequence[View], some: dict[int, Seen], judge: Judge) -> dict[int, Seen]:
    rows = list(some)
    if not rows:
        return {}
    try:
        made = judge.make([views[i] for i in rows])
    except DataError:
        if len(rows) == 1:
            return {}
        return {i: one for row in rows for i, one in _judged(views, {row: some[row]}, judge).items()}
    coarse = [coarse_id(str(category.id)) for category in judge.categories]
    found = {}
    for i, code, scores in zip(rows, made.codes, made.category_scores.tolist(), strict=True):
        by_coarse: dict[int, float] = {}
        for category, score in zip(coarse, scores, strict=True):
            by_coarse[category] = by_coarse.get(category, 0.0) + score
        found[i] = Seen(some[i].look, some[i].fold, code, by_coarse)
    return found
