"""Figures for the card of a bundle, so that whoever opens it sees what was measured, and by which command."""

from __future__ import annotations

import dataclasses
import shlex
from typing import TYPE_CHECKING

from shopthelook.errors import ShopError
from shopthelook.evaluation.detection.figures import NAMES
from shopthelook.models.card import CARD_FILE, Card, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures
    from shopthelook.models import Bundle


class CardNotWritten(ShopError):  # noqa: N818 - what is wrong, as a caller reads it
    """The card of a bundle cannot be written."""


def metrics(evaluation: Evaluation, place: int, options: Sequence[str] = ()) -> list[Metric]:
    """The figures of the detector at ``place`` on each data set, classes last.

    ``options`` are those of the command that measured them, beside the split: with them it can be repeated.
    """
    found: list[Metric] = []
    for one in evaluation.sets:
        found += _of_set(evaluation, one, place, options)
    return found


def write_card(bundle: Bundle, measured: Sequence[Metric]) -> Card:
    """Put figures into a bundle's card in the place of those of the same data and split; return the new card.

    Raises `CardNotWritten` where the folder cannot be written.
    """
    card = Card.from_file(bundle.path / CARD_FILE)
    again = {(one.data, one.split) for one in measured}
    kept = [one for one in card.metrics if (one.data, one.split) not in again]
    card = dataclasses.replace(card, metrics=(*kept, *measured))
    try:
        card.write(bundle.path / CARD_FILE)
    except OSError as error:
        raise CardNotWritten(f"{bundle.path / CARD_FILE} cannot be written: {error.strerror}") from None
    return card


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
