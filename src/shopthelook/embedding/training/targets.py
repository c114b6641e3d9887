"""What the tasks of a recipe ask of the views: which classes there are, and which of them a view is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shopthelook.embedding.training.recipe import Recipe, Task
from shopthelook.embedding.views import View
from shopthelook.errors import ShopError
from shopthelook.taxonomy import Taxonomy

UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Target:
    """A task with its classes, in the order of the output's columns.

    ``share`` is the share of drawn pictures that have a class; ``left_out`` are the values that too few samples have,
    each with their number. Categories are the texts of their ids.
    """

    task: Task
    classes: tuple[str, ...]
    share: float
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.task.called

    def of(self, views: Sequence[View], names: Sequence[str]) -> list[int]:
        """The number of each view's class, `UNKNOWN` for none; ``names`` are those of the views' data sets."""
        number = {label: i for i, label in enumerate(self.classes)}
        return [
            number.get(value_of(self.task, view), UNKNOWN) if _asks(self.task, name) else UNKNOWN
            for view, name in zip(views, names, strict=True)
        ]


def value_of(task: Task, view: View) -> str:
    """What a view is in the words of a task, "" where nobody knows."""
    if task.of_things:
        return view.instance or ""
    if task.kind == "category":
        return "" if view.category < 0 else str(view.category)
    return view.labels.get(task.label or "gender", "")


def make_targets(recipe: Recipe, groups: Sequence[Sequence[View]]) -> tuple[Target, ...]:
    """The tasks of a recipe on training views, a group a data set in its order.

    A task of which fewer than two classes are left is left out (a category needs one); see `left_out`.

    Raises:
        ShopError: no view has a category, or no task is left to learn codes by.
    """
    targets = []
    for task in recipe.tasks:
        counts: Counter[str] = Counter()
        for use, views in zip(recipe.data.sets, groups, strict=True):
            if _asks(task, use.name):
                counts.update(filter(None, (value_of(task, view) for view in views)))
        kept = sorted(value for value, n in counts.items() if n >= task.fewest)
        few = {value: n for value, n in sorted(counts.items()) if n < task.fewest}
        if len(kept) >= (1 if task.kind == "category" else 2):
            targets.append(Target(task, tuple(kept), _share(task, recipe, groups, set(kept)), few))
    names = [target.name for target in targets]
    if "category" not in names:
        raise ShopError(
            f"no coarse category has the {_category(recipe).fewest} training views that the recipe asks for: give "
            "the views categories, or lower the task's 'least'"
        )
    learns = any(target.task.of_things or target.task.on == "embedding" for target in targets)
    if not learns and recipe.model.start == "random":
        raise ShopError(
            "no task is left that teaches the embedding: too few training views have what they ask for"
        )
    return tuple(targets)


def left_out(recipe: Recipe, targets: Iterable[Target]) -> list[str]:
    """Sentences that say which tasks and values are not learnt, for the log and the card."""
    made = {target.name: target for target in targets}
    told = []
    for task in recipe.tasks:
        if task.called not in made:
            told.append(f"{task.called}: left out, fewer than two values have {task.fewest} training views")
            continue
        few = made[task.called].left_out
        if not few:
            continue
        needed = f"fewer than {task.fewest} training view{'s' * (task.fewest > 1)}"
        if task.of_things:
            told.append(f"{task.called}: {len(few)} things left out that have {needed}")
        else:
            listed = ", ".join(f"{_word(task, value)} ({n})" for value, n in few.items())
            told.append(f"{task.called}: left out, with {needed}: {listed}")
    return told


def _word(task: Task, value: str) -> str:
    return Taxonomy.builtin().get(int(value)).name if task.kind == "category" else value


def _category(recipe: Recipe) -> Task:
    return next(task for task in recipe.tasks if task.kind == "category")


def _asks(task: Task, name: str) -> bool:
    return not task.sets or name in task.sets


def _share(task: Task, recipe: Recipe, groups: Sequence[Sequence[View]], kept: set[str]) -> float:
    """The share of drawn pictures with a class."""
    total = sum(use.weight for use in recipe.data.sets)
    found = 0.0
    for use, views in zip(recipe.data.sets, groups, strict=True):
        if not _asks(task, use.name):
            continue
        if use.by != "view":
            # A view is drawn by its instance: what has many views counts once.
            of_one = Counter(view.instance for view in views if view.instance)
            odds = [1 / (len(of_one) * of_one[view.instance]) if view.instance else 0.0 for view in views]
        else:
            odds = [1 / len(views)] * len(views)
        known = sum(odd for odd, view in zip(odds, views, strict=True) if value_of(task, view) in kept)
        found += use.weight / total * known
    return found
