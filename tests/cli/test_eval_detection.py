"""eval detection."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import get_args

import pytest

from shopthelook.cli.eval_options import SPLITS
from shopthelook.evaluation.detection.data import Part
from shopthelook.evaluation.detection.predicting import MeasuredDetector
from shopthelook.models import open_bundle
from tests.cli.conftest import Run
from tests.evaluation.detection import painted
from tests.fixtures.tiny_bundles import make_tiny_detector


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return painted.rooms(tmp_path_factory.mktemp("data") / "rooms")


def test_the_choices_are_those_that_there_are() -> None:
    assert set(SPLITS) == set(get_args(Part))


def test_for_people(bare: Run, tiny_detector: Path, rooms: Path) -> None:
    answer = bare("eval", "detection", tiny_detector, rooms, "--split", "val", "--latency", "2")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "rooms (scenes): 32 pictures of the split “val”, 40 boxes of 2 classes"
    assert lines[1].split()[:5] == ["AP50", "AP", "precision", "recall", "F1"]
    row = next(line for line in lines if line.startswith("  tiny-detector@1"))
    assert "60.0 [" in row
    assert any(line.split()[:2] == ["Tables", "8"] for line in lines)
    assert any(line.split()[:3] == ["large", "objects", "8"] for line in lines)
    assert any(line.startswith("one core, file to objects, 2 pictures") for line in lines)
    assert "tiny-detector@1 on rooms: 32 of 32" in answer.errors


def test_for_programs_beside_another(bare: Run, tmp_path: Path, tiny_detector: Path, rooms: Path) -> None:
    other = make_tiny_detector(tmp_path, name="other")
    answer = bare(
        "eval", "detection", tiny_detector, rooms, "--split", "val", "--against", other,
        "--classes", "Tables, Sofas", "--latency", "0", "--json",
    )  # fmt: skip
    assert answer.status == 0
    [found] = answer.objects
    # What it is held against comes first, the gain is that of the detector itself.
    assert [one["name"] for one in found["detectors"]] == ["other@1", "tiny-detector@1"]
    assert [one["latency"] for one in found["detectors"]] == [None, None]
    [data] = found["data"]
    assert data["classes"] == ["Tables"]
    assert data["results"][1]["better_than_first"]["ap50"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_a_report_goes_on_after_a_stop(
    bare: Run, tmp_path: Path, tiny_detector: Path, rooms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Path] = []
    propose = MeasuredDetector._propose

    def stopping(self: MeasuredDetector, path: Path, store: object) -> object:
        if len(runs) == 5:
            raise KeyboardInterrupt
        runs.append(path)
        return propose(self, path, store)  # type: ignore[arg-type]

    command = ("eval", "detection", tiny_detector, rooms, "--split", "val", "--report", tmp_path / "report")
    with monkeypatch.context() as patch:
        patch.setattr(MeasuredDetector, "_propose", stopping)
        answer = bare(*command, "--latency", "0")
    assert answer.status == 130
    assert "stopped: tiny-detector@1 on rooms: 5 of 32; run the same command again to go on" in answer.errors
    assert not (tmp_path / "report" / "report.html").exists()

    answer = bare(*command, "--latency", "0", "--json")
    assert answer.status == 0
    [found] = answer.objects
    assert json.loads((tmp_path / "report" / "figures.json").read_text()) == found
    assert {one.name for one in (tmp_path / "report").iterdir()} == {
        "report.html", "report.md", "figures.json", "curves-1-rooms.svg", "predictions.sqlite",
    }  # fmt: skip


def test_figures_for_the_card(bare: Run, tmp_path: Path, rooms: Path) -> None:
    old = [
        {"name": "AP50", "value": 0.9, "data": "rooms", "split": "val"},
        {"name": "AP50", "value": 0.8, "data": "rooms", "split": "test"},
    ]
    bundle = make_tiny_detector(tmp_path, name="mine", metrics=old)
    command = (
        "eval",
        "detection",
        bundle,
        rooms,
        "--split",
        "val",
        "--classes",
        "Tables, Sofas",
        "--latency",
        "0",
    )
    assert bare(*command).status == 0
    assert [one.value for one in open_bundle(bundle).card.metrics] == [0.9, 0.8]
    assert bare(*command, "--write-card").status == 0
    kept, *new = open_bundle(bundle).card.metrics
    assert (kept.value, kept.split) == (0.8, "test")
    assert {(one.data, one.split, one.n) for one in new} == {("rooms", "val", 32)}
    assert {one.command for one in new} == {
        "shopthelook eval detection mine rooms --split val --classes 'Tables, Sofas'"
    }
    values = {one.name: one.value for one in new}
    assert values["recall"] == 1.0
    assert values["precision"] == 0.5
    assert 0.5 < values["AP50"] == values["AP50 Tables (8 boxes)"]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--split", "val", "--classes", "Chiars"], 1, "no class is called 'Chiars'; did you mean 'Chairs'"),
        (["--split", "test"], 1, "rooms: none of its 32 pictures is of the split 'test'"),
        (["--split", "val", "--classes", "Sofas"], 1, "the split 'val' has no box of Sofas"),
        (["--split", "val", "--against", "embedder-lite"], 1, "is a bundle of kind 'embedder'"),
        (["--split", "val", "--against", "nothing"], 1, "no model bundle 'nothing'"),
        (["--split", "all", "--classes", "Sofas"], 1, "it has no box of Sofas"),
        (["--split", "later"], 2, "'later' is not one of"),
        (["--most-frequent", "0"], 2, "most-frequent"),
    ],
)
def test_what_is_misuse_and_what_fails(
    bare: Run, tiny_detector: Path, rooms: Path, options: list[str], status: int, message: str
) -> None:
    answer = bare("eval", "detection", tiny_detector, rooms, *options)
    assert answer.status == status
    assert message in answer.errors
    assert answer.out == ""


def test_what_is_missing(
    bare: Run, tmp_path: Path, tiny_detector: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bare("eval", "detection", tiny_detector).status == 2
    answer = bare("eval", "detection", tiny_detector, tmp_path)
    assert answer.status == 1
    assert "no data set here" in answer.errors
    monkeypatch.setitem(sys.modules, "faster_coco_eval", None)
    answer = bare("eval", "detection", tiny_detector, tmp_path)
    assert answer.status == 1
    assert "pip install 'shopthelook[eval]'" in answer.errors
