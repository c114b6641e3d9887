"""The labels of a data set beside those of a detector: which mean the same, and what the copy is to call things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.taxonomy import Category, Taxonomy


@dataclass(frozen=True, slots=True)
class Spoken:
    """A label of the detector. ``covers`` are the data set's labels that it stands for: all of the coarse category that
    it means; where it means a finer one the label of the same name, else all of its coarse category too."""

    name: str
    category: Category
    coarse: int
    covers: tuple[int, ...]


class Vocabulary:
    """``spoken`` are the detector's labels that have a coarse category; ``kept`` the data set's labels that the copy
    has.

    A tag says less than a box: labels without any box give way to the detector's label that covers them.
    """

    def __init__(self, data: DataSet, labels: Sequence[tuple[str, Category]], boxed: set[int]) -> None:
        taxonomy = Taxonomy.builtin()
        coarse = [None if one is None else taxonomy.coarse(one) for one in data.categories]
        self.coarse = [None if one is None else one.id for one in coarse]
        self.spoken: list[Spoken] = []
        for name, category in labels:
            of = taxonomy.coarse(category)
            if of is None:
                continue
            if any(name.casefold() == one.name.casefold() for one in self.spoken):
                raise DataError(f"the detector has two labels that are called {name!r}")
            same = tuple(i for i, one in enumerate(self.coarse) if one == of.id)
            named = tuple(i for i in same if data.names[i].casefold() == name.casefold())
            self.spoken.append(Spoken(name, category, of.id, same if of.id == category.id else named or same))
        covered = {i for one in self.spoken for i in one.covers}
        spoken = {(one.name.casefold(), one.coarse) for one in self.spoken}
        named_so = {i for i in covered if (data.names[i].casefold(), self.coarse[i]) in spoken}
        self.kept = [i for i in range(len(data.names)) if i in boxed or i in named_so or i not in covered]
        places = {data.names[i].casefold(): i for i in self.kept}
        self.own: dict[str, int] = {}
        """The data set's label of the same name as a detector's, by the detector's name for it."""
        for one in self.spoken:
            place = places.get(one.name.casefold())
            if place is None:
                continue
            if self.coarse[place] != one.coarse:
                raise DataError(
                    f"{data.folder}: {data.names[place]!r} means {data.categories[place] or 'nothing to find'} there, "
                    f"and {one.category} to the detector; say what it means in labels.tsv"
                )
            self.own[one.name] = place
