"""eval retrieval."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from shopthelook.cli.eval_options import SPLITS
from shopthelook.cli.eval_retrieval import DETECTOR
from shopthelook.embedding.views import ViewSet
from shopthelook.evaluation.embedding.asking import Part
from shopthelook.evaluation.embedding.looks import MeasuredEmbedder
from shopthelook.models import list_bundles, open_bundle
from tests.cli.conftest import Run
from tests.evaluation.embedding import made
from tests.fixtures.tiny_bundles import make_tiny_embedder


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> ViewSet:
    return made.rooms(tmp_path_factory.mktemp("data") / "rooms", things=30)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> ViewSet:
    return made.others(tmp_path_factory.mktemp("data") / "others")


def test_the_choices_are_those_that_there_are() -> None:
    assert set(SPLITS) == set(get_args(Part))
    assert DETECTOR in {bundle.name for bundle in list_bundles()}


def test_for_people(
    bare: Run, tmp_path: Path, tiny_detector: Path, tiny_embedder: Path, rooms: ViewSet, others: ViewSet
) -> None:
    other = make_tiny_embedder(tmp_path, 512, "other")
    answer = bare(
        "eval", "retrieval", tiny_embedder, other, "--data", rooms.folder, "--split", "all",
        "--distractor-data", others.folder, "--distractors", "10", "--detector", tiny_detector,
    )  # fmt: skip
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "rooms: objects of scenes"
    assert lines[1] == (
        "40 queries in 30 groups; 40 pictures may answer, 10 of them distractors; "
        "the detector missed 10 of the 40 queries"
    )
    assert lines[2].split()[:3] == ["P@1", "P@5", "recall@5"]
    assert any(
        line.startswith("  the detector's box, its category") and "tiny-embedder@1" in line for line in lines
    )
    assert sum("better by" in line and "only new right" in line for line in lines) == 5
    place = lines.index("one core, pixels to code, 20 crops")
    assert [line.split()[0] for line in lines[place + 2 : place + 4]] == ["tiny-embedder@1", "other@1"]
    assert "tiny-embedder@1 on rooms: objects of scenes: 110 of 110" in answer.errors


def test_a_report_goes_on_after_a_stop(
    bare: Run,
    tmp_path: Path,
    tiny_detector: Path,
    tiny_embedder: Path,
    rooms: ViewSet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedded: list[int] = []
    run = MeasuredEmbedder._run

    def stopping(self: MeasuredEmbedder, crops: list[object]) -> object:
        if len(embedded) == 2:
            raise KeyboardInterrupt
        embedded.append(len(crops))
        return run(self, crops)  # type: ignore[arg-type]

    command = (
        "eval", "retrieval", tiny_embedder, "--data", rooms.folder, "--split", "all", "--detector", tiny_detector,
        "--report", tmp_path / "report", "--json",
    )  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr(MeasuredEmbedder, "_run", stopping)
        answer = bare(*command)
    assert answer.status == 130
    assert "of 100; run the same command again to go on" in answer.errors
    answer = bare(*command)
    assert answer.status == 0
    [found] = answer.objects
    assert json.loads((tmp_path / "report" / "figures.json").read_text()) == found
    assert found["benchmarks"][0]["missed_by_detector"] == 10
    [again] = bare(*command).objects
    assert again["benchmarks"] == found["benchmarks"]


def test_figures_for_the_card(bare: Run, tmp_path: Path, rooms: ViewSet) -> None:
    old = [
        {
            "name": "speed",
            "value": 1.0,
            "data": "rooms",
            "split": "all",
            "command": "shopthelook eval attributes x",
        },
        {
            "name": "hit",
            "value": 0.5,
            "data": "rooms",
            "split": "all",
            "command": "shopthelook eval retrieval x",
        },
    ]
    bundle = make_tiny_embedder(tmp_path, 64, "mine", metrics=old)
    answer = bare(
        "eval",
        "retrieval",
        bundle,
        "--data",
        rooms.folder,
        "--split",
        "all",
        "--crops",
        "given",
        "--write-card",
    )
    assert answer.status == 0
    kept, *new = open_bundle(bundle).card.metrics
    assert kept.name == "speed"
    assert {one.command for one in new} == {"shopthelook eval retrieval mine --data rooms --split all"}
    assert len(new) == 2 * 2 * 2 + 1
    assert new[-1].name == "milliseconds a crop, one thread, processor time"
    assert new[-1].value > 0


def test_by_labels(bare: Run, tiny_embedder: Path, rooms: ViewSet) -> None:
    answer = bare(
        "eval", "retrieval", tiny_embedder, "--data", rooms.folder, "--split", "all", "--crops", "given",
        "--same", "color", "--json",
    )  # fmt: skip
    assert answer.status == 0
    scenes, products = answer.objects[0]["benchmarks"]
    assert (scenes["same"], scenes["role"], scenes["queries"]) == (["color"], "scene", 30)
    # Colours are what the tiny embedder sees.
    assert products["results"][1]["float"]["p@1"]["value"] == 1.0


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--split", "later"], 2, "'later' is not one of"),
        (["--distractors", "-1"], 2, "distractors"),
        (
            ["--distractors", "5000"],
            1,
            "5,000 are asked for; 'shopthelook dataset views distractors' makes more",
        ),
        (["--detector", "embedder-lite"], 1, "is a bundle of kind 'embedder', 'detector' is needed"),
        (["--same", "taste"], 1, "no view of the split 'test' agrees with another in taste"),
        (["--distractor-data", "nowhere"], 1, "nowhere: no views here"),
    ],
)
def test_what_is_misuse_and_what_fails(
    bare: Run, tiny_embedder: Path, rooms: ViewSet, options: list[str], status: int, message: str
) -> None:
    answer = bare("eval", "retrieval", tiny_embedder, "--data", rooms.folder, *options)
    assert answer.status == status
    assert message in answer.errors
    assert answer.out == ""


def test_data_is_needed(bare: Run, tiny_embedder: Path, tiny_detector: Path, rooms: ViewSet) -> None:
    assert bare("eval", "retrieval", tiny_embedder).status == 2
    assert bare("eval", "retrieval", "--data", rooms.folder).status == 2
    answer = bare("eval", "retrieval", tiny_detector, "--data", rooms.folder)
    assert answer.status == 1
    assert "is a bundle of kind 'detector', 'embedder' is needed" in answer.errors
