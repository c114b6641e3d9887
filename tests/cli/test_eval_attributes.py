"""eval attributes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopthelook.embedding.views import ViewSet
from shopthelook.models import open_bundle
from tests.cli.conftest import Run
from tests.evaluation.embedding import made
from tests.fixtures.tiny_bundles import COLOR_HEAD, make_tiny_embedder


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> ViewSet:
    return made.rooms(tmp_path_factory.mktemp("data") / "rooms", things=12)


@pytest.fixture
def with_heads(tmp_path: Path) -> Path:
    return make_tiny_embedder(tmp_path, name="with-heads", **COLOR_HEAD)


def test_for_people(bare: Run, with_heads: Path, tiny_embedder: Path, rooms: ViewSet) -> None:
    answer = bare("eval", "attributes", tiny_embedder, with_heads, "--data", rooms.folder, "--split", "all")
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == "rooms: 28 views"
    assert [line.split()[:3] for line in lines[2:5]] == [
        ["category", "tiny-embedder@1", "28"],
        ["category", "with-heads@1", "28"],
        ["color", "with-heads@1", "24"],
    ]


def test_for_programs_with_a_report_and_the_card(
    bare: Run, tmp_path: Path, with_heads: Path, rooms: ViewSet
) -> None:
    answer = bare(
        "eval", "attributes", with_heads, "--data", rooms.folder, "--split", "all", "--head", "color",
        "--report", tmp_path / "report", "--write-card", "--json",
    )  # fmt: skip
    assert answer.status == 0
    [found] = answer.objects
    [result] = found["data"][0]["results"]
    assert (result["head"], result["views"], result["p@1"]["value"]) == ("color", 24, 1.0)
    assert (tmp_path / "report" / "report.html").exists()
    rows = open_bundle(with_heads).card.metrics
    assert ("color: P@1", 1.0) in {(one.name, one.value) for one in rows}
    assert {one.command for one in rows} == {
        "shopthelook eval attributes with-heads --data rooms --split all"
    }


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--head", "taste"], 1, "nothing to ask of taste"),
        (["--split", "later"], 2, "'later' is not one of"),
        (["--data", "nowhere"], 1, "nowhere: no views here"),
    ],
)
def test_what_is_misuse_and_what_fails(
    bare: Run, with_heads: Path, rooms: ViewSet, options: list[str], status: int, message: str
) -> None:
    answer = bare("eval", "attributes", with_heads, "--data", rooms.folder, *options)
    assert answer.status == status
    assert message in answer.errors
