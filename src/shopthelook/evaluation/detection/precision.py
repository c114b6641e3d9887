"""Average precision as COCO defines it, by faster-coco-eval."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.boxes import LabelledBoxes

MAX_FOUND = 100
"""Predictions of a label that count in a picture, best scores first."""
IOUS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
SIZES: Mapping[str, tuple[float, float]] = {
    "small": (0, 32**2),
    "medium": (32**2, 96**2),
    "large": (96**2, 1e10),
}
"""Areas in pixels of the picture as the data set has it, smallest and largest, as COCO divides them."""


class MissingLibrary(ShopError, ImportError):  # noqa: N818 - what is wrong, as a caller reads it
    """The library that measures is not installed."""


@dataclass(frozen=True, slots=True)
class SizePrecision:
    """Average precision of a label's ``n`` true boxes of one size."""

    n: int
    ap50: float
    ap: float


@dataclass(frozen=True, slots=True, eq=False)
class LabelPrecision:
    """Average precision of one label over ``n`` true boxes: at IoU 0.5, and the mean over 0.5 to 0.95.

    ``sizes`` has it for those of `SIZES` of which there are true boxes; ``curve`` ``(101,)`` float64 is the
    precision at IoU 0.5 at each of `RECALLS`.
    """

    label: int
    n: int
    ap50: float
    ap: float
    sizes: Mapping[str, SizePrecision]
    curve: NDArray[np.float64]


def average_precision(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], labels: Sequence[int]
) -> list[LabelPrecision]:
    """COCO average precision of each of ``labels`` that occurs in ``truth``, at most 100 predictions a picture.

    ``truth[i]`` and ``found[i]`` are of the same picture; boxes with other labels are left aside. Raises
    `MissingLibrary` where faster-coco-eval is not installed.
    """
    # COCOeval sorts its categories, so the order of its answer is that of sorted labels.
    asked = sorted(set(labels))
    annotations, results = as_coco(truth, found, asked)
    every = np.array([entry["category_id"] - 1 for entry in annotations], np.int64)
    counts = np.bincount(every, minlength=max(asked, default=-1) + 1)
    present = [label for label in asked if counts[label]]
    results = [entry for entry in results if entry["category_id"] - 1 in present]
    areas = np.array([entry["area"] for entry in annotations], np.float64)
    boxes = {
        label: {name: int(_within(areas[every == label], name).sum()) for name in SIZES} for label in present
    }
    if present and results:
        precision = _precision(len(truth), annotations, results, present)
    else:
        precision = np.zeros((len(IOUS), len(RECALLS), len(present), 1 + len(SIZES)))
    return [
        LabelPrecision(
            label,
            int(counts[label]),
            float(precision[0, :, i, 0].mean()),
            float(precision[:, :, i, 0].mean()),
            {
                name: SizePrecision(
                    n, float(precision[0, :, i, place].mean()), float(precision[:, :, i, place].mean())
                )
                for place, (name, n) in enumerate(boxes[label].items(), 1)
                if n
            },
            precision[0, :, i, 0],
        )
        for i, label in enumerate(present)
    ]


def as_coco(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], labels: Sequence[int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """COCO's annotations and results for the boxes with one of ``labels``; picture i gets the id i + 1.

    The id of a category is its label + 1.
    """
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for image, (true, guess) in enumerate(zip(truth, found, strict=True), start=1):
        true, guess = true.take(np.isin(true.labels, labels)), guess.take(np.isin(guess.labels, labels))
        for box, label in zip(true.boxes, true.labels, strict=True):
            annotations.append({**_entry(image, box, label), "id": len(annotations) + 1, "iscrowd": 0})
        for box, label, score in zip(guess.boxes, guess.labels, guess.scores, strict=True):
            results.append({**_entry(image, box, label), "score": float(score)})
    return annotations, results


def need_library() -> None:
    """Raise `MissingLibrary` where faster-coco-eval is not installed."""
    try:
        import faster_coco_eval  # noqa: F401
    except ImportError:
        raise MissingLibrary(
            "average precision needs faster-coco-eval: pip install 'shopthelook[eval]'"
        ) from None


def _precision(
    pictures: int, annotations: list[dict[str, Any]], results: list[dict[str, Any]], present: Sequence[int]
) -> NDArray[np.float64]:
    """``(10 IoUs, 101 recalls, labels, 4)``: all sizes, then each of `SIZES`; -1 where there is no true box."""
    need_library()
    from faster_coco_eval import COCO, COCOeval_faster

    with contextlib.redirect_stdout(io.StringIO()):  # the library reports its progress there
        data = COCO(
            {
                "images": [{"id": i + 1} for i in range(pictures)],
                "annotations": annotations,
                "categories": [{"id": label + 1, "name": str(label)} for label in present],
            }
        )
        judge = COCOeval_faster(data, data.loadRes(results), "bbox", print_function=lambda *_: None)
        judge.params.catIds = [label + 1 for label in present]
        judge.params.maxDets = [1, 10, MAX_FOUND]
        judge.params.areaRngLbl = ["all", *SIZES]
        judge.params.areaRng = [[0, 1e10], *(list(limits) for limits in SIZES.values())]
        judge.evaluate()
        judge.accumulate()
    return np.asarray(judge.eval["precision"][:, :, :, :, -1], np.float64)


def _within(areas: NDArray[np.float64], size: str) -> NDArray[np.bool_]:
    low, high = SIZES[size]
    return (areas >= low) & (areas <= high)


def _entry(image: int, box: NDArray[np.float32], label: int) -> dict[str, Any]:
    x1, y1, x2, y2 = (float(value) for value in box)
    return {
        "image_id": image,
        "category_id": int(label) + 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": (x2 - x1) * (y2 - y1),
    }
