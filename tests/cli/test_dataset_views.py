"""Sets of views on the command line."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.embedding.views import open_views
from tests.cli.conftest import Run, bare
from tests.fixtures.tiny_bundles import scene

__all__ = ["bare"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A table of eight things, each with a shop's picture and a part of a scene."""
    folder = tmp_path / "source"
    folder.mkdir()
    rows: list[list[object]] = [["picture", "instance", "category", "x1", "y1", "x2", "y2", "main", "color"]]
    for i in range(8):
        Image.fromarray(scene(320, 240, (i % 2, 20 + i, 30, 120, 200))).save(folder / f"scene{i}.png")
        alone = np.full((200, 200, 3), 255, np.uint8)
        alone[40 : 120 + i, 40:120] = scene(1, 1, (i % 2, 0, 0, 1, 1))
        Image.fromarray(alone).save(folder / f"shop{i}.png")
        rows.append([f"scene{i}.png", f"thing {i}", "Chairs", 20 + i, 30, 120, 200, "", "Red"])
        rows.append([f"shop{i}.png", f"thing {i}", "Chairs", "", "", "", "", 1, "Red"])
    with (folder / "things.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


def test_import_show_check_and_look(bare: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "views"
    answer = bare("dataset", "views", "import", "csv", source, out, "--licence", "CC0", "--json")
    (told,) = answer.objects
    assert (answer.status, told["views"], told["instances"], told["licence"]) == (0, 16, 8, "CC0")
    assert len(open_views(out).views) == 16

    (told,) = bare("dataset", "views", "show", out, "--json").objects
    assert sum(told["counts"]["scenes and products"].values()) == 8
    assert sum(told["categories"]["Chairs"].values()) == 16
    assert sum(told["labels"]["color"]["Red"].values()) == 16
    answer = bare("dataset", "views", "show", out)
    assert "licence: CC0" in answer.out
    assert answer.out.splitlines()[3].split()[0] == "views"

    answer = bare("dataset", "views", "check", out)
    assert (answer.status, answer.out) == (0, f"{out}: nothing is wrong\n")
    (answer_row,) = bare(
        "dataset", "views", "inspect", out, "-n", "3", "--out", "sheet.png", "--json"
    ).objects
    assert len(answer_row["rows"]) == 3
    with Image.open(answer_row["sheet"]) as sheet:
        assert sheet.width == 1400


def test_what_is_wrong_makes_the_check_fail(bare: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "views"
    (source / "scene3.png").unlink()
    (source / "shop4.png").write_text("no picture")
    answer = bare("dataset", "views", "import", "csv", source, out)
    assert answer.status == 0
    assert "2 problems, listed in" in answer.errors
    assert (out / "problems.tsv").read_text().count("\n") == 2
    (out / "images" / "scene5.png").unlink()
    answer = bare("dataset", "views", "check", out)
    assert answer.status == 1
    assert "pictures that are missing or cannot be read: 1" in answer.out
    assert "note: instances with a single view: 2" in answer.out
    problems = bare("dataset", "views", "check", out, "--json").objects
    assert [one["kind"] for one in problems if not one["note"]] == ["picture"]


def test_a_wrong_order_is_told(bare: Run, source: Path, tmp_path: Path) -> None:
    assert bare("dataset", "views", "import", "what", source, tmp_path / "out").status == 2
    answer = bare("dataset", "views", "import", "street2shop", source, tmp_path / "out")
    assert (answer.status, "no Street2Shop here" in answer.errors) == (1, True)
    answer = bare("dataset", "views", "show", source)
    assert (answer.status, "no views here" in answer.errors) == (1, True)


def test_things_are_pasted_into_scenes(bare: Run, source: Path, tmp_path: Path) -> None:
    views = tmp_path / "views"
    bare("dataset", "views", "import", "csv", source, views)
    out = tmp_path / "composed"
    order = ("dataset", "views", "compose", "--things", views, "--scenes", views, "--number", 5)
    answer = bare(*order, "--out", out, "--json")
    (told,) = answer.objects
    assert (answer.status, told["scenes"], told["faults"]) == (0, 5, [])
    assert len(open_views(out).views) == told["views"] >= 5
    answer = bare(*order, "--out", tmp_path / "again")
    assert f"5 scenes, {told['views']} views of" in answer.out
    answer = bare(*order, "--out", out)
    assert (answer.status, "exists already" in answer.errors) == (1, True)


def test_all_of_it_works_without_pytorch(source: Path, tmp_path: Path) -> None:
    """In a Python that has none, as the plain install is."""
    views, out = tmp_path / "views", tmp_path / "out"
    code = (
        "import sys\n"
        "for name in ('torch', 'torchvision', 'timm', 'onnx'): sys.modules[name] = None\n"
        "from shopthelook.cli.main import main\n"
        f"run = lambda *words: main(['dataset', 'views', *words], standalone_mode=False)\n"
        f"run('import', 'csv', {str(source)!r}, {str(views)!r})\n"
        f"run('check', {str(views)!r})\n"
        f"run('inspect', {str(views)!r}, '--out', {str(tmp_path / 'sheet.png')!r})\n"
        f"run('compose', '--things', {str(views)!r}, '--scenes', {str(views)!r}, '--number', '1', "
        f"'--out', {str(out)!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (out / "views.csv").exists()
