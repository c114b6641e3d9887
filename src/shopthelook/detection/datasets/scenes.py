"""Pictures with boxes in the labels of a detector, for training and measuring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry
from shopthelook.detection.datasets.dataset import DataSet, open_data
from shopthelook.detection.datasets.labels import KNOWN_FROM, LabelSpace
from shopthelook.evaluation.splits import Split

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LabelledScene:
    """One picture and its boxes.

    ``boxes`` is ``(n, 4)`` float32 xyxy in pixels of a picture ``size`` (width, height), each with an area within
    it; ``labels`` is ``(n,)`` int64, indices into the label space. ``known`` is ``(labels of the space,)`` bool:
    what the picture's data set labels at all; another kind of object may be in the picture without a box. ``guessed``
    says that some box is a guess: good to learn from, nothing to hold a detector's box against.
    """

    path: Path
    size: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    split: Split
    known: NDArray[np.bool_]
    guessed: bool = False


def read_scenes(
    folder: Path | DataSet, space: LabelSpace | None = None, *, labels_of: str | None = None
) -> list[LabelledScene]:
    """Read all pictures of a data set, in the order of their paths.

    A label that ``space`` lacks, and one with fewer than `KNOWN_FROM` boxes, is left out. Boxes are cut to the
    picture; those without area are left out too.

    Args:
        folder: the data set, or its folder as `open_data` takes it.
        space: the labels to speak; the coarse categories when left out.
        labels_of: name of the label map, as `open_data` takes it.

    Raises:
        DataError: when there is no such data set, it cannot be parsed or a picture is missing.
    """
    data = folder if isinstance(folder, DataSet) else open_data(folder, labels_of)
    space = space or LabelSpace.coarse()
    found = [space.find(*one) for one in zip(data.names, data.categories, strict=True)]
    place = np.array([-1 if one is None else one for one in found], np.int64)
    spoken = [place[picture.labels] for picture in data.pictures]
    flat = np.concatenate([np.zeros(0, np.int64), *spoken])
    counts = np.bincount(flat[flat >= 0], minlength=len(space))
    known = _known(data, space, counts)
    spoken_of = np.append(known, False)  # the last one is what -1 takes
    scenes = []
    for picture, labels in zip(data.pictures, spoken, strict=True):
        boxes = geometry.clip(picture.boxes, *picture.size)
        kept = spoken_of[labels] & (geometry.area(boxes) > 0)
        scenes.append(
            LabelledScene(
                picture.path,
                picture.size,
                boxes[kept],
                labels[kept],
                picture.split(),
                known,
                guessed=picture.guessed,
            )
        )
    return sorted(scenes, key=lambda scene: scene.path)


def _known(data: DataSet, space: LabelSpace, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not data.complete:
        return counts >= KNOWN_FROM
    if space.is_coarse:
        return np.full(len(space), True)
    # What has no box there is background; but what the data set calls by another name is not absent.
    coarse = set(space.coarse_of[counts > 0].tolist())
    return np.array([n > 0 or c not in coarse for n, c in zip(counts, space.coarse_of, strict=True)], bool)
