"""How many boxes of what a data set has in which split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from shopthelook.datasets.splits import Split
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.taxonomy import Taxonomy


def count(data: DataSet, splits: Sequence[Split | None], fine: bool = False) -> dict[str, Counter[Split]]:
    """Boxes of each category in each split, the most frequent category first.

    Categories are the coarse ones; labels without one are left out. With ``fine`` all labels count under their names.
    ``splits`` are those of the data set's pictures, None for one that cannot be read.
    """
    taxonomy = Taxonomy.builtin()
    coarse = [None if one is None else taxonomy.coarse(one) for one in data.categories]
    names = list(data.names) if fine else [None if one is None else one.name for one in coarse]
    found: dict[str, Counter[Split]] = {}
    for picture, split in zip(data.pictures, splits, strict=True):
        for label in picture.labels:
            name = names[label]
            if split is not None and name is not None:
                found.setdefault(name, Counter())[split] += 1
    return dict(sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0])))
