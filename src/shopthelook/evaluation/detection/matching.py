"""Which predictions hit which true boxes, one label at a time, kept so that pictures can be drawn again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.detection.precision import IOUS, MAX_FOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.boxes import LabelledBoxes


@dataclass(frozen=True, slots=True, eq=False)
class LabelMatches:
    """The m predictions of one label in n pictures, best score first.

    ``picture`` (m,) int64 is the picture of each; ``hit`` (IoUs, m) bool says where it has a true box of its own;
    ``true`` (n,) int64 counts the true boxes of each picture.
    """

    label: int
    picture: NDArray[np.int64]
    hit: NDArray[np.bool_]
    true: NDArray[np.int64]

    def counts(self, pictures: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Hits at the first IoU, predictions and true boxes of each picture, ``(n,)`` each."""
        hits = np.bincount(self.picture[self.hit[0]], minlength=pictures)
        return hits, np.bincount(self.picture, minlength=pictures), self.true


def match(
    truth: Sequence[LabelledBoxes],
    found: Sequence[LabelledBoxes],
    labels: Sequence[int],
    ious: Sequence[float] | NDArray[np.float64] = IOUS,
) -> list[LabelMatches]:
    """Match predictions as COCO does: best score first, each with the free true box that it overlaps most.

    ``truth[i]`` and ``found[i]`` are of the same picture. One entry for each of ``labels``, in that order.
    """
    return [_match(truth, found, label, np.asarray(ious, np.float64)) for label in labels]


def _match(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], label: int, ious: NDArray[np.float64]
) -> LabelMatches:
    picture, scores, hits = [], [], []
    true = np.zeros(len(truth), np.int64)
    for i, (real, guess) in enumerate(zip(truth, found, strict=True)):
        wanted = real.boxes[real.labels == label]
        true[i] = len(wanted)
        rows = np.flatnonzero(guess.labels == label)
        rows = rows[np.argsort(-guess.scores[rows], kind="stable")][:MAX_FOUND]
        if len(rows):
            picture.append(np.full(len(rows), i, np.int64))
            scores.append(guess.scores[rows])
            overlaps = exact_iou(guess.boxes[rows], wanted)
            hits.append(np.stack([greedy(overlaps, iou) >= 0 for iou in ious]))
    if not picture:
        return LabelMatches(label, np.zeros(0, np.int64), np.zeros((len(ious), 0), np.bool_), true)
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return LabelMatches(label, np.concatenate(picture)[order], np.concatenate(hits, axis=1)[:, order], true)


def greedy(overlaps: NDArray[np.float64], least: float) -> NDArray[np.int64]:
    """For each row of ``(predictions, true boxes)``, best score first, the true box that it takes; -1 for none.

    A true box is taken once; a prediction takes the free one that it overlaps most, from ``least`` on.
    """
    taken = np.full(len(overlaps), -1, np.int64)
    if not overlaps.size:
        return taken
    # Most rows overlap nothing enough: only the others are gone through.
    free = overlaps.copy()
    for row in np.flatnonzero(overlaps.max(axis=1) >= least):
        # The last of equal ones, as COCO has it.
        best = free.shape[1] - 1 - int(free[row, ::-1].argmax())
        if free[row, best] >= least:
            taken[row] = best
            free[:, best] = -1.0
    return taken


def exact_iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """Intersection over union of every box of ``a`` (n, 4) with every box of ``b`` (m, 4), (n, m) float64.

    Computed from corner and sides in the order of COCO's code, so that a box on a threshold is on the same side.
    """
    a, b = a.astype(np.float64), b.astype(np.float64)
    a_sides, b_sides = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    right = np.minimum((a[:, :2] + a_sides)[:, None], (b[:, :2] + b_sides)[None])
    sides = np.clip(right - np.maximum(a[:, None, :2], b[None, :, :2]), 0.0, None)
    shared = sides[..., 0] * sides[..., 1]
    union = a_sides.prod(axis=1)[:, None] + b_sides.prod(axis=1)[None] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))
