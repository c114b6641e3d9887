"""Figures for the card of a detector's bundle, with the command that measured them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.figures import NAMES
from shopthelook.models.card import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures


def metrics(evaluation: Evaluation, place: int, options: Sequence[str] = ()) -> list[Metric]:
    """The figures of the detector at ``place`` on each data set, classes last.

    ``options`` are those of the command that measured them, beside the split: with them it can be repeated.
    """
    found: list[Metric] = []
    for one in evaluation.sets:
        found += _of_set(evaluation, one, place, options)
    return found


def _of_set(evaluation: Evaluation, one: SetFigures, place: int, options: Sequence[str]) -> list[Metric]:
    figures, name, split = one.figures[place], one.data.name, one.data.split
    words = [
        "shopthelook",
        "eval",
        "detection",
        evaluation.variants[place].bundle.name,
        name,
        "--split",
        split,
        *options,
    ]
    command = shlex.join(words)
    rows = [(NAMES[key], values[0]) for key, values in figures.drawn.items()]
    rows += [(f"AP50 {kind.name} ({kind.boxes} boxes)", kind.drawn["ap50"][0]) for kind in figures.classes]
    return [
        Metric(label, round(float(value), 4), name, split, len(one.data.pictures), command)
        for label, value in rows
        if value == value
    ]
