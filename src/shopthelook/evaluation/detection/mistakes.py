"""The worst mistakes of a detector: what to look at before reading more figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.detection.data import coarse_names
from shopthelook.evaluation.detection.matching import exact_iou, greedy
from shopthelook.evaluation.detection.measuring import SAME_OBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.evaluation.detection.boxes import LabelledBoxes
    from shopthelook.evaluation.detection.data import Measured
    from shopthelook.evaluation.detection.predicting import Said

MOST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One mistake in a picture: what was ``said`` in a box and with which score, what is ``true`` and where.

    Boxes are (4,) float32 xyxy pixels. A box that stands for nothing has no ``true``, one that was missed has no
    ``said``; ``weight`` is what mistakes of one sort are ordered by, a score or a share of the picture's area.
    """

    picture: LabelledScene
    weight: float
    said: str | None = None
    said_box: NDArray[np.float32] | None = None
    true: str | None = None
    true_box: NDArray[np.float32] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The worst mistakes of each sort, worst first, at most one of a sort in a picture.

    ``false``: boxes that are shown where there is no such object; ``missed``: objects without any box, by size;
    ``confused``: objects that are shown as something else. ``pairs`` counts these: (true, said, how often).
    """

    false: tuple[Mistake, ...]
    missed: tuple[Mistake, ...]
    confused: tuple[Mistake, ...]
    pairs: tuple[tuple[str, str, int], ...]


def find_mistakes(data: Measured, said: Said, most: int = MOST) -> Mistakes:
    """The worst ``most`` mistakes of each sort in what serving shows, among the classes of ``data``."""
    false: list[Mistake] = []
    missed: list[Mistake] = []
    confused: list[Mistake] = []
    for picture, truth, shown in zip(data.pictures, data.truth, data.counting(said.shown), strict=True):
        if picture.guessed:  # nothing says where the object is
            continue
        for found, every in zip(
            _mistakes(picture, truth, shown, data.classes), (false, missed, confused), strict=True
        ):
            every += found
    pairs = Counter((one.true or "", one.said or "") for one in confused)
    common = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return Mistakes(
        _worst(false, most),
        _worst(missed, most),
        _worst(confused, most),
        tuple((*pair, n) for pair, n in common),
    )


def _mistakes(
    picture: LabelledScene, truth: LabelledBoxes, shown: LabelledBoxes, classes: Sequence[int]
) -> tuple[list[Mistake], list[Mistake], list[Mistake]]:
    names = coarse_names()
    shown = shown.take(np.argsort(-shown.scores, kind="stable"))
    overlaps = exact_iou(shown.boxes, truth.boxes)
    same = shown.labels[:, None] == truth.labels[None]
    free_boxes, free_truth = np.full(len(shown), True), np.full(len(truth), True)
    taken = greedy(np.where(same, overlaps, 0.0), SAME_OBJECT)
    free_boxes[taken >= 0] = False
    free_truth[taken[taken >= 0]] = False

    false: list[Mistake] = []
    confused: list[Mistake] = []
    for i in np.flatnonzero(free_boxes):
        said, box, score = names[shown.labels[i]], shown.boxes[i], float(shown.scores[i])
        # What is left over is another object's wrong name sooner than nothing's.
        other = np.where(same[i], 0.0, overlaps[i] * (1 + free_truth))
        best = int(other.argmax()) if len(truth) else -1
        if best >= 0 and not same[i, best] and overlaps[i, best] >= SAME_OBJECT:
            confused.append(Mistake(picture, score, said, box, names[truth.labels[best]], truth.boxes[best]))
            free_truth[best] = False
            continue
        own = np.where(same[i], overlaps[i], 0.0)
        best = int(own.argmax()) if len(truth) else -1
        if best >= 0 and own[best] >= SAME_OBJECT:
            note = "a second box for one object"
        elif best >= 0 and own[best] >= 0.1:
            note = f"the box fits badly: IoU {own[best]:.2f}"
        else:
            note, best = "", -1
        near = None if best < 0 else truth.boxes[best]
        false.append(Mistake(picture, score, said, box, None if near is None else said, near, note))
    area = picture.size[0] * picture.size[1]
    missed = [
        Mistake(
            picture,
            float((truth.boxes[j, 2:] - truth.boxes[j, :2]).prod()) / area,
            true=names[truth.labels[j]],
            true_box=truth.boxes[j],
        )
        for j in np.flatnonzero(free_truth & np.isin(truth.labels, classes))
    ]
    return false, missed, confused


def _worst(mistakes: Iterable[Mistake], most: int) -> tuple[Mistake, ...]:
    worst: list[Mistake] = []
    seen = set()
    for one in sorted(mistakes, key=lambda one: -one.weight):
        if len(worst) < most and one.picture.path not in seen:
            seen.add(one.picture.path)
            worst.append(one)
    return tuple(worst)
