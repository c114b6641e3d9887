"""Finding views that are likely listed wrongly (appendix A.4 of the paper).

A scene and the product that is said to be in it should be near each other: a product whose picture is farther from the
scene than those of many others of its category is likely another one. How many others are nearer is a rank, so it means
the same for every embedder and category.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shopthelook.datasets.cleaning import corners, sha256_of
from shopthelook.embedding.views.cleaning.alike import same_things
from shopthelook.embedding.views.cleaning.ranks import nearer
from shopthelook.embedding.views.cleaning.seen import Seen
from shopthelook.embedding.views.cleaning.suspect import Action, Kind, Shown, ViewSuspect
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import ViewSet, coarse_categories
from shopthelook.images import picture_size


@dataclass(frozen=True, slots=True)
class Limits:
    """From when a view is suspect.

    ``nearer``: least share of the category's other products that are nearer to a scene than its own; ``sure``: least
    probability of a category that contradicts the one given.
    """

    nearer: float = 0.3
    sure: float = 0.8


def find_suspects(
    data: ViewSet, seen: Sequence[Seen | None], limits: Limits | None = None
) -> list[ViewSuspect]:
    """Views of a set that are likely listed wrongly, the likeliest first; each at most once, but for ``two-instances``.

    ``seen`` is what `look_at` says of its views; views that it could not read are left alone. Raises `DataError` for a
    picture that can be read no more.
    """
    return _Finding(data, seen, limits or Limits()).all()


class _Finding:
    def __init__(self, data: ViewSet, seen: Sequence[Seen | None], limits: Limits) -> None:
        self.data, self.views, self.seen, self.limits = data, data.views, seen, limits
        self.names = {category.id: category.full for category in coarse_categories()}
        self.readable = [i for i, one in enumerate(seen) if one is not None]
        self.of_instance: dict[str, list[int]] = {}
        for i in self.readable:
            instance = self.views[i].instance
            if instance is not None:
                self.of_instance.setdefault(instance, []).append(i)

    def all(self) -> list[ViewSuspect]:
        found: dict[int, ViewSuspect] = {}
        for suspects in (self._unlike(), self._two_categories(), self._category()):
            for i, suspect in suspects:
                found.setdefault(i, suspect)
        every = [*found.values(), *self._two_instances()]
        return sorted(every, key=lambda one: (-one.score, one.id))

    def _unlike(self) -> Iterator[tuple[int, ViewSuspect]]:
        """Scenes that are nearer to other products of the category than to their own."""
        for i, own, share in nearer(self.views, self.seen):
            if share >= self.limits.nearer:
                yield i, self._suspect("unlike", i, own, "apart", None, share)

    def _two_categories(self) -> Iterator[tuple[int, ViewSuspect]]:
        """Instances whose views are of two coarse categories; the one that fewer views have is asked about."""
        for rows in self.of_instance.values():
            with_one = [i for i in rows if self.views[i].category >= 0]
            counts: dict[int, int] = {}
            for i in with_one:
                counts[self.views[i].category] = counts.get(self.views[i].category, 0) + 1
            if len(counts) < 2:
                continue
            # Of as many, the product's word counts: its merchant knows what it is.
            asked, *_, other = sorted(
                with_one, key=lambda i: (counts[self.views[i].category], self.views[i].role == "product")
            )
            suggested = self.names[self.views[other].category]
            share = counts[self.views[other].category] / len(with_one)
            score = 0.5 + 0.5 * share
            yield asked, self._suspect("two-categories", asked, other, "relabel", suggested, score)

    def _category(self) -> Iterator[tuple[int, ViewSuspect]]:
        """Views that the embedder is sure are of another coarse category.

        Where it says so of each view of an instance, the instance's category is likely wrong, and the surest view is
        asked about; where some agree with it, the others likely show something else.
        """
        alone = [[i] for i in self.readable if self.views[i].instance is None]
        for rows in (*self.of_instance.values(), *alone):
            against = {i: found for i in rows if (found := self._against(i)) is not None}
            if len(against) == len(rows) and len({category for category, _ in against.values()}) == 1:
                i = max(rows, key=lambda i: (against[i][1], -i))
                category, score = against[i]
                yield i, self._suspect("category", i, None, "relabel", self.names[category], score)
                continue
            for i, (category, score) in against.items():
                agrees = next(j for j in rows if j not in against or against[j][0] != category)
                yield i, self._suspect("category", i, agrees, "apart", self.names[category], score)

    def _against(self, i: int) -> tuple[int, float] | None:
        """The coarse category that the embedder is sure of instead of the one given, and how likely that is."""
        seen, given = self.seen[i], self.views[i].category
        if seen is None or not seen.scores or given not in seen.scores:
            return None
        best, score = max(seen.scores.items(), key=lambda item: item[1])
        if best in (given, -1) or score < self.limits.sure:
            return None
        return best, score * (1 - seen.scores[given])

    def _two_instances(self) -> Iterator[ViewSuspect]:
        """Pictures of products that look alike, and boxes around one thing, with two instances."""
        for i, j, score in same_things(self.views, self.seen):
            yield self._suspect("two-instances", i, j, "join", None, score)

    def _suspect(
        self, kind: Kind, i: int, other: int | None, action: Action, suggested: str | None, score: float
    ) -> ViewSuspect:
        return ViewSuspect(
            kind,
            shown(self.views[i], self.names),
            None if other is None else shown(self.views[other], self.names),
            action,
            suggested,
            round(min(max(score, 0.0), 1.0), 4),
        )


def shown(view: View, names: dict[int, str]) -> Shown:
    """A view as a line says it. Raises `DataError` where its picture cannot be read."""
    return Shown(
        view.picture,
        sha256_of(view.path).hex(),
        picture_size(view.path),
        view.role,
        None if view.box is None else corners(view.box),
        None if view.mask is None else view.mask[1],
        view.instance,
        names.get(view.category),
    )
