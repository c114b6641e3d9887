from __future__ import annotations

from pathlib import Path

import pytest

from shopthelook.embedding.views import DataError, load, open_views
from shopthelook.embedding.views.importing import Imported, Order, import_views


class Stopped(Exception):
    pass


def test_pictures_are_linked(coco: Path, tmp_path: Path) -> None:
    import_views(Order("coco", coco), tmp_path / "out")
    assert (coco / "images" / "room.jpg").samefile(tmp_path / "out" / "images" / "images" / "room.jpg")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"images", "info.json", "views.csv"}


def test_pictures_can_stay(co_parsing: Path, tmp_path: Path) -> None:
    import_views(Order("co-parsing", co_parsing, in_place=True), tmp_path / "out")
    views = open_views(tmp_path / "out").views
    assert [view.path for view in views] == [co_parsing / "images" / "0001.jpg"] * 2
    assert views[1].mask == (co_parsing / "masks" / "0001.png", 1)
    assert not (tmp_path / "out" / "images").exists()
    load(views[1])


def test_an_import_goes_on_where_it_stopped(labelled_photos: Path, tmp_path: Path) -> None:
    out, order = tmp_path / "out", Order("labelled-photos", labelled_photos)

    def stop(done: Imported) -> None:
        if done.read == 2:
            raise Stopped

    with pytest.raises(Stopped):
        import_views(order, out, stop)
    assert not out.exists()
    assert len((tmp_path / "out.partial" / "pictures.jsonl").read_text().splitlines()) == 2
    with pytest.raises(DataError, match="left of another import"):
        import_views(Order("labelled-photos", labelled_photos, in_place=True), out)
    assert import_views(order, out).views == 3
    assert len(open_views(out).views) == 3
    with pytest.raises(DataError, match="exists already"):
        import_views(order, out)


def test_a_licence_and_labels_of_ones_own(labelled_photos: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.tsv"
    labels.write_text("Not sure\tFurniture > Sofas\nT-Shirt\t\n")
    order = Order("labelled-photos", labelled_photos, labels=labels, licence="CC0")
    import_views(order, tmp_path / "out")
    data = open_views(tmp_path / "out")
    assert data.licence == "CC0"
    assert [view.category for view in data.views][:2] == [-1, 460]


def test_boxes_that_are_wrong_are_told_and_left_out(csv_file: Path, tmp_path: Path) -> None:
    rows = [
        "image,x1,y1,x2,y2,mask",
        "street.jpg,-10,-10,40,50,",
        "street.jpg,90,0,95,10,",
        "street.jpg,5,5,20,20,",
        "street.jpg,-10,-10,40,50,",
        "none.jpg,,,,,",
        "shop.jpg,,,,,none.png#1",
        "../mine.csv,,,,,",
    ]
    (csv_file / "mine.csv").write_text("\n".join(rows))
    (csv_file / "pictures" / "text.jpg").write_text("no picture")
    with (csv_file / "mine.csv").open("a") as file:
        file.write("\ntext.jpg,,,,,\ntext.jpg,1,1,9,9,\n")
    done = import_views(Order("csv", csv_file), tmp_path / "out")
    assert [view.box for view in open_views(tmp_path / "out").views] == [(0, 0, 40, 50)]
    assert done.too_small == 1
    listed = (tmp_path / "out" / "problems.tsv").read_text().splitlines()
    assert [line.split("\t")[0] for line in listed] == [
        "street.jpg",
        "street.jpg",
        "mine.csv: line 6",
        "mine.csv: line 7",
        "mine.csv: line 8",
        "text.jpg",
    ]
    assert "lies outside the picture of 80 x 100 pixels" in listed[0]
    assert "this view is listed twice" in listed[1]
    assert "no picture 'none.jpg'" in listed[2]
    assert "not a JPEG" in listed[5]


def test_an_import_of_nothing_writes_nothing(coco: Path, tmp_path: Path) -> None:
    (coco / "images" / "room.jpg").unlink()
    with pytest.raises(DataError, match=r"nothing was written: boxes_coco\.json: images\[0\]: .*no picture"):
        import_views(Order("coco", coco), tmp_path / "out")
    assert not (tmp_path / "out.partial").exists()


def test_the_result_may_not_lie_in_the_source(coco: Path) -> None:
    with pytest.raises(DataError, match="lies within the source"):
        import_views(Order("coco", coco), coco / "out")
