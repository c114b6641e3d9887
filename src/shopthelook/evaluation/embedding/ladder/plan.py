"""What a ladder is made of, as a TOML file says it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from shopthelook.evaluation.report.files import file_name
from shopthelook.training.tables import RecipeError, build, check, parse


class LadderError(RecipeError):
    """A ladder that cannot be climbed; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What the bundles are measured on: sets of views by their folders, relative to the ladder's file.

    ``detector`` cuts queries out of scenes, "" for the given boxes only. ``distractors`` are all there are when left
    out. ``same`` is as in `shopthelook eval retrieval --same`.
    """

    retrieval: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    distractor_data: tuple[str, ...] = ()
    distractors: int = -1
    split: Literal["train", "val", "test", "all"] = "test"
    detector: str = "detector-lite"
    same: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(bool(self.retrieval or self.attributes), "retrieval or attributes must name a set of views")


@dataclass(frozen=True, slots=True)
class Rung:
    """A variant: the recipe of another one, and what is changed of it.

    Attributes:
        name: what tables call it.
        on: the variant that it changes, the one before it when left out; "recipe" for the ladder's recipe itself.
        tables: titles of the tables that it is a row of, one table when left out.
        set: new values by the key that they have in the recipe, as in {"training.epochs" = 3}; a task or a data set in
            a list goes by its name, as in "tasks.color.weight".
        add_tasks, drop_tasks: whole tasks, and names of tasks.
        add_sets, drop_sets: data sets to train on, as the recipe has them, and their names; tasks forget dropped ones.
    """

    name: str
    on: str = ""
    tables: tuple[str, ...] = ()
    set: dict[str, Any] = field(default_factory=dict)
    add_tasks: tuple[dict[str, Any], ...] = ()
    drop_tasks: tuple[str, ...] = ()
    add_sets: tuple[dict[str, Any], ...] = ()
    drop_sets: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """Its name as that of a file: "+Color" is "plus-color"."""
        return file_name(self.name.replace("+", " plus ").replace("-", " minus "))


@dataclass(frozen=True, slots=True)
class _Whole:
    recipe: str
    measure: Measure
    variants: tuple[Rung, ...]
    data: dict[str, Any] = field(default_factory=dict)
    summary: str = ""

    def __post_init__(self) -> None:
        check(bool(self.variants), "variants must name at least one")
        check(all(isinstance(one, str) for one in self.data.values()), "data is a table of NAME = FOLDER")
        slugs = [one.slug for one in self.variants]
        for i, one in enumerate(self.variants):
            check(slugs.count(one.slug) == 1, f"two variants have the name {one.name!r}, or nearly so")
            before = [other.name for other in self.variants[:i]]
            check(
                one.on in ("", "recipe", *before), f"{one.name!r} is on {one.on!r}, which is none before it"
            )


@dataclass(frozen=True, slots=True)
class Ladder(_Whole):
    """A whole ladder, checked; folders in it are relative to ``folder``."""

    folder: Path = Path()

    @classmethod
    def read(cls, path: Path) -> Ladder:
        """Read a ladder's TOML file.

        Raises:
            RecipeError: it cannot be read, or holds an unknown or missing key or a value of another type.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LadderError(f"{path}: this ladder cannot be read: {error}") from None
        whole = build(_Whole, parse(text, str(path)), str(path))
        fields = {one.name: getattr(whole, one.name) for one in dataclasses.fields(whole)}
        return cls(**fields, folder=path.parent)

    def base(self, place: int) -> int | None:
        """The place of the variant that the one at ``place`` changes; None for the ladder's recipe."""
        one = self.variants[place]
        if one.on == "recipe" or (not one.on and place == 0):
            return None
        names = [other.name for other in self.variants]
        return names.index(one.on) if one.on else place - 1

    @property
    def tables(self) -> dict[str, tuple[int, ...]]:
        """The places of the variants of each table, by its title, in the order of the file."""
        found: dict[str, tuple[int, ...]] = {}
        for i, one in enumerate(self.variants):
            for title in one.tables or ("variants",):
                found[title] = (*found.get(title, ()), i)
        return found

    def path(self, text: str) -> Path:
        """A folder that the ladder names."""
        return self.folder / text
