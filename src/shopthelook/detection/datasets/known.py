"""What is known in a picture: of which labels every object in it should have a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.labels import KNOWN_FROM, LabelSpace
from shopthelook.detection.datasets.picture import LabelledPicture

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Known:
    """What is known in the pictures of a data set, in the labels of a space.

    A federated picture says it itself: a label of the space is known where all labels of the data set that mean it are
    settled, and there is one. In any other it is what the data set labels at all, so from `KNOWN_FROM` boxes in such
    pictures on, but for what the picture has not all its boxes of.
    """

    def __init__(self, data: DataSet, space: LabelSpace) -> None:
        self.space = space
        found = [space.find(*one) for one in zip(data.names, data.categories, strict=True)]
        self.place = np.array([-1 if one is None else one for one in found], np.int64)
        """``(names,)``: the label of each of the data set's names, -1 for none."""
        # What a federated picture has boxes of says nothing of other pictures.
        ordinary = [picture.labels for picture in data.pictures if not picture.is_federated]
        counts = self._count(np.concatenate([np.zeros(0, np.int64), *ordinary]))
        self.at_all = _at_all(data, space, counts)
        """``(labels of the space,)`` bool: what the data set labels at all."""
        self._names = self._count(np.arange(len(self.place)))

    def of(self, picture: LabelledPicture) -> NDArray[np.bool_]:
        """``(labels of the space,)`` bool: what is known in the picture."""
        known = self.at_all
        if picture.is_federated:
            settled = self._count(np.flatnonzero(picture.settled(len(self.place))))
            known = (settled == self._names) & (self._names > 0)
        elif picture.partial:
            known = known & (self._count(np.array(sorted(picture.partial))) == 0)
        return known

    def spoken(self, picture: LabelledPicture) -> NDArray[np.bool_]:
        """``(labels of the space,)`` bool: the labels whose boxes in the picture are objects to learn from."""
        return np.full(len(self.space), True) if picture.is_federated else self.at_all

    def _count(self, names: NDArray[np.int64]) -> NDArray[np.int64]:
        """How often the data set's ``names`` mean each label."""
        labels = self.place[names]
        return np.bincount(labels[labels >= 0], minlength=len(self.space))


def _at_all(data: DataSet, space: LabelSpace, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not data.complete:
        return counts >= KNOWN_FROM
    if space.is_coarse:
        return np.full(len(space), True)
    # What has no box there is background; but what the data set calls by another name is not absent.
    coarse = set(space.coarse_of[counts > 0].tolist())
    return np.array([n > 0 or c not in coarse for n, c in zip(counts, space.coarse_of, strict=True)], bool)
