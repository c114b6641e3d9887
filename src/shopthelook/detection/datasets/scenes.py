"""Pictures with boxes in the labels of a detector, for training and measuring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry
from shopthelook.datasets.splits import Split
from shopthelook.detection.datasets.dataset import DataSet, open_data
from shopthelook.detection.datasets.known import Known
from shopthelook.detection.datasets.labels import LabelSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LabelledScene:
    """One picture and its boxes.

    ``boxes`` is ``(n, 4)`` float32 xyxy in pixels of a picture ``size`` (width, height), each with an area within
    it; ``labels`` is ``(n,)`` int64, indices into the label space. ``known`` is ``(labels of the space,)`` bool: the
    labels of which every object in the picture should have a box; an object of another label may be in it without
    one, or with one. ``guessed`` says that some box is a guess: good to learn from, nothing to hold a detector's box
    against.
    """

    path: Path
    size: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    split: Split
    known: NDArray[np.bool_]

    def counted(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The boxes and labels to measure by: those of labels that are known in the picture."""
        kept = self.known[self.labels]
        return self.boxes[kept], self.labels[kept]

    guessed: bool = False


def read_scenes(
    folder: Path | DataSet, space: LabelSpace | None = None, *, labels_of: str | None = None
) -> list[LabelledScene]:
    """Read all pictures of a data set, in the order of their paths.

    A label that ``space`` lacks is left out, and so is one with fewer than `KNOWN_FROM` boxes, but for federated
    pictures: these say themselves what is known in them (see `LabelledPicture.settled`), and a label of the space is
    where all labels of the data set that mean it are settled, and there is one. Boxes are cut to the picture; those
    without area are left out too.

    Args:
        folder: the data set, or its folder as `open_data` takes it.
        space: the labels to speak; the coarse categories when left out.
        labels_of: name of the label map, as `open_data` takes it.

    Raises:
        DataError: when there is no such data set, it cannot be parsed or a picture is missing.
    """
    data = folder if isinstance(folder, DataSet) else open_data(folder, labels_of)
    space = space or LabelSpace.coarse()
    known = Known(data, space)
    scenes = []
    for picture in data.pictures:
        boxes = geometry.clip(picture.boxes, *picture.size)
        labels = known.place[picture.labels]
        spoken = np.append(known.spoken(picture), False)  # the last one is what -1 takes
        kept = spoken[labels] & (geometry.area(boxes) > 0)
        scenes.append(
            LabelledScene(
                picture.path,
                picture.size,
                boxes[kept],
                labels[kept],
                picture.split(),
                known.of(picture),
                picture.guessed,
            )
        )
    return sorted(scenes, key=lambda scene: scene.path)
