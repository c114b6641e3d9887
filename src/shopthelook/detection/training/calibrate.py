"""The scores from which a detector's boxes count, chosen on pictures that it was not trained on."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import images
from shopthelook.detection.detector import Detector
from shopthelook.evaluation.detection import LabelledBoxes, average_precision, best_threshold
from shopthelook.models.bundle import Bundle
from shopthelook.models.card import CARD_FILE, Card, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shopthelook.detection.datasets import LabelledScene

LEAST_SCORE = 0.02  # of predictions that are looked at
FEW = 15  # boxes below which a label takes the threshold of all labels together
THRESHOLDS = (0.2, 0.7)  # no label's threshold lies outside: a few boxes may choose an extreme one


def calibrate(folder: Path, data: Mapping[str, Sequence[LabelledScene]]) -> Card:
    """Choose the thresholds that maximise F1 (section 5.3) on the scenes of ``data``; write them to the card.

    ``data`` are validation scenes by the name of their data set, in the labels of the bundle in ``folder``. Their
    AP50 and AP go to the card too, for comparing runs; figures to publish come from 'shopthelook eval detection'.
    Without a scene the card stays as it is.
    """
    card = Card.from_file(folder / CARD_FILE)
    detector = Detector(Bundle(folder, card))
    truth: list[LabelledBoxes] = []
    found: list[LabelledBoxes] = []
    metrics: list[Metric] = []
    for name, scenes in data.items():
        if not scenes:
            continue
        true = [LabelledBoxes.true(*scene.counted()) for scene in scenes]
        seen = run(detector, scenes)
        metrics += _figures(name, true, seen)
        truth += true
        found += seen
    if not truth:
        return card
    overall, each = thresholds(truth, found, len(card.labels))
    labels = [dataclasses.replace(one, threshold=at) for one, at in zip(card.labels, each, strict=True)]
    card = dataclasses.replace(card, threshold=overall, labels=tuple(labels), metrics=tuple(metrics))
    card.write(folder / CARD_FILE)
    return card


def run(detector: Detector, scenes: Sequence[LabelledScene]) -> list[LabelledBoxes]:
    """What the detector finds in each scene from `LEAST_SCORE` on, labels that are not known there left out."""
    found = []
    for scene in scenes:
        seen = detector.detect(images.read(scene.path), threshold=LEAST_SCORE)
        # A label that is not known in a picture is no mistake there.
        found.append(LabelledBoxes(seen.boxes, seen.labels, seen.scores).take(scene.known[seen.labels]))
    return found


def thresholds(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], n: int
) -> tuple[float, list[float]]:
    """The threshold of all labels together, and of each of the ``n`` labels."""
    low, high = THRESHOLDS
    overall = best_threshold(truth, found, None).score
    each = [best_threshold(truth, found, label) for label in range(n)]
    chosen = [one.score if one.n >= FEW else overall for one in each]
    return round(float(np.clip(overall, low, high)), 3), [
        round(float(np.clip(score, low, high)), 3) for score in chosen
    ]


def _figures(name: str, truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes]) -> list[Metric]:
    present = sorted({int(label) for one in truth for label in one.labels})
    measured = average_precision(truth, found, present)
    if not measured:
        return []
    command = f"shopthelook train detector, thresholds chosen on these pictures; {len(measured)} labels"
    means = {"AP50": np.mean([one.ap50 for one in measured]), "AP": np.mean([one.ap for one in measured])}
    return [
        Metric(key, round(float(value), 4), name, "val", len(truth), command) for key, value in means.items()
    ]
