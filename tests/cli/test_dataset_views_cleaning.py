"""Cleaning matches on the command line: suspects, answers, merged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image

from shopthelook.embedding.views import open_views, write_views
from tests.cli.conftest import Run, bare
from tests.fixtures.matches import make_matches
from tests.fixtures.photos import photo

__all__ = ["bare", "photo"]


def test_from_suspects_to_a_cleaned_set(
    bare: Run, tmp_path: Path, tiny_embedder: Path, photo: Callable[[int], Image.Image]
) -> None:
    folder, listed, answers = tmp_path / "matches", tmp_path / "suspects.jsonl", tmp_path / "answers.jsonl"
    rows = make_matches(folder, photo)
    rows[2], rows[5] = replace(rows[2], instance="chair 5"), replace(rows[5], instance="chair 2")
    rows.append(replace(rows[20], instance="seat", main=False))
    write_views(folder, rows)
    (folder / "images" / "room9.png").write_text("no picture")

    order = ("dataset", "views", "suspects", folder, "--out", listed, "--bundle", tiny_embedder)
    told = bare(*order, "--json")
    assert told.status == 0, told.errors
    assert told.objects[0]["suspects"] == {"two-instances": 1, "unlike": 2}
    assert "1 views cannot be read" in told.errors
    first = listed.read_bytes()
    assert bare(*order).status == 0
    assert listed.read_bytes() == first
    assert Path(f"{listed}.looks").exists()

    lines = [json.loads(line) for line in first.splitlines()]
    given = [line | {"answer": {"labeler": "ann", "action": line["action"]}} for line in lines]
    answers.write_text("\n".join(map(json.dumps, given)))
    merging = ("dataset", "views", "merge", folder, answers, "--out", tmp_path / "clean", "--json")
    assert (
        "room9.png" in bare(*merging).errors
    )  # nothing is written of a set with pictures that cannot be read
    assert not (tmp_path / "clean").exists()
    make_matches(tmp_path / "whole", photo)
    (tmp_path / "whole" / "images" / "room9.png").replace(folder / "images" / "room9.png")
    merged = bare(*merging)
    assert merged.status == 0, merged.errors
    assert merged.objects[0]["changes"] == {"join": 1, "apart": 2}
    assert len(open_views(tmp_path / "clean").views) == 29
    again = bare("dataset", "views", "suspects", tmp_path / "clean", *order[4:])
    assert (again.status, listed.read_text()) == (0, ""), again.errors

    answers.write_text(json.dumps(given[0]) + "\n" + json.dumps(lines[1]))
    failed = bare("dataset", "views", "merge", folder, answers, "--out", tmp_path / "no")
    assert failed.status == 1
    assert f"{answers}: line 2: 'answer' is missing" in failed.errors


def test_a_fold_is_left_out(bare: Run, tmp_path: Path, photo: Callable[[int], Image.Image]) -> None:
    make_matches(tmp_path / "matches", photo)
    order = ("dataset", "views", "fold", tmp_path / "matches", "--out", tmp_path / "part")
    told = bare(*order, "--fold", "1/2", "--json")
    assert told.objects[0]["views"] == len(open_views(tmp_path / "part").views) < 28
    assert bare(*order, "--fold", "2/2").status == 2
