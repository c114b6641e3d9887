"""Which mistakes are told, and in which order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopthelook.evaluation.detection import LabelledBoxes, open_measured
from shopthelook.evaluation.detection.data import coarse_names
from shopthelook.evaluation.detection.mistakes import Mistakes, find_mistakes
from shopthelook.evaluation.detection.predicting import MeasuredDetector, Said
from shopthelook.models import open_bundle
from tests.evaluation.detection.painted import AS_SOFA, CHAIR, ELSEWHERE, TABLE, Painted, write


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Five pictures of a chair and a table, and one sofa, which makes sofas known."""
    pictures = [Painted((), (CHAIR, TABLE))] * 5 + [Painted((), (AS_SOFA,))] * 5
    return write(tmp_path / "truth", pictures)


def mistakes(folder: Path, *said: list[tuple[str, tuple[int, ...], float]], most: int = 8) -> Mistakes:
    """The mistakes of someone who says these names, boxes and scores of the first pictures."""
    data = open_measured(folder, "val")
    boxes = [
        LabelledBoxes(
            np.array([box[-4:] for _, box, _ in one], np.float32).reshape(-1, 4),
            np.array([coarse_names().index(name) for name, _, _ in one], np.int64),
            np.array([score for *_, score in one], np.float32),
        )
        for one in said
    ]
    right = [LabelledBoxes.true(one.boxes, one.labels) for one in data.pictures[len(said) :]]
    return find_mistakes(data, Said((), (*boxes, *right)), most)


def test_what_is_right_is_no_mistake(truth: Path) -> None:
    assert mistakes(truth) == Mistakes((), (), (), ())


def test_a_box_on_nothing_and_an_object_without_a_box(truth: Path) -> None:
    found = mistakes(truth, [("Chairs", ELSEWHERE, 0.7), ("Chairs", CHAIR, 0.6)])
    [false], [missed] = found.false, found.missed
    assert (false.said, false.weight, false.true, false.note) == ("Chairs", pytest.approx(0.7), None, "")
    assert false.said_box is not None
    assert false.said_box.tolist() == list(ELSEWHERE[1:])
    assert (missed.true, missed.said) == ("Tables", None)
    assert missed.weight == pytest.approx(130 * 160 / (320 * 240))
    assert found.confused == ()


def test_a_wrong_name_is_one_mistake_not_two(truth: Path) -> None:
    found = mistakes(
        truth, [("Sofas", CHAIR, 0.7), ("Tables", TABLE, 0.6)], [("Sofas", CHAIR, 0.8), ("Tables", TABLE, 1)]
    )
    assert [(one.true, one.said, round(one.weight, 2)) for one in found.confused] == [
        ("Chairs", "Sofas", 0.8),
        ("Chairs", "Sofas", 0.7),
    ]
    assert found.pairs == (("Chairs", "Sofas", 2),)
    assert found.false == found.missed == ()


def test_why_a_box_is_wrong(truth: Path) -> None:
    twice = [("Chairs", CHAIR, 0.9), ("Chairs", (20, 20, 110, 118), 0.8), ("Tables", TABLE, 0.9)]
    loose = [("Chairs", (20, 20, 110, 60), 0.7), ("Tables", TABLE, 0.9)]
    found = mistakes(truth, twice, loose)
    assert [one.note for one in found.false] == [
        "a second box for one object",
        "the box fits badly: IoU 0.40",
    ]
    assert [one.true for one in found.false] == ["Chairs", "Chairs"]
    assert [one.true for one in found.missed] == ["Chairs"]


def test_the_worst_come_first_and_from_different_pictures(truth: Path) -> None:
    said = [[("Chairs", ELSEWHERE, 0.1 * i), ("Chairs", (200, 5, 250, 50), 0.05)] for i in range(1, 6)]
    found = mistakes(truth, *said, most=3)
    assert [round(one.weight, 2) for one in found.false] == [0.5, 0.4, 0.3]
    assert len({one.picture.path for one in found.false}) == 3
    # A table is larger than a chair.
    assert [one.true for one in found.missed] == ["Tables"] * 3


def test_what_the_data_set_does_not_label_is_no_mistake(tiny_detector: Path, rooms: Path) -> None:
    data = open_measured(rooms, "val")
    said = MeasuredDetector(open_bundle(tiny_detector)).say([one.path for one in data.pictures])
    found = find_mistakes(data, said, most=100)
    # Sofas have no label here; the chairs beneath them are missed.
    assert {one.said for one in found.false} == {"Chairs", "Tables"}
    assert (len(found.false), len(found.missed), found.confused) == (16, 16, ())
