"""What every import does with pictures, with what is wrong, and when it is stopped."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.detection.datasets import DataError, open_data, read_scenes
from shopthelook.detection.datasets.importing import PROBLEMS_FILE, Imported, Order, import_data

Photo = Callable[..., Path]


@pytest.fixture
def source(tmp_path: Path, photo: Photo) -> Order:
    """Six photos with a chair each."""
    root = tmp_path / "source"
    for i in range(6):
        photo(root / f"{i}.jpg")
    images = [{"id": i, "file_name": f"{i}.jpg", "width": 60, "height": 80} for i in range(6)]
    boxes = [{"image_id": i, "category_id": 1, "bbox": [10, 10, 20, 30 + i]} for i in range(6)]
    data = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "chair"}]}
    (root / "instances.json").write_text(json.dumps(data))
    return Order("coco", root)


def test_pictures_are_linked_and_the_source_stays(source: Order, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = import_data(source, out)
    assert (done.pictures, done.boxes, done.total) == (6, 6, 6)
    assert sorted(path.name for path in out.iterdir()) == ["annotations.json", "images", "labels.tsv"]
    for i in range(6):
        assert (out / f"images/{i}.jpg").samefile(source.source / f"{i}.jpg")
    scenes = read_scenes(out)
    assert [scene.split for scene in scenes] == [split_of(scene.path.read_bytes()) for scene in scenes]
    digests = [image["sha256"] for image in json.loads((out / "annotations.json").read_text())["images"]]
    assert digests == [hashlib.sha256(scene.path.read_bytes()).hexdigest() for scene in scenes]


def test_links_are_followed_and_circles_are_not(source: Order, tmp_path: Path) -> None:
    root, disk = source.source, tmp_path / "disk"
    disk.mkdir()
    for i in range(3):
        (root / f"{i}.jpg").rename(disk / f"{i}.jpg")
    (root / "more").symlink_to(disk)
    (disk / "round").symlink_to(root)
    (disk / "0.jpg").rename(tmp_path / "0.jpg")
    (root / "0.jpg").symlink_to("../0.jpg")
    done = import_data(source, tmp_path / "out")
    assert (done.pictures, done.problems) == (6, [])
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))
    assert (tmp_path / "out/images/0.jpg").samefile(tmp_path / "0.jpg")
    assert (tmp_path / "out/images/more/1.jpg").samefile(disk / "1.jpg")


def test_in_place_copies_nothing(source: Order, tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_data(replace(source, in_place=True), out)
    assert sorted(path.name for path in out.iterdir()) == ["annotations.json", "labels.tsv"]
    assert [scene.path for scene in read_scenes(out)] == [source.source / f"{i}.jpg" for i in range(6)]


def test_a_stopped_import_goes_on(source: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    import_data(source, whole)

    def stop(done: Imported) -> None:
        if done.pictures == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_data(source, out, stop)
    assert not out.exists()
    journal = out.with_name("out.partial") / "pictures.jsonl"
    assert len(journal.read_text().splitlines()) == 4
    journal.write_text(journal.read_text()[:-9])  # as a kill in the middle of writing leaves it
    with pytest.raises(DataError, match="left of another import"):
        import_data(replace(source, in_place=True), out)

    looked_at = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: looked_at.append(path.name) or real(path))
    import_data(source, out)
    assert sorted(name for name in looked_at if name.endswith(".jpg")) == ["3.jpg", "4.jpg", "5.jpg"]
    assert not out.with_name("out.partial").exists()
    for name in ("annotations.json", "labels.tsv"):
        assert (out / name).read_text() == (whole / name).read_text()


def test_what_is_there_is_never_overwritten(source: Order, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(DataError, match="exists already"):
        import_data(source, tmp_path / "out")
    with pytest.raises(DataError, match="lies within the source"):
        import_data(source, source.source / "out")
    with pytest.raises(DataError, match="no such file or folder"):
        import_data(replace(source, source=tmp_path / "nowhere"), tmp_path / "new")


def test_bad_pictures_are_counted_and_the_rest_goes_on(source: Order, tmp_path: Path, photo: Photo) -> None:
    root = source.source
    (root / "1.jpg").write_bytes((root / "1.jpg").read_bytes()[:900])
    (root / "2.jpg").write_text("<html>")
    (root / "3.jpg").unlink()
    photo(root / "4.jpg", (80, 60))
    turned = Image.Exif()
    turned[0x0112] = 6
    photo(root / "5.jpg", (80, 60), exif=turned)  # upright it is 60 x 80, as its boxes say
    done = import_data(source, tmp_path / "out")
    assert (done.pictures, done.boxes, len(done.problems)) == (2, 2, 4)
    said = {problem.where: problem.reason for problem in done.problems}
    assert "cut short" in said["1.jpg"]
    assert "not a JPEG" in said["2.jpg"]
    assert "no picture '3.jpg'" in said["instances.json: images[3]"]
    assert said["4.jpg"] == "its boxes are of a picture of 60 x 80 pixels, and it has 80 x 60"
    written = (tmp_path / "out" / PROBLEMS_FILE).read_text().splitlines()
    assert written == [f"{where}\t{reason}" for where, reason in said.items()]


def test_nothing_good_writes_nothing(source: Order, tmp_path: Path) -> None:
    for path in source.source.glob("*.jpg"):
        path.write_text("no picture")
    with pytest.raises(DataError, match=r"no picture could be imported.*0\.jpg: not a JPEG"):
        import_data(source, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_pictures_without_objects_can_be_left_out(source: Order, tmp_path: Path) -> None:
    file = source.source / "instances.json"
    data = json.loads(file.read_text())
    data["categories"].append({"id": 2, "name": "giraffe"})
    data["annotations"] = [box | {"category_id": 1 + box["image_id"] % 2} for box in data["annotations"]]
    file.write_text(json.dumps(data))
    done = import_data(replace(source, only_objects=True), tmp_path / "out")
    assert (done.pictures, done.left_out) == (3, 3)
    assert [scene.path.name for scene in read_scenes(tmp_path / "out")] == ["0.jpg", "2.jpg", "4.jpg"]


def test_a_picture_listed_twice_counts_once(source: Order, tmp_path: Path) -> None:
    file = source.source / "instances.json"
    data = json.loads(file.read_text())
    data["images"].append(data["images"][0] | {"id": 99})
    file.write_text(json.dumps(data))
    done = import_data(source, tmp_path / "out")
    assert done.pictures == 6
    assert [problem.reason for problem in done.problems] == ["this picture is listed twice"]
    assert len(open_data(tmp_path / "out").pictures) == 6


def test_a_picture_whose_name_cannot_be_written_down_is_left_out(co_parsing: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    for old in ("photos/0001.jpg", "annotations/pixel-level/0001.mat"):
        path = co_parsing / old
        path.rename(path.with_name(odd + path.suffix))
    done = import_data(Order("clothing-co-parsing", co_parsing), tmp_path / "out")
    assert done.pictures == 1
    assert [problem.reason for problem in done.problems] == ["its name is not UTF-8"]
    assert (tmp_path / "out" / PROBLEMS_FILE).read_text() == "caf .jpg\tits name is not UTF-8\n"
