from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from shopthelook.embedding.views import DataError, Row, write_views
from shopthelook.embedding.views.checking import TITLES, check_views
from tests.embedding.views.conftest import picture


def found(*folders: Path) -> list[tuple[str, str]]:
    return [(problem.kind, problem.text) for problem in check_views(folders)]


def test_nothing_is_wrong(folder: Path) -> None:
    assert found(folder) == []


def test_what_is_wrong_is_named(folder: Path) -> None:
    whole = "images/chair.png"
    Image.new("L", (5, 5)).save(folder / "small.png")
    rows = [
        Row("images/none.png", "scene", "a"),
        Row("images/none.png", "scene"),
        Row(whole, "scene", "a", box=(-5, 0, 20, 20)),
        Row(whole, "scene", "a", box=(-0.5, 0, 40.5, 20)),
        Row("images/street.png", "product", "b", mask="gone.png#1"),
        Row("images/street.png", "product", "b", mask="small.png#1"),
        Row("images/street.png", "product", "b", box=(0, 0, 10, 10), mask="mask.png#7"),
        Row(whole, "product", "c", "Sofas", group="d", main=True),
        Row(whole, "product", "d", "Chairs", group="d"),
        Row(whole, "scene", "c", "Rugs", box=(0, 0, 20, 20), group="f", main=True),
        Row(whole, "product", "d", "Flying carpets", box=(0, 0, 20, 20), group="d"),
    ]
    write_views(folder, rows)
    problems = found(folder)
    assert [kind for kind, _ in problems if kind not in ("split", "single")] == [
        "picture",
        "unknown-category",
        "picture",
        "box",
        "mask",
        "mask",
        "mask",
        "two-instances",
        "two-categories",
        "mains",
    ]
    texts = dict(reversed(problems))
    assert "none.png: this picture cannot be read" in problems[0][1]
    assert texts["unknown-category"] == "line 12: 'Flying carpets'"
    assert texts["box"].endswith("the picture has 40 x 40 pixels")
    assert texts["two-instances"] == "images/chair.png: c and d"
    assert texts["two-categories"] == "c: Rugs, Sofas"
    assert set(dict(problems)) <= set(TITLES)


def test_rows_that_cannot_be_read_do_not_hide_others(folder: Path) -> None:
    (folder / "views.csv").write_text("picture,role,instance\na.png,what,a\nimages/chair.png,product,b\n")
    assert [kind for kind, _ in found(folder)] == ["row", "single"]


def test_an_instance_in_two_splits_is_found_across_data_sets(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    picture(other / "a.png")
    groups = [f"group {i}" for i in range(30)]
    for name in groups:
        write_views(other, [Row("a.png", "scene", "shirt", "212", group=name)])
        if found(folder, other):
            break
    ((kind, text),) = found(folder, other)
    assert kind == "split"
    assert text.startswith("shirt: ")
    assert found(other) == [("single", "shirt: a.png")]


def test_a_folder_without_views(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"views\.csv: cannot be read"):
        found(tmp_path)
