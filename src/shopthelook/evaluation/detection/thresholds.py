"""The score from which predictions count: the one that maximises F1 (section 5.3 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.geometry import iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.boxes import LabelledBoxes


@dataclass(frozen=True, slots=True)
class Threshold:
    """The score from which a label's predictions count, and what it gives on the pictures that chose it."""

    score: float
    precision: float
    recall: float
    f1: float
    n: int


def best_threshold(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], label: int | None
) -> Threshold:
    """The score threshold with the best F1 at IoU 0.5 for one label, or over all where ``label`` is None.

    Predictions are matched greedily, best score first, each true box once (section 5.3: precision and recall
    at the threshold that maximises F1).
    """
    scores: list[float] = []
    right: list[bool] = []
    total = 0
    for true, guess in zip(truth, found, strict=True):
        for kind in np.unique(np.concatenate([true.labels, guess.labels])) if label is None else [label]:
            wanted = true.boxes[true.labels == kind]
            rows = np.flatnonzero(guess.labels == kind)
            rows = rows[np.argsort(-guess.scores[rows], kind="stable")]
            overlap = iou(guess.boxes[rows], wanted)
            total += len(wanted)
            for i, row in enumerate(rows):
                scores.append(float(guess.scores[row]))
                best = int(overlap[i].argmax()) if len(wanted) else -1
                right.append(best >= 0 and overlap[i, best] >= 0.5)
                if right[-1]:
                    overlap[:, best] = 0
    if not scores or not total:
        return Threshold(1.0, 0.0, 0.0, 0.0, total)
    order = np.argsort(-np.array(scores), kind="stable")
    hits = np.cumsum(np.array(right)[order])
    precision = hits / np.arange(1, len(hits) + 1)
    recall = hits / total
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    at = int(f1.argmax())
    return Threshold(
        float(np.array(scores)[order][at]), float(precision[at]), float(recall[at]), float(f1[at]), total
    )
