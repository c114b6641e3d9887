"""Training pictures as a pure function of (seed, step, place in the batch).

So a run that was killed goes on with the same ones, and each of several devices makes its own share of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.embedding.training.augment import training_picture
from shopthelook.embedding.training.targets import UNKNOWN, Target
from shopthelook.embedding.views import load
from shopthelook.training.ahead import batches_ahead, places

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from numpy.typing import NDArray

    from shopthelook.embedding.training.recipe import PictureRule, SetUse
    from shopthelook.embedding.views import View


@dataclass(frozen=True, slots=True)
class Example:
    """What is shown of a view and, by a task's name, its class (-1 where nobody knows).

    ``shown`` is a picture (crop, crop, 3) uint8, or what a frozen backbone makes of one (width,) float16. ``drawn``
    holds, for instance tasks with more classes than compete in a step, the sorted numbers of those that do: the same
    for all of a batch.
    """

    shown: NDArray[np.uint8] | NDArray[np.float16]
    classes: Mapping[str, int]
    drawn: Mapping[str, NDArray[np.int64]]


class BatchStream:
    """Endless batches of augmented views.

    Args:
        groups: the views of each data set.
        uses: what the recipe says of each.
        targets: what is learnt.
        rule: how views become input.
        batch: pictures in a batch, over all devices.
        seed: of everything that is drawn.
        share: (this device's number, how many devices): it makes every so-manieth picture of a batch.
        workers: threads that make pictures.
        kept: features (n, looks, width) of each data set's views, shown in place of pictures.

    Raises:
        ValueError: a data set has no view, or none with an instance where it is drawn by these.
    """

    def __init__(
        self,
        groups: Sequence[Sequence[View]],
        uses: Sequence[SetUse],
        targets: Sequence[Target],
        rule: PictureRule,
        batch: int,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        workers: int = 1,
        kept: Sequence[NDArray[np.float16]] | None = None,
    ) -> None:
        if not groups or not all(groups):
            raise ValueError("every data set needs at least one view to train on")
        self.groups, self.targets, self.rule, self.size = groups, targets, rule, batch
        self.seed, self.share, self.workers, self.kept = seed, share, workers, kept
        weights = np.array([use.weight for use in uses])
        self.odds = weights / weights.sum()
        self.classes = [
            {one.name: one.of(group, [use.name] * len(group)) for one in targets}
            for use, group in zip(uses, groups, strict=True)
        ]
        self.by_instance = [
            _by_instance(group) if use.by != "view" else None for use, group in zip(uses, groups, strict=True)
        ]
        self.pairs = [use.by == "pair" for use in uses]
        self.drawn = lru_cache(maxsize=8)(self._drawn)

    def batches(self, start: int = 0) -> Generator[list[Example], None, None]:
        """This device's share of each batch from step ``start`` on; the next ones are made meanwhile."""
        mine: Sequence[int] = places(self.size, self.share)
        if any(self.pairs):  # what belongs together stays together
            mine = [
                place for pair in places(self.size // 2, self.share) for place in (2 * pair, 2 * pair + 1)
            ]
        return batches_ahead(self.example, mine, start, self.workers)

    def example(self, step: int, place: int) -> Example:
        """One picture of one batch."""
        which, index, rng = self._draw(step, place)
        shown: NDArray[np.uint8] | NDArray[np.float16]
        if self.kept is None:
            shown = training_picture(load(self.groups[which][index]), self.rule, rng)
        else:
            looks = self.kept[which][index]
            shown = looks[int(rng.integers(len(looks)))]
        classes = {name: numbers[index] for name, numbers in self.classes[which].items()}
        return Example(shown, classes, self.drawn(step))

    def _draw(self, step: int, place: int) -> tuple[int, int, np.random.Generator]:
        """A data set, the number of a view in it, and what draws the rest."""
        # From 1 on: a last zero in a seed changes nothing, the place would draw what the batch does.
        rng = np.random.default_rng((self.seed, step, place + 1))
        # Two places that may hold a pair draw alike until one of them takes its view.
        common = np.random.default_rng((self.seed, step, place // 2 + 1, 1)) if any(self.pairs) else rng
        which = int(common.choice(len(self.groups), p=self.odds))
        instances = self.by_instance[which]
        if instances is None:
            return which, int(rng.integers(len(self.groups[which]))), rng
        if not self.pairs[which]:
            same = instances[int(rng.integers(len(instances)))]
            return which, same[int(rng.integers(len(same)))], rng
        same = instances[int(common.integers(len(instances)))]
        order = common.permutation(len(same))
        return which, same[order[place % 2 % len(same)]], rng

    def _drawn(self, step: int) -> dict[str, NDArray[np.int64]]:
        """The classes that compete in a step, for tasks that do not take all (see `recipe.Task`)."""
        rng = np.random.default_rng((self.seed, step))
        found = {}
        for one in self.targets:
            count, most = len(one.classes), one.task.classes_per_step
            if one.task.kind != "instance" or not 0 < most < count:
                continue
            # Of the whole batch, not of this device's share: all devices solve one problem.
            drawn = [self._draw(step, place)[:2] for place in range(self.size)]
            shown = {self.classes[which][one.name][index] for which, index in drawn} - {UNKNOWN}
            others = [number for number in rng.choice(count, most, replace=False) if number not in shown]
            found[one.name] = np.sort(
                np.array([*shown, *others[: max(0, most - len(shown))]], dtype=np.int64)
            )
        return found


def _by_instance(group: Sequence[View]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for i, view in enumerate(group):
        if view.instance:
            found.setdefault(view.instance, []).append(i)
    if not found:
        raise ValueError("a data set that is drawn by instance needs views with an instance")
    return list(found.values())
