"""The labels that a detector speaks: the taxonomy's coarse categories, or the fine names of its data sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.dataset import DataSet, open_data
from shopthelook.taxonomy import Category, Taxonomy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

KNOWN_FROM = 5  # boxes of a label; with fewer, a data set does not count as labelling it


@dataclass(frozen=True, slots=True)
class Label:
    """One class of a detector: what it is called, and its category, which has a coarse one."""

    name: str
    category: Category


@dataclass(frozen=True)
class LabelSpace:
    """The ordered labels of a detector; a box's label is an index into them."""

    labels: tuple[Label, ...]
    is_coarse: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        taxonomy = Taxonomy.builtin()
        for label in self.labels:
            if taxonomy.coarse(label.category) is None:
                raise DataError(f"the label {label.name!r} has no coarse category: {label.category}")

    @classmethod
    def coarse(cls) -> LabelSpace:
        """The taxonomy's coarse categories in depth-first order."""
        categories = Taxonomy.builtin().coarse_categories
        return cls(tuple(Label(one.name, one) for one in categories), is_coarse=True)

    @classmethod
    def fine(cls, data: Iterable[Path | DataSet]) -> LabelSpace:
        """The names that data sets give their boxes, ordered by category and name.

        A label counts where one data set has `KNOWN_FROM` boxes of it and it has a coarse category. The same name
        in two data sets is one label if its coarse category is the same. Raises `DataError` for a folder that
        cannot be read.
        """
        taxonomy = Taxonomy.builtin()
        found: dict[tuple[str, int], Label] = {}
        for one in data:
            read = one if isinstance(one, DataSet) else open_data(one)
            counts = box_counts(read)
            for name, category, n in zip(read.names, read.categories, counts, strict=True):
                coarse = None if category is None else taxonomy.coarse(category)
                if category is not None and coarse is not None and n >= KNOWN_FROM:
                    found.setdefault((name.casefold(), coarse.id), Label(name, category))
        ordered = sorted(found.values(), key=lambda label: (label.category.position, label.name.casefold()))
        return cls(tuple(ordered))

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def coarse_of(self) -> NDArray[np.int64]:
        """``(len(self),)`` indices into `LabelSpace.coarse`: what each label rolls up to."""
        place = {one.id: i for i, one in enumerate(Taxonomy.builtin().coarse_categories)}
        rolled = (Taxonomy.builtin().coarse(label.category) for label in self.labels)
        return np.array([place[one.id] for one in rolled if one is not None], np.int64)

    def find(self, name: str, category: Category | None) -> int | None:
        """The label of a data set's ``name`` and ``category``: by coarse category, or by name in a fine space."""
        coarse = None if category is None else Taxonomy.builtin().coarse(category)
        if coarse is None:
            return None
        return self._places.get(("" if self.is_coarse else name.casefold(), coarse.id))

    @cached_property
    def _places(self) -> dict[tuple[str, int], int]:
        coarse = Taxonomy.builtin().coarse_categories
        return {
            ("" if self.is_coarse else label.name.casefold(), coarse[rolled].id): i
            for i, (label, rolled) in enumerate(zip(self.labels, self.coarse_of, strict=True))
        }


def box_counts(data: DataSet) -> NDArray[np.int64]:
    """``(names,)`` boxes of each of a data set's labels."""
    labels = [picture.labels for picture in data.pictures]
    return np.bincount(np.concatenate([np.zeros(0, np.int64), *labels]), minlength=len(data.names))
