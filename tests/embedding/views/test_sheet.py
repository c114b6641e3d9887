from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopthelook.embedding.views import DataError, open_views
from shopthelook.embedding.views.sheet import SheetChoice, choose, draw_views, save_views


def test_a_row_is_an_instance_with_its_main_picture_first(folder: Path) -> None:
    rows = choose(open_views(folder), SheetChoice())
    assert [name for name, _ in rows] == ["Chairs", "shirt"]  # nobody knows which chair it is
    shirt = rows[1][1]
    assert shirt[0].main
    assert [view.role for view in shirt] == ["product", "scene", "product"]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (SheetChoice(category="Chairs"), ["Chairs"]),
        (SheetChoice(label="gender"), ["shirt"]),
        (SheetChoice(label="color=Red"), ["shirt"]),
        (SheetChoice(least_views=2), ["shirt"]),
        (SheetChoice(n=1, seed=1), ["Chairs"]),
    ],
)
def test_a_choice(folder: Path, choice: SheetChoice, names: list[str]) -> None:
    assert [name for name, _ in choose(open_views(folder), choice)] == names


def test_a_split_is_a_choice(folder: Path) -> None:
    data = open_views(folder)
    split = next(view.split for view in data.views if view.instance == "shirt")
    rows = choose(data, SheetChoice(split=split))
    assert all(view.split == split for _, views in rows for view in views)
    assert "shirt" in [name for name, _ in rows]


@pytest.mark.parametrize(
    "choice", [SheetChoice(category="Sofas"), SheetChoice(label="color=Blue"), SheetChoice(category="x y")]
)
def test_nothing_to_show(folder: Path, choice: SheetChoice) -> None:
    with pytest.raises(DataError, match=r"no view of this choice|no category is called"):
        choose(open_views(folder), choice)


def test_the_sheet_shows_the_views(folder: Path, tmp_path: Path) -> None:
    (folder / "images" / "chair.png").write_text("broken")
    sheet = draw_views(choose(open_views(folder), SheetChoice()), 900, 100)
    assert sheet.size == (900, 230)
    pixels = np.asarray(sheet)
    red = (pixels == (200, 30, 30)).all(axis=2)
    assert red[120:].sum() > 5000
    assert not red[:110].any()
    save_views(sheet, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").exists()
    with pytest.raises(DataError, match="cannot be written"):
        save_views(sheet, tmp_path / "sheet.what")
