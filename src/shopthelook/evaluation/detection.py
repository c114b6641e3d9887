"""Offline figures of scene decomposition (section 5 of the paper): average precision, thresholds."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from shopthelook.geometry import iou

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LabelledBoxes:
    """Boxes of one picture: ``boxes`` ``(n, 4)`` float32 xyxy pixels, ``labels`` ``(n,)`` int64.

    ``scores`` ``(n,)`` float32 are those of predictions, all 1 for the truth.
    """

    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    scores: NDArray[np.float32]

    @classmethod
    def true(cls, boxes: NDArray[np.float32], labels: NDArray[np.int64]) -> LabelledBoxes:
        """Boxes that a person drew."""
        return cls(boxes, labels, np.ones(len(labels), np.float32))

    def take(self, rows: NDArray[np.bool_]) -> LabelledBoxes:
        """The boxes of some rows."""
        return LabelledBoxes(self.boxes[rows], self.labels[rows], self.scores[rows])


@dataclass(frozen=True, slots=True)
class LabelPrecision:
    """Average precision of one label over ``n`` true boxes: at IoU 0.5, and the mean over 0.5 to 0.95."""

    label: int
    n: int
    ap50: float
    ap: float


def average_precision(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], labels: Sequence[int]
) -> list[LabelPrecision]:
    """COCO average precision of each of ``labels`` that occurs in ``truth``, at most 100 predictions a picture.

    ``truth[i]`` and ``found[i]`` are of the same picture; boxes with other labels are left aside.
    """
    # COCOeval sorts its categories, so the order of its answer is that of sorted labels.
    asked = sorted(set(labels))
    truth = [one.take(np.isin(one.labels, asked)) for one in truth]
    found = [one.take(np.isin(one.labels, asked)) for one in found]
    annotations: list[dict[str, object]] = []
    results: list[dict[str, object]] = []
    for image, (true, guess) in enumerate(zip(truth, found, strict=True), start=1):
        for box, label in zip(true.boxes, true.labels, strict=True):
            annotations.append({**_entry(image, box, label), "id": len(annotations) + 1, "iscrowd": 0})
        for box, label, score in zip(guess.boxes, guess.labels, guess.scores, strict=True):
            results.append({**_entry(image, box, label), "score": float(score)})
    counts = np.bincount(
        np.concatenate([one.labels for one in truth] or [np.zeros(0, np.int64)]),
        minlength=max(asked, default=-1) + 1,
    )
    present = [label for label in asked if counts[label]]
    if not present or not results:
        return [LabelPrecision(label, int(counts[label]), 0.0, 0.0) for label in present]
    with contextlib.redirect_stdout(io.StringIO()):  # the library reports its progress there
        data = COCO(
            {
                "images": [{"id": i + 1} for i in range(len(truth))],
                "annotations": annotations,
                "categories": [{"id": label + 1, "name": str(label)} for label in asked],
            }
        )
        judge = COCOeval_faster(data, data.loadRes(results), "bbox", print_function=lambda *_: None)
        judge.params.catIds = [label + 1 for label in present]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][:, :, :, 0, -1]  # (10 IoUs, 101 recalls, labels)
    return [
        LabelPrecision(
            label, int(counts[label]), float(precision[0, :, i].mean()), float(precision[:, :, i].mean())
        )
        for i, label in enumerate(present)
    ]


def _entry(image: int, box: NDArray[np.float32], label: int) -> dict[str, object]:
    x1, y1, x2, y2 = (float(value) for value in box)
    return {
        "image_id": image,
        "category_id": int(label) + 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": (x2 - x1) * (y2 - y1),
    }


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
