"""Average precision against cases that can be worked out by hand, and against COCO's own tools."""

import contextlib
import io
import sys

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from shopthelook.evaluation.detection import LabelledBoxes, MissingLibrary, average_precision
from shopthelook.evaluation.detection.precision import SIZES, as_coco
from tests.evaluation.detection.made import boxes, made

TRUTH = [
    boxes((0, 0, 100, 100, 0, 1), (200, 0, 300, 100, 1, 1)),
    boxes((0, 0, 100, 100, 0, 1)),
]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (TRUTH, {0: (1.0, 1.0), 1: (1.0, 1.0)}),
        ([boxes(), boxes()], {0: (0.0, 0.0), 1: (0.0, 0.0)}),
        # The right place with the wrong label.
        ([boxes((0, 0, 100, 100, 1, 0.9)), boxes()], {0: (0.0, 0.0), 1: (0.0, 0.0)}),
        # IoU 0.68 counts at 0.5, 0.55, 0.6 and 0.65 of the ten thresholds.
        ([boxes((0, 0, 68, 100, 0, 0.9)), boxes((0, 0, 68, 100, 0, 0.8))], {0: (1.0, 0.4), 1: (0.0, 0.0)}),
        # One of two found: 51 of 101 recall points.
        ([boxes((0, 0, 100, 100, 0, 0.9)), boxes()], {0: (51 / 101, 51 / 101), 1: (0.0, 0.0)}),
        # A better-scored false box halves the precision.
        ([boxes((200, 0, 300, 100, 1, 0.5), (0, 300, 50, 350, 1, 0.9)), boxes()], {0: (0, 0), 1: (0.5, 0.5)}),
    ],
)
def test_average_precision(found: list[LabelledBoxes], expected: dict[int, tuple[float, float]]) -> None:
    got = {one.label: (one.ap50, one.ap) for one in average_precision(TRUTH, found, [2, 1, 0])}
    assert got.keys() == expected.keys()
    for label, values in expected.items():
        assert got[label] == pytest.approx(values, abs=1e-6)


def test_labels_outside_the_asked_ones_do_not_count() -> None:
    [only] = average_precision(TRUTH, TRUTH, [1])
    assert (only.label, only.n, only.ap50) == (1, 1, 1.0)


def test_nothing_to_find() -> None:
    assert average_precision([boxes()], [boxes()], [0, 1]) == []


def test_a_label_that_only_predictions_have() -> None:
    assert average_precision([boxes()], TRUTH[:1], [0, 1]) == []
    [only] = average_precision(TRUTH[1:], [boxes((0, 0, 9, 9, 1, 1))], [0, 1])
    assert (only.label, only.ap50) == (0, 0.0)


def test_a_hundred_predictions_of_a_label_count() -> None:
    wrong = [(300, 300, 301 + i, 310, 0, 0.9) for i in range(100)]
    [only] = average_precision(TRUTH[1:], [boxes(*wrong[1:], (0, 0, 100, 100, 0, 0.1))], [0])
    assert only.ap50 == pytest.approx(0.01)
    [only] = average_precision(TRUTH[1:], [boxes(*wrong, (0, 0, 100, 100, 0, 0.1))], [0])
    assert only.ap50 == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_same_as_pycocotools(seed: int) -> None:
    truth, found = made(seed, pictures=25)
    annotations, results = as_coco(truth, found, [0, 1, 2])
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        data.dataset = {
            "info": {},
            "images": [{"id": i + 1} for i in range(len(truth))],
            "annotations": annotations,
            "categories": [{"id": label + 1, "name": str(label)} for label in range(3)],
        }
        data.createIndex()
        judge = COCOeval(data, data.loadRes(results), "bbox")
        judge.evaluate()
        judge.accumulate()
    assert judge.params.areaRngLbl == ["all", *SIZES]
    expected = judge.eval["precision"][:, :, :, :, -1]
    got = average_precision(truth, found, [0, 1, 2])
    assert [one.label for one in got] == [0, 1, 2]
    assert 0.1 < np.mean([one.ap for one in got]) < 0.9
    for i, one in enumerate(got):
        assert one.ap50 == pytest.approx(expected[0, :, i, 0].mean())
        assert one.ap == pytest.approx(expected[:, :, i, 0].mean())
        assert one.curve == pytest.approx(expected[0, :, i, 0])
        for place, name in enumerate(SIZES, 1):
            if name in one.sizes:
                assert one.sizes[name].ap50 == pytest.approx(expected[0, :, i, place].mean())
                assert one.sizes[name].ap == pytest.approx(expected[:, :, i, place].mean())
            else:
                assert (expected[:, :, i, place] == -1).all()


def test_what_is_said_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_coco_eval", None)
    with pytest.raises(MissingLibrary, match="shopthelook\\[eval\\]"):
        average_precision(TRUTH, TRUTH, [0])
