"""What is in a set of views."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from shopthelook.datasets.splits import Split
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import ViewSet, coarse_categories

NO_CATEGORY = "(no coarse category)"


def count(data: ViewSet) -> dict[str, Counter[str]]:
    """What there is of each thing in each split, by name.

    ``instances`` counts those that are known, ``matches`` those with two views or more, ``scenes and products`` those
    with views of both roles: what a search from a scene for a product can be measured with.
    """
    found: dict[str, Counter[str]] = {}
    for split in get_args(Split):
        views = data.of_split(split)
        roles = Counter(view.role for view in views)
        instances: dict[str, list[View]] = {}
        for view in views:
            if view.instance is not None:
                instances.setdefault(view.instance, []).append(view)
        several = [some for some in instances.values() if len(some) > 1]
        both = sum(len({view.role for view in some}) == 2 for some in several)
        for name, n in (
            ("pictures", len({view.path for view in views})),
            ("views", len(views)),
            ("scene", roles["scene"]),
            ("product", roles["product"]),
            ("instances", len(instances)),
            ("matches", len(several)),
            ("scenes and products", both),
        ):
            found.setdefault(name, Counter())[split] = n
    return found


def count_categories(views: Iterable[View]) -> dict[str, Counter[str]]:
    """Views of each coarse category in each split, the most frequent first."""
    names = {category.id: category.name for category in coarse_categories()}
    return _sorted((names.get(view.category, NO_CATEGORY), view.split) for view in views)


def count_labels(views: Iterable[View]) -> dict[str, dict[str, Counter[str]]]:
    """Views of each value of each label in each split, the most frequent first."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for view in views:
        for name, value in view.labels.items():
            pairs.setdefault(name, []).append((value, view.split))
    return {name: _sorted(pairs[name]) for name in sorted(pairs)}


def _sorted(pairs: Iterable[tuple[str, str]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for name, split in pairs:
        found.setdefault(name, Counter())[split] += 1
    return dict(sorted(found.items(), key=lambda one: (-one[1].total(), one[0])))
