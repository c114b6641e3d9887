"""What is asked (section 6.3.1): queries, and a corpus of their products and of others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from shopthelook.datasets.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.embedding.views import Role, View, ViewSet

Part: TypeAlias = Literal["train", "val", "test", "all"]
"""The views of a split, or all, for data that no training has seen."""

NOTHING = -1
"""What a picture shows that is a right answer to no query."""


@dataclass(frozen=True, slots=True, eq=False)
class Benchmark:
    """n queries of one role from one data set, and a corpus of m pictures.

    A picture of the corpus is right where ``shown`` (m,) int64 is the query's ``wanted`` (n,) int64; it is `NOTHING`
    for a distractor. ``groups`` (n,) int64 numbers what must be drawn together; ``barred`` (m,) int64 is the group
    whose queries a picture does not answer, -1 for none. ``same`` are the labels by which a picture is right, empty
    where it has to show the very thing. ``distractors`` counts the pictures that no query wants; ``unanswerable`` the
    queries that were left out since nothing in the corpus would be right.

    The corpus stands in an order that has nothing to do with what is right: equal distances rank by it.
    """

    name: str
    role: Role
    split: Part
    queries: tuple[View, ...]
    corpus: tuple[View, ...]
    wanted: NDArray[np.int64]
    shown: NDArray[np.int64]
    groups: NDArray[np.int64]
    barred: NDArray[np.int64]
    distractors: int
    unanswerable: int
    same: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What is asked, for reports."""
        if self.same:
            asked = "crops" if self.role == "scene" else "products"
            return f"{self.name}: {asked} of the same {' and '.join(self.same)}"
        return f"{self.name}: {'objects of scenes' if self.role == 'scene' else 'other views of products'}"


def ask(
    sets: Sequence[ViewSet],
    split: Part,
    distractors: Sequence[ViewSet] = (),
    number: int | None = None,
    same: Sequence[str] = (),
) -> list[Benchmark]:
    """The benchmarks that data sets have views for: of each set the objects of scenes, and the other views of products.

    A query's product is its instance's main picture in any of ``sets``: the views that are marked so, or else its
    first view of the role "product". The other products there, and the views of ``distractors``, are distractors: all
    of them, or ``number``, always the same ones, and the first ones of any greater number. What may show a thing that
    is asked for is none: a view of its instance, or one of no known instance from a query's group (its photo, its
    model).

    With ``same`` labels (or "category") views ask for others of the same role and labels in the same split, and those
    of their own group do not answer.

    Raises:
        DataError: nothing can be asked, there are fewer than ``number`` distractors, or two sets have one name.
    """
    folders: dict[str, Path] = {}
    for one in [*sets, *distractors]:
        if folders.setdefault(one.name, one.folder.resolve()) != one.folder.resolve():
            raise DataError(f"{one.folder}: another of the data sets is called {one.name!r} too")
    made = [_by_labels(one, split, tuple(same)) for one in sets] if same else _by_instance(sets, split)
    drafts = [draft for drafts in made for draft in drafts if draft.queries]
    if not drafts:
        names = ", ".join(one.name for one in sets)
        asked = f"agrees with another in {' and '.join(same)}" if same else "has a picture of its product"
        raise DataError(f"{names}: nothing to ask: no view of the split {split!r} {asked}")
    return [_complete(draft, sets, split, distractors, number, tuple(same)) for draft in drafts]


@dataclass(slots=True)
class _Draft:
    name: str
    role: Role
    queries: list[View]
    right: list[View]
    unanswerable: int


def _by_instance(sets: Sequence[ViewSet], split: Part) -> list[list[_Draft]]:
    mains = main_pictures(view for one in sets for view in one.views)
    shown = {view.key for views in mains.values() for view in views}
    made = []
    for one in sets:
        here = [view for view in one.views if view.instance and split in ("all", view.split)]
        drafts = []
        for role in ("scene", "product"):
            asked = [view for view in here if view.role == role and view.key not in shown]
            able = [view for view in asked if view.instance in mains]
            instances = dict.fromkeys(view.instance for view in able if view.instance)
            right = [view for instance in instances for view in mains[instance]]
            drafts.append(_Draft(one.name, role, able, right, len(asked) - len(able)))
        made.append(drafts)
    return made


def _by_labels(one: ViewSet, split: Part, same: tuple[str, ...]) -> list[_Draft]:
    drafts = []
    for role in ("scene", "product"):
        views = [
            view
            for view in one.views
            if view.role == role and split in ("all", view.split) and labels_of(view, same) is not None
        ]
        groups: dict[object, set[str]] = {}
        for view in views:
            groups.setdefault(labels_of(view, same), set()).add(view.group)
        able = [view for view in views if len(groups[labels_of(view, same)]) > 1]
        drafts.append(_Draft(one.name, role, able, views, len(views) - len(able)))
    return drafts


def main_pictures(views: Iterable[View]) -> dict[str, list[View]]:
    """The pictures that a shop would show of each instance, in the order of the views."""
    marked: dict[str, list[View]] = {}
    first: dict[str, list[View]] = {}
    for view in views:
        if view.instance and view.role == "product":
            first.setdefault(view.instance, [view])
            if view.main:
                marked.setdefault(view.instance, []).append(view)
    return first | marked


def labels_of(view: View, names: Sequence[str]) -> tuple[str, ...] | None:
    """The view's labels of these names, None where one is not known."""
    values = [
        (str(view.category) if view.category >= 0 else "")
        if name == "category"
        else view.labels.get(name, "")
        for name in names
    ]
    return tuple(value.casefold() for value in values) if all(values) else None


def _complete(
    draft: _Draft,
    sets: Sequence[ViewSet],
    split: Part,
    others: Sequence[ViewSet],
    number: int | None,
    same: tuple[str, ...],
) -> Benchmark:
    added = _distractors(draft, sets, others, same)
    if number is not None and len(added) < number:
        raise DataError(
            f"{draft.name}: there are {len(added):,} distractors, and {number:,} are asked for; "
            "'shopthelook dataset views distractors' makes more, for --distractor-data"
        )
    corpus = sorted([*draft.right, *added[:number]], key=_order)
    keys: dict[object, int] = {}

    def what(view: View) -> int:
        key = labels_of(view, same) if same else view.instance
        return NOTHING if key is None else keys.setdefault(key, len(keys))

    wanted = np.array([what(view) for view in draft.queries], np.int64)
    shown = np.array([what(view) for view in corpus], np.int64)
    shown[~np.isin(shown, wanted)] = NOTHING
    groups: dict[str, int] = {}
    numbers = [groups.setdefault(view.group, len(groups)) for view in draft.queries]
    barred = [groups.get(view.group, -1) if same else -1 for view in corpus]
    return Benchmark(
        draft.name,
        draft.role,
        split,
        tuple(draft.queries),
        tuple(corpus),
        wanted,
        shown,
        np.array(numbers, np.int64),
        np.array(barred, np.int64),
        int((shown == NOTHING).sum()),
        draft.unanswerable,
        same,
    )


def _distractors(
    draft: _Draft, sets: Sequence[ViewSet], others: Sequence[ViewSet], same: tuple[str, ...]
) -> list[View]:
    """All there are, each once, in the order in which they are taken."""
    own = [] if same else _products(sets)
    asked = {view.instance for view in draft.queries}
    photos = {view.group for view in draft.queries}
    there = {view.key for view in [*draft.queries, *draft.right]}
    candidates = {view.key: view for view in [*own, *(view for one in others for view in one.views)]}
    fit = [
        view
        for key, view in candidates.items()
        if key not in there
        and (view.instance is None or view.instance not in asked)
        and (view.instance is not None or view.group not in photos)
    ]
    return sorted(fit, key=_order)


def _products(sets: Sequence[ViewSet]) -> list[View]:
    views = [view for one in sets for view in one.views if view.role == "product"]
    mains = main_pictures(views)
    return [view for views in mains.values() for view in views] + [
        view for view in views if view.instance is None
    ]


def _order(view: View) -> bytes:
    return hashlib.sha256(view.key.encode()).digest()
