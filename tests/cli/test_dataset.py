"""The commands for data sets: import, check, show, inspect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Run


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Thirty pictures with a chair and a giraffe in a COCO file, and one picture that is none."""
    root = tmp_path / "source"
    root.mkdir()
    rng = np.random.default_rng(0)
    for i in range(30):
        Image.fromarray(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)).save(root / f"{i:02d}.png")
    (root / "30.png").write_text("no picture")
    boxes = [
        {"image_id": i, "category_id": label, "bbox": [5 * label, 5, 20, 30]}
        for i in range(30)
        for label in (1, 2)
    ]
    data = {
        "images": [{"id": i, "file_name": f"{i:02d}.png", "width": 60, "height": 40} for i in range(31)],
        "annotations": boxes,
        "categories": [{"id": 1, "name": "chair"}, {"id": 2, "name": "giraffe"}],
    }
    (root / "instances.json").write_text(json.dumps(data))
    return root


@pytest.fixture
def made(bare: Run, source: Path) -> Path:
    out = source.parent / "made"
    assert bare("dataset", "import", "coco", source, out).status == 0
    return out


def edit(folder: Path, **more: list[Any]) -> None:
    path = folder / "annotations.json"
    data = json.loads(path.read_text())
    for key, entries in more.items():
        data[key] += entries
    path.write_text(json.dumps(data))


def test_import(bare: Run, source: Path) -> None:
    out = source.parent / "out"
    answer = bare("dataset", "import", "coco", source, out)
    assert answer.status == 0
    assert answer.out.splitlines() == [
        f"{out}: 30 pictures, 60 boxes",
        "licence: as its source states",
        f"no objects to find, unless {out}/labels.tsv says so: giraffe",
    ]
    assert f"1 problem, listed in {out}/problems.tsv:\n  30.png: not a JPEG" in answer.errors
    again = bare("dataset", "import", "coco", source, out)
    assert (again.status, again.errors) == (
        1,
        f"error: {out} exists already; name another folder, or delete it first\n",
    )
    licence = ("--licence", "CC0, Ann")
    (said,) = bare("dataset", "import", "coco", source, f"{out}2", "--json", "--in-place", *licence).objects
    assert said["licence"] == "CC0, Ann"
    assert (said["pictures"], said["boxes"], said["problems"]) == (30, 60, 1)
    assert said["labels_without_category"] == ["giraffe"]


def test_misuse(bare: Run, source: Path) -> None:
    answer = bare("dataset", "import", "yolo", source, "out")
    assert answer.status == 2
    assert "'clothing-co-parsing', 'fashionpedia'" in answer.errors
    assert bare("dataset", "check").status == 2
    assert bare("dataset", "inspect", source, "--split", "half").status == 2
    nothing = bare("dataset", "check", source / "nowhere")
    assert nothing.status == 1
    assert nothing.errors.startswith(f"error: {source}/nowhere: no data set here")


def test_check(bare: Run, made: Path) -> None:
    good = bare("dataset", "check", made)
    assert good.status == 0
    assert good.out.startswith(f"{made}: 30 pictures, 60 boxes: nothing is wrong\n")
    edit(made, annotations=[{"image_id": i, "category_id": 1, "bbox": [1, 1, 0, 5]} for i in range(1, 13)])
    bad = bare("dataset", "check", made)
    assert bad.status == 1
    assert bad.out.startswith(f"{made}: 30 pictures, 72 boxes: 12 problems\n  boxes without area: 12\n")
    assert bad.out.count("chair [1 1 1 6]") == 10
    assert "... and 2 more; --all prints them" in bad.out
    assert bare("dataset", "check", made, "--all").out.count("chair [1 1 1 6]") == 12
    listed = bare("dataset", "check", made, "--json")
    assert listed.status == 1
    first = listed.objects[0]
    if first["kind"] == "no-category":
        first = listed.objects[1]
    assert first == {
        "kind": "empty-box",
        "data": str(made),
        "text": "images/00.png: chair [1 1 1 6]",
        "picture": str(made / "images/00.png"),
        "note": False,
    }


def test_show(bare: Run, made: Path) -> None:
    (said,) = bare("dataset", "show", made, "--json").objects
    assert sum(said["pictures"].values()) == 30
    assert said["boxes"] == {"Chairs": said["pictures"]}
    (fine,) = bare("dataset", "show", made, "--fine", "--json").objects
    assert set(fine["boxes"]) == {"chair", "giraffe"}
    lines = bare("dataset", "show", made).out.splitlines()
    assert lines[0] == f"{made}: scenes, licence: as its source states"
    assert lines[1].split() == ["train", "val", "test", "all"]
    assert lines[3].split() == ["Chairs", *(str(n) for n in said["pictures"].values()), "30"]


def test_inspect(bare: Run, made: Path) -> None:
    sheet = made.parent / "sheet.png"
    answer = bare("dataset", "inspect", made, "-n", 5, "--label", "Chairs", "--out", sheet, "--width", 600)
    assert answer.out == f"{sheet}: 5 pictures of made\n"
    with Image.open(sheet) as picture:
        assert picture.width == 600
    (said,) = bare("dataset", "inspect", made, "-n", 2, "--out", sheet, "--json").objects
    assert len(said["pictures"]) == 2
    wrong = bare("dataset", "inspect", made, "--label", "Chiars", "--out", sheet)
    assert wrong.status == 1
    assert "near it: Furniture > Chairs" in wrong.errors
