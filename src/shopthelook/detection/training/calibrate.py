"""python -m shopthelook.detection.training.calibrate BUNDLE --scenes DIR...: thresholds and figures of a detector.

The thresholds that maximise F1 come from the validation split (section 5.3), the figures from the test split;
both are written into the bundle's card, and a table is printed.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import images
from shopthelook.detection.datasets import LabelledScene, read_scenes
from shopthelook.detection.detector import Detector
from shopthelook.errors import ShopError
from shopthelook.evaluation.detection import (
    LabelledBoxes,
    LabelPrecision,
    Threshold,
    average_precision,
    best_threshold,
)
from shopthelook.models.bundle import Bundle
from shopthelook.models.card import CARD_FILE, Card, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_SCORE = 0.02  # of predictions that are measured
FEW = 15  # validation boxes below which a label takes the threshold of all labels together
THRESHOLDS = (0.2, 0.7)  # no label's threshold lies outside: a few boxes may choose an extreme one
HOME = ("Chairs", "Sofas", "Tables", "Beds & Accessories", "Plants", "Vases", "Clocks")


def run(detector: Detector, scenes: Sequence[LabelledScene]) -> list[LabelledBoxes]:
    """What the detector finds in each scene, with low scores."""
    found = []
    for i, scene in enumerate(scenes):
        seen = detector.detect(images.read(scene.path), threshold=LEAST_SCORE)
        found.append(LabelledBoxes(seen.boxes, seen.labels, seen.scores))
        if (i + 1) % 50 == 0:
            print(f"{i + 1} of {len(scenes)} scenes", file=sys.stderr)
    return found


def most_frequent(scenes: Sequence[LabelledScene], n: int) -> list[int]:
    """The ``n`` labels with the most boxes, most first."""
    counts = np.bincount(np.concatenate([scene.labels for scene in scenes]))
    return [int(label) for label in np.argsort(-counts, kind="stable")[:n] if counts[label]]


def reported_labels(name: str, scenes: Sequence[LabelledScene], card: Card) -> list[int]:
    """The labels over which a data set's mean is taken: the seven kinds of home-scenes, else the ten most frequent."""
    if name == "home-scenes":
        names = [label.name for label in card.labels]
        return [names.index(kind) for kind in HOME]
    return most_frequent(scenes, 10)


def thresholds(
    truth: Sequence[LabelledBoxes], found: Sequence[LabelledBoxes], n: int
) -> tuple[float, list[float]]:
    """The threshold of all labels together, and of each of the ``n`` labels."""
    low, high = THRESHOLDS
    overall = best_threshold(truth, found, None).score
    each: list[Threshold] = [best_threshold(truth, found, label) for label in range(n)]
    chosen = [one.score if one.n >= FEW else overall for one in each]
    return round(float(np.clip(overall, low, high)), 3), [
        round(float(np.clip(s, low, high)), 3) for s in chosen
    ]


def calibrate(folder: Path, data: Mapping[str, Sequence[LabelledScene]]) -> Card:
    """Choose thresholds on the validation scenes of ``data``, measure on its test scenes, write both to the card."""
    card = Card.from_file(folder / CARD_FILE)
    detector = Detector(Bundle(folder, card))
    truth: list[LabelledBoxes] = []
    found: list[LabelledBoxes] = []
    for scenes in data.values():
        chosen = [scene for scene in scenes if scene.split == "val"]
        truth += [LabelledBoxes.true(scene.boxes, scene.labels) for scene in chosen]
        # A label that a data set lacks is no mistake there.
        found += [_known(boxes, scene) for boxes, scene in zip(run(detector, chosen), chosen, strict=True)]
    overall, each = thresholds(truth, found, len(card.labels))
    metrics: list[Metric] = []
    for name, scenes in data.items():
        test = [scene for scene in scenes if scene.split == "test"]
        labels = reported_labels(name, list(scenes), card)
        true = [LabelledBoxes.true(scene.boxes, scene.labels) for scene in test]
        metrics += _figures(name, len(test), average_precision(true, run(detector, test), labels), card)
    card = dataclasses.replace(
        card,
        threshold=overall,
        labels=tuple(
            dataclasses.replace(label, threshold=t) for label, t in zip(card.labels, each, strict=True)
        ),
        metrics=tuple(metrics),
    )
    card.write(folder / CARD_FILE)
    return card


def _known(found: LabelledBoxes, scene: LabelledScene) -> LabelledBoxes:
    return found.take(scene.known[found.labels])


def _figures(name: str, n: int, precisions: Sequence[LabelPrecision], card: Card) -> list[Metric]:
    command = f"python -m shopthelook.detection.training.calibrate BUNDLE --scenes {name}"
    mean = {
        "AP50": float(np.mean([p.ap50 for p in precisions])),
        "AP": float(np.mean([p.ap for p in precisions])),
    }
    figures = [Metric(key, round(value, 4), name, "test", n, command) for key, value in mean.items()]
    figures += [
        Metric(f"AP50 {card.labels[p.label].name} ({p.n} boxes)", round(p.ap50, 4), name, "test", n, command)
        for p in precisions
    ]
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m shopthelook.detection.training.calibrate", description=__doc__
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--scenes", action="append", type=Path, required=True, metavar="DIR")
    asked = parser.parse_args()
    card = calibrate(asked.bundle, {folder.name: read_scenes(folder) for folder in asked.scenes})
    for metric in card.metrics:
        print(f"{metric.data:16} {metric.split:5} n={metric.n:<5} {metric.name:44} {metric.value:.3f}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
