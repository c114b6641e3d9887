"""From what a detector says of a data set to its figures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.detection.bootstrap import replicate_counts, replicate_precision
from shopthelook.evaluation.detection.data import coarse_names
from shopthelook.evaluation.detection.figures import ClassFigures, Figures
from shopthelook.evaluation.detection.matching import exact_iou, match
from shopthelook.evaluation.detection.precision import SIZES, SizePrecision, average_precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.boxes import LabelledBoxes
    from shopthelook.evaluation.detection.data import Measured
    from shopthelook.evaluation.detection.predicting import Said

SAME_OBJECT = 0.5
"""Least IoU of a shown box with the true box that it stands for."""
FEW = 10
"""Pictures that show a class, below which draws say nothing about how its figures would move."""
COVERED = 0.8
"""Least share of a single product's true box that the shown box must cover."""


def measure(data: Measured, said: Said, weights: NDArray[np.int64]) -> Figures:
    """The figures of what a detector says of the pictures of ``data``, with replicates by ``weights`` of `draw`.

    Raises `MissingLibrary` where faster-coco-eval is not installed.
    """
    truth, found, shown = (data.counting(boxes) for boxes in (data.truth, said.found, said.shown))
    exact = {one.label: one for one in average_precision(truth, found, data.classes)}
    shown_matches = match(truth, shown, data.classes, [SAME_OBJECT])
    counts = replicate_counts(shown_matches, weights)  # (classes, rows, 3)
    classes = []
    for i, matches in enumerate(match(truth, found, data.classes)):
        precision = replicate_precision(matches, weights)
        one = exact[matches.label]
        drawn = {"ap50": precision[:, 0], "ap": precision.mean(axis=1), **_operating(counts[i])}
        drawn["ap50"][0], drawn["ap"][0] = one.ap50, one.ap
        shown_here = int(counts[i, 0, 1])
        name = coarse_names()[one.label]
        classes.append(ClassFigures(one.label, name, one.n, shown_here, drawn, one.sizes, one.curve))
    drawn = {name: _mean([one.drawn[name] for one in classes]) for name in ("ap50", "ap")}
    classes = [
        one if (matches.true > 0).sum() >= FEW else _without_draws(one)
        for one, matches in zip(classes, shown_matches, strict=True)
    ]
    drawn |= _operating(counts.sum(axis=0))
    shares = _single(data, said.shown) if data.kind == "products" else _scenes(said.shown)
    drawn |= {name: _share(weights, of, right) for name, (of, right) in shares.items()}
    curve = np.mean([one.curve for one in classes], axis=0)
    return Figures(drawn, _mean_sizes([one.sizes for one in classes]), tuple(classes), curve)


def _operating(counts: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Precision, recall and F1 from ``(rows, 3)`` hits, shown and true boxes; NaN where nothing is divided by."""
    hits, shown, true = (counts[:, i].astype(np.float64) for i in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"precision": hits / shown, "recall": hits / true, "f1": 2 * hits / (shown + true)}


def _without_draws(one: ClassFigures) -> ClassFigures:
    alone = {
        name: np.append(values[:1], np.full(len(values) - 1, np.nan)) for name, values in one.drawn.items()
    }
    return dataclasses.replace(one, drawn=alone)


def _mean(rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Over classes, always the same ones: a class without a true box in a replicate has its value on all pictures.

    Left out, a rare class that is hardly ever found would raise the mean of every replicate that lacks it.
    """
    return np.asarray(np.mean([np.where(np.isnan(row), row[0], row) for row in rows], axis=0))


def _mean_sizes(sizes: Sequence[Mapping[str, SizePrecision]]) -> dict[str, SizePrecision]:
    means = {}
    for name in SIZES:
        present = [one[name] for one in sizes if name in one]
        if present:
            means[name] = SizePrecision(
                sum(one.n for one in present),
                float(np.mean([one.ap50 for one in present])),
                float(np.mean([one.ap for one in present])),
            )
    return means


def _share(
    weights: NDArray[np.int64], of: NDArray[np.bool_], right: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """``(rows,)`` share of the pictures ``of`` that are ``right``; NaN where there is none."""
    with np.errstate(invalid="ignore"):
        return np.asarray((weights @ (of & right)) / (weights @ of), np.float64)


_Shares = dict[str, tuple["NDArray[np.bool_]", "NDArray[np.bool_]"]]


def _scenes(shown: Sequence[LabelledBoxes]) -> _Shares:
    """Of each scene, whether serving shows an object, of whatever class."""
    any_shown = np.array([len(one) > 0 for one in shown], np.bool_)
    return {"with_object": (np.full(len(shown), True), any_shown)}


def _single(data: Measured, shown: Sequence[LabelledBoxes]) -> _Shares:
    """Of each picture with one true box: whether serving shows one box only and it is right; whether its best box is.

    A box is right where its class is that of the product and it covers the product's box: at least `COVERED` of it,
    and with an IoU of at least `SAME_OBJECT`, so that a box around everything does not do. Where the true box is a
    guess, its class is enough.
    """
    truth = data.truth
    best = np.array(
        [
            _is_right(true, said, one.guessed)
            for one, true, said in zip(data.pictures, truth, shown, strict=True)
        ],
        np.bool_,
    )
    alone = np.array([len(said) == 1 for said in shown], np.bool_)
    single = np.array([len(true) == 1 for true in truth], np.bool_)
    return {"one_box": (single, best & alone), "best_box": (single, best)}


def _is_right(true: LabelledBoxes, said: LabelledBoxes, guessed: bool) -> bool:
    if not len(true) or not len(said):
        return False
    best = said.take(np.array([int(said.scores.argmax())]))
    fits = guessed or (
        covered(true.boxes, best.boxes)[0, 0] >= COVERED
        and exact_iou(best.boxes, true.boxes)[0, 0] >= SAME_OBJECT
    )
    return bool(best.labels[0] == true.labels[0] and fits)


def covered(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float64]:
    """``(n, m)``: the share of each box of ``a`` that each box of ``b`` covers."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    sides = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    shared = np.clip(sides, 0, None).prod(axis=2)
    area = (a[:, 2:] - a[:, :2]).prod(axis=1)[:, None]
    return np.asarray(np.divide(shared, area, out=np.zeros_like(shared), where=area > 0))
