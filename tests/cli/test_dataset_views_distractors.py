"""dataset views distractors."""

from __future__ import annotations

from pathlib import Path

from shopthelook.embedding.views import open_views
from tests.cli.conftest import Run
from tests.evaluation.embedding import made


def test_they_are_made_and_looked_among(bare: Run, tmp_path: Path, tiny_embedder: Path) -> None:
    rooms, others = made.rooms(tmp_path / "rooms"), made.others(tmp_path / "others")
    out = tmp_path / "more"
    answer = bare("dataset", "views", "distractors", others.folder, "--out", out, "-n", "40")
    assert answer.status == 0
    assert answer.out == (
        f"{out}: 40 views: 12 as they are, 28 products in other colours and angles, 0 other parts of scenes\n"
    )
    assert len(open_views(out).views) == 40
    assert bare("dataset", "views", "check", out).status == 0
    measured = bare(
        "eval", "retrieval", tiny_embedder, "--data", rooms.folder, "--split", "all", "--crops", "given",
        "--distractor-data", out, "--json",
    )  # fmt: skip
    assert measured.objects[0]["benchmarks"][0]["distractors"] == 40


def test_for_programs_and_what_fails(bare: Run, tmp_path: Path) -> None:
    others = made.others(tmp_path / "others")
    command = (
        "dataset",
        "views",
        "distractors",
        others.folder,
        "--out",
        tmp_path / "more",
        "-n",
        "5",
        "--json",
    )
    assert bare(*command).objects == [
        {
            "data": str(tmp_path / "more"), "views": 5, "as_they_are": 5, "changed": 0, "parts": 0,
            "sources": ["others"],
        }
    ]  # fmt: skip
    again = bare(*command)
    assert again.status == 1
    assert "more exists already" in again.errors
    assert bare("dataset", "views", "distractors", others.folder).status == 2
