"""The detector on made scenes, and on models that return what they will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopthelook.detection import Detector
from shopthelook.errors import ShopError
from shopthelook.models import BundleError, ModelRunError, Resize, open_bundle
from shopthelook.models.preprocess import PixelsError
from shopthelook.taxonomy import UnknownCategory
from tests.fixtures.tiny_bundles import LABELS, make_tiny_detector, scene

CHAIR = (0, 100, 200, 400, 500)
SOFA = (1, 20, 20, 300, 120)
TABLE = (2, 600, 50, 1000, 700)


@pytest.fixture
def detector(tiny_detector: Path) -> Detector:
    return Detector(open_bundle(tiny_detector), threads=1)


def scripted(
    detector: Detector, boxes: Sequence[Any], scores: Sequence[float], labels: Sequence[int]
) -> Detector:
    """The detector with a model that always returns these boxes (pixels of its input), scores and labels."""

    def run(_: Any) -> dict[str, Any]:
        return {
            "boxes": np.array(boxes, np.float32).reshape(-1, 4),
            "scores": np.array(scores, np.float32),
            "labels": np.array(labels, np.int64),
        }

    detector.session.run = run  # type: ignore[method-assign]
    return detector


# Its input is exactly this large, so that boxes of a scripted model are in pixels of the picture.
PLAIN = np.zeros((288, 320, 3), np.uint8)


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1011, 733), (1050, 2000), (2500, 720)])
def test_objects_are_found_where_they_are(detector: Detector, width: int, height: int) -> None:
    found = detector.detect(scene(width, height, CHAIR, SOFA, TABLE))
    by_label = {int(label): box for label, box in zip(found.labels, found.boxes, strict=True)}
    assert set(by_label) == {0, 1, 2}
    for label, *box in (CHAIR, SOFA, TABLE):
        # One pixel of the model's input is up to 7 of the picture's.
        assert np.allclose(by_label[label], box, atol=1.5 * max(height / 288, width / 448))
    assert {category.full for category in found.categories} == {label["path"] for label in LABELS}
    assert found.boxes.dtype == np.float32
    assert (np.diff(found.scores) <= 0).all()


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1050, 2000)])
def test_a_detector_of_squeezed_pictures_finds_them_too(tmp_path: Path, width: int, height: int) -> None:
    bundle = open_bundle(make_tiny_detector(tmp_path))
    squeezed = replace(bundle.card.input, resize=Resize("square", size=320))
    detector = Detector(replace(bundle, card=replace(bundle.card, input=squeezed)), threads=1)
    found = detector.detect(scene(width, height, CHAIR, SOFA, TABLE))
    by_label = {int(label): box for label, box in zip(found.labels, found.boxes, strict=True)}
    assert set(by_label) == {0, 1, 2}
    for label, *box in (CHAIR, SOFA, TABLE):
        assert np.allclose(by_label[label], box, atol=1.5 * max(height, width) / 320)


def test_labels_and_categories_belong_together(detector: Detector) -> None:
    found = detector.detect(scene(1024, 768, CHAIR, SOFA, TABLE))
    assert found.categories == tuple(detector.categories[label] for label in found.labels)


def test_an_empty_picture(detector: Detector) -> None:
    assert len(detector.detect(scene(200, 100))) == 0


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (3000, 1, 3), (8, 8, 3)])
def test_tiny_pictures_do_no_harm(detector: Detector, shape: tuple[int, ...]) -> None:
    picture = np.zeros(shape, np.uint8)
    picture[..., 0] = 255
    assert len(detector.detect(picture)) <= 1


def test_thresholds_of_labels_hold_unless_one_is_given(tmp_path: Path) -> None:
    labels = [{**LABELS[0], "threshold": 0.9}, {**LABELS[1], "threshold": 0.2}, dict(LABELS[2])]
    bundle = open_bundle(make_tiny_detector(tmp_path, labels=labels, threshold=0.5))
    boxes = [[0, 0, 50, 50], [60, 0, 99, 50], [0, 60, 50, 99]]
    detector = scripted(Detector(bundle), boxes, [0.6, 0.3, 0.5], [0, 1, 2])
    assert detector.detect(PLAIN).labels.tolist() == [2, 1]
    assert detector.detect(PLAIN, threshold=0.4).labels.tolist() == [0, 2]
    assert detector.detect(PLAIN, threshold=0).labels.tolist() == [0, 2, 1]
    assert len(detector.detect(PLAIN, threshold=1)) == 0


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_thresholds_that_are_refused(detector: Detector, threshold: float) -> None:
    with pytest.raises(ShopError, match="threshold"):
        detector.detect(PLAIN, threshold)


def test_boxes_are_cut_to_the_picture_and_empty_ones_dropped(detector: Detector) -> None:
    boxes = [[-50, -50, 100, 100], [300, 280, 900, 900], [330, 10, 400, 90], [5, 5, 5.5, 90]]
    found = scripted(detector, boxes, [0.9, 0.8, 0.95, 0.99], [0, 1, 2, 0]).detect(PLAIN)
    assert found.boxes.tolist() == [[0, 0, 100, 100], [300, 280, 320, 288]]


def test_two_labels_for_one_box_are_one_object(detector: Detector) -> None:
    boxes = [[10, 10, 110, 110], [12, 11, 110, 110], [10, 10, 60, 110]]
    found = scripted(detector, boxes, [0.6, 0.9, 0.8], [0, 1, 2]).detect(PLAIN)
    assert found.labels.tolist() == [1, 2]


def test_no_more_than_the_cards_objects(tmp_path: Path) -> None:
    bundle = open_bundle(make_tiny_detector(tmp_path, max_objects=2))
    boxes = [[i * 30, 0, i * 30 + 20, 50] for i in range(5)]
    found = scripted(Detector(bundle), boxes, [0.5, 0.9, 0.6, 0.95, 0.7], [0, 1, 2, 0, 1]).detect(PLAIN)
    assert found.scores.tolist() == pytest.approx([0.95, 0.9])


def test_proposals_are_chosen_from_as_often_as_wanted(detector: Detector) -> None:
    boxes = [[0, 0, 99, 99], [0, 0, 99, 98], [10, 10, 10, 90], [200, 200, 500, 500]]
    proposed = scripted(detector, boxes, [0.2, 0.3, 0.9, 0.5], [0, 1, 1, 2]).propose(PLAIN)
    assert proposed.scores.tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert proposed.boxes[-1].tolist() == [200, 200, 320, 288]
    assert detector.choose(proposed).labels.tolist() == [2]
    assert detector.choose(proposed, 0.1).labels.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("boxes", "scores", "labels"),
    [
        ([[0, 0, 9, 9]], [0.5, 0.6], [0]),
        ([[0, 0, 9, 9]], [0.5], [3]),
        ([[0, 0, 9, 9]], [0.5], [-1]),
        ([[0, 0, 9, np.nan]], [0.5], [0]),
        ([[0, 0, 9, 9]], [np.nan], [0]),
    ],
)
def test_a_model_that_breaks_its_promise(
    detector: Detector, boxes: list[Any], scores: list[float], labels: list[int]
) -> None:
    with pytest.raises(ModelRunError, match="verify"):
        scripted(detector, boxes, scores, labels).detect(PLAIN)


def test_what_is_no_picture(detector: Detector) -> None:
    with pytest.raises(PixelsError):
        detector.detect(np.zeros((5, 5), np.uint8))


def test_a_bundle_that_is_no_detector(tiny_embedder: Path) -> None:
    with pytest.raises(BundleError, match="a detector is needed"):
        Detector(open_bundle(tiny_embedder))


def test_a_label_that_the_taxonomy_lacks(tmp_path: Path) -> None:
    bundle = open_bundle(make_tiny_detector(tmp_path, labels=[{**LABELS[0], "category_id": 999_999_999}]))
    with pytest.raises(UnknownCategory):
        Detector(bundle)
