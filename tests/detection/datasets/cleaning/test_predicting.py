"""What a detector finds in a picture and in its mirror image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from tests.fixtures.tiny_bundles import scene

from shopthelook import geometry
from shopthelook.detection import Detections, Detector
from shopthelook.detection.datasets import LabelledPicture
from shopthelook.detection.datasets.cleaning.predicting import joined, predict
from shopthelook.models import open_bundle
from shopthelook.taxonomy import Taxonomy

CHAIRS, SOFAS = (Taxonomy.builtin().get(name) for name in ("Chairs", "Sofas"))


def found(*objects: tuple[list[float], float, int]) -> Detections:
    boxes, scores, labels = zip(*objects, strict=True) if objects else ((), (), ())
    return Detections(
        geometry.as_boxes(boxes),
        np.array(scores, np.float32),
        np.array(labels, np.int64),
        tuple((CHAIRS, SOFAS)[label] for label in labels),
    )


def test_two_views_are_joined() -> None:
    plain = found(([10, 10, 30, 50], 0.6, 0), ([60, 10, 90, 50], 0.9, 0), ([60, 10, 90, 50], 0.2, 1))
    # In a picture of 100 pixels the first lies at 70 to 90 in the mirror image, and the last only there.
    mirrored = found(([70, 11, 90, 50], 0.7, 0), ([12, 10, 41, 50], 0.8, 0), ([0, 60, 20, 90], 0.5, 1))
    both = joined(plain, mirrored, 100)
    seen = sorted(
        zip(
            both.labels.tolist(),
            [round(one, 3) for one in both.scores.tolist()],
            both.boxes.tolist(),
            strict=True,
        )
    )
    assert seen == [
        (0, 0.7, [10, 11, 30, 50]),
        (0, 0.9, [60, 10, 90, 50]),
        (1, 0.2, [60, 10, 90, 50]),
        (1, 0.5, [80, 60, 100, 90]),
    ]
    assert [one.name for one in both.categories] == [("Chairs", "Sofas")[label] for label in both.labels]
    assert len(joined(found(), found(), 100).boxes) == 0


def test_the_journal_tells_views_apart(tiny_detector: Path, tmp_path: Path) -> None:
    Image.fromarray(scene(320, 240, (0, 20, 30, 120, 200))).save(tmp_path / "a.png")
    detector = Detector(open_bundle(tiny_detector, "detector"))
    boxes, labels = geometry.as_boxes([]), np.zeros(0, np.int64)
    picture = LabelledPicture(tmp_path / "a.png", (320, 240), boxes, labels)
    for mirrored, lines in ((False, 1), (True, 2), (True, 2)):
        (one,) = predict([picture], [detector], tmp_path / "found.jsonl", mirrored=mirrored).values()
        np.testing.assert_allclose(one.boxes, [[20, 30, 120, 200]], atol=1.5)
        assert len((tmp_path / "found.jsonl").read_text().splitlines()) == lines
