"""What the heads of an embedder can say of views of which the truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.datasets.errors import DataError
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.embedding.views import View, ViewSet
    from shopthelook.evaluation.embedding.asking import Part
    from shopthelook.models import Bundle

CATEGORY = "category"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What a head is asked: n views whose value of the attribute is known, and can be said.

    ``values`` are what can be said, and ``columns`` (labels,) int64 which of them each column of the head's scores
    stands for (-1 for one that is left aside): labels of one coarse category are one value. ``truth`` (n,) int64 are
    indices into ``values``. Below the score ``least`` the head says nothing in serving. ``unsayable`` counts the views
    that were left out since their value is none of the head's.
    """

    head: str
    values: tuple[str, ...]
    columns: NDArray[np.int64]
    least: float
    views: tuple[View, ...]
    truth: NDArray[np.int64]
    unsayable: int


def questions(
    bundle: Bundle, data: ViewSet, split: Part, names: Sequence[str] = ()
) -> tuple[list[Question], int]:
    """What the heads of a bundle can be asked about the views of a split, and how many views that split has.

    Of ``names`` only, where there are any. Texts of labels are compared without regard to case.

    Raises:
        DataError: the split has no views, or none of the heads can be asked.
    """
    views = [view for view in data.views if split in ("all", view.split)]
    if not views:
        raise DataError(f"{data.folder}: none of its {len(data.views):,} views is of the split {split!r}")
    found = []
    for head in (CATEGORY, *(head.name for head in bundle.card.heads)):
        if names and head not in names:
            continue
        asked = _category(bundle, views) if head == CATEGORY else _attribute(bundle, head, views)
        if asked.views:
            found.append(asked)
    return found, len(views)


def _category(bundle: Bundle, views: Sequence[View]) -> Question:
    taxonomy = Taxonomy.builtin()
    rolled = [taxonomy.coarse(taxonomy.get(label.category_id)) for label in bundle.card.labels]
    ids = list(dict.fromkeys(one.id for one in rolled if one is not None))
    columns = np.array([-1 if one is None else ids.index(one.id) for one in rolled], np.int64)
    names = tuple(taxonomy.get(one).name for one in ids)
    known = [view for view in views if view.category >= 0]
    able = [view for view in known if view.category in ids]
    truth = np.array([ids.index(view.category) for view in able], np.int64)
    return Question(CATEGORY, names, columns, 0.0, tuple(able), truth, len(known) - len(able))


def _attribute(bundle: Bundle, name: str, views: Sequence[View]) -> Question:
    [head] = (head for head in bundle.card.heads if head.name == name)
    place = {label.casefold(): i for i, label in enumerate(head.labels)}
    known = [view for view in views if view.labels.get(name)]
    able = [view for view in known if view.labels[name].casefold() in place]
    truth = np.array([place[view.labels[name].casefold()] for view in able], np.int64)
    columns = np.arange(len(head.labels))
    return Question(name, head.labels, columns, head.least, tuple(able), truth, len(known) - len(able))
