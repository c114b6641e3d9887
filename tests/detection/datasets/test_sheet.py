"""The contact sheet: what it chooses, where it draws, and what it does with a bad picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from shopthelook.detection.datasets import DataError, DataSet, open_data
from shopthelook.detection.datasets.sheet import (
    Choice,
    arrange,
    choose,
    colour,
    draw_boxes,
    draw_sheet,
    save_sheet,
)


@pytest.fixture
def data(coco: Path) -> DataSet:
    return open_data(coco, "coco")


def names(data: DataSet, choice: Choice) -> list[str]:
    return [picture.path.stem for picture in choose(data, choice)]


def test_what_is_chosen(data: DataSet) -> None:
    everything = names(data, Choice(n=99))
    assert everything == sorted(str(i) for i in range(12))
    some = names(data, Choice(n=4))
    assert some == sorted(some)
    assert set(some) <= set(everything)
    assert names(data, Choice(n=4)) == some
    assert any(names(data, Choice(n=4, seed=seed)) != some for seed in (1, 2))
    in_train = names(data, Choice(n=99, split="train"))
    assert in_train == [one.path.stem for one in choose(data, Choice(n=99)) if one.split() == "train"]


@pytest.mark.parametrize("label", ["couch", "COUCH", "Sofas", "Furniture > Sofas", "460"])
def test_pictures_with_a_label(data: DataSet, label: str) -> None:
    assert names(data, Choice(label=label)) == ["0", "3", "6", "9"]


def test_a_category_takes_what_lies_below_it(data: DataSet) -> None:
    assert len(names(data, Choice(label="Furniture"))) == 12


def test_what_cannot_be_chosen(data: DataSet) -> None:
    with pytest.raises(DataError, match="no label is called 'thingummy', and no category"):
        choose(data, Choice(label="thingummy"))
    with pytest.raises(DataError, match="no picture of this choice"):
        choose(data, Choice(label="Hats"))


def test_boxes_and_names_are_where_they_belong() -> None:
    canvas = Image.new("RGB", (200, 150), "grey")
    draw_boxes(canvas, np.array([[40.0, 50, 160, 120]]), ["sofa"], [colour(3)])
    pixels = np.asarray(canvas).astype(int)
    ink = np.array(ImageColor.getrgb(colour(3)))
    drawn = (np.abs(pixels - ink).sum(axis=2) == 0).nonzero()
    rows, columns = drawn
    assert (columns.min(), columns.max(), rows.max()) == (40, 160, 120)
    assert 30 <= rows.min() < 50  # the name stands on the box
    assert (pixels[60:110, 50:150] == 128).all()  # and nothing in it


def test_names_do_not_hide_each_other() -> None:
    canvas = Image.new("RGB", (300, 200), "black")
    same = np.array([[50.0, 60, 250, 180]] * 3)
    colours = ["#c00000", "#00c000", "#0000c0"]
    draw_boxes(canvas, same, ["first", "second", "third"], colours)
    pixels = np.asarray(canvas)
    areas = [int((pixels == ImageColor.getrgb(one)).all(axis=2).sum()) for one in colours]
    assert min(areas) > 200  # each name's ground can be seen


def test_empty_boxes_and_boxes_outside_are_drawn_too() -> None:
    canvas = Image.new("RGB", (60, 40), "white")
    boxes = np.array([[10.0, 10, 10, 5], [-1e7, -1e7, 1e7, 1e7], [70, 70, 90, 90]])
    draw_boxes(canvas, boxes, ["a\nb\t\x00", "b" * 400, "椅子 \udcff"], ["#ff0000"] * 3)


@pytest.mark.parametrize("shapes", [[1.5] * 12, [0.66, 1.5, 0.7, 1.0, 3.0, 0.5, 1.5], [50.0, 0.01, 1.0]])
def test_rows_fill_the_width(shapes: list[float]) -> None:
    rows = arrange(shapes, 700, 120)
    assert sum(len(widths) for widths, _ in rows) == len(shapes)
    for widths, height in rows[:-1]:
        assert 700 - 2 * len(widths) <= sum(widths) + 12 * len(widths) <= 700
        assert 40 < height <= 150
    assert rows[-1][1] <= 150


def test_a_bad_picture_is_a_cell_that_says_so(coco: Path, data: DataSet) -> None:
    (coco / "images/1.png").write_text("no picture")
    (coco / "images/2.png").unlink()
    sheet = draw_sheet(data, [one for one in data.pictures if one.path.stem in "12"], width=400, height=120)
    ground = (np.asarray(sheet) == ImageColor.getrgb("#e4e4e8")).all(axis=2)
    assert ground.mean() > 0.3


def test_saving(tmp_path: Path) -> None:
    sheet = Image.new("RGB", (20, 10))
    save_sheet(sheet, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as saved:
        assert saved.size == (20, 10)
    with pytest.raises(DataError, match=r"sheet\.doc: cannot be written: unknown file extension"):
        save_sheet(sheet, tmp_path / "sheet.doc")
    with pytest.raises(DataError, match="No such file or directory"):
        save_sheet(sheet, tmp_path / "nowhere/sheet.png")
