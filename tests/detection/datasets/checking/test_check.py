"""Each fault of a data set is found, and a good one has none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.detection.datasets import open_data
from shopthelook.detection.datasets.checking import Problem, check, count

Change = Callable[[dict[str, Any], Path], None]
N = 60


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, photo: Callable[[int], Image.Image]) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for i in range(N):
        photo(i).save(folder / f"{i}.jpg", quality=90)
    return folder


@pytest.fixture
def good(pictures: Path, tmp_path: Path) -> Path:
    """Sixty pictures with a chair and a couch each, and a nameless thing."""
    folder = tmp_path / "good"
    (folder / "images").mkdir(parents=True)
    for path in pictures.iterdir():
        (folder / "images" / path.name).hardlink_to(path)
    data = {
        "info": {"label_map": "coco"},
        "images": [{"id": i, "file_name": f"images/{i}.jpg", "width": 240, "height": 160} for i in range(N)],
        "annotations": [
            {"image_id": i, "category_id": label, "bbox": [10 * label, 10, 60, 100]}
            for i in range(N)
            for label in (1, 2)
        ],
        "categories": [{"id": 1, "name": "chair"}, {"id": 2, "name": "couch"}, {"id": 3, "name": "zebra"}],
    }
    (folder / "annotations.json").write_text(json.dumps(data))
    return folder


def found(folder: Path) -> list[Problem]:
    return [problem for problem in check([open_data(folder)]) if problem.kind != "few-boxes"]


def test_nothing_is_wrong_with_a_good_one(good: Path) -> None:
    seen: list[tuple[int, int]] = []
    assert [one for one in check([open_data(good)], lambda *now: seen.append(now)) if not one.is_note] == []
    assert seen[-1] == (N, N)


def add(box: list[float], label: int = 1) -> Change:
    return lambda data, _: data["annotations"].append({"image_id": 0, "category_id": label, "bbox": box})


def gone(data: dict[str, Any], folder: Path) -> None:
    (folder / "images/0.jpg").unlink()


def cut(data: dict[str, Any], folder: Path) -> None:
    half = (folder / "images/0.jpg").read_bytes()[:900]
    (folder / "images/0.jpg").unlink()
    (folder / "images/0.jpg").write_bytes(half)


def wide(data: dict[str, Any], folder: Path) -> None:
    data["images"][0]["width"] = 480


def changed(data: dict[str, Any], folder: Path) -> None:
    data["images"][0]["sha256"] = "ab" * 32


def again(data: dict[str, Any], folder: Path) -> None:
    (folder / "images/copy.jpg").hardlink_to(folder / "images/0.jpg")
    data["images"].append(data["images"][0] | {"id": "copy", "file_name": "images/copy.jpg"})


def without_chairs(data: dict[str, Any], folder: Path) -> None:
    data["images"][0]["neg_category_ids"] = [1]


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        (without_chairs, "absent-box", "images/0.jpg: chair [10 10 70 110]"),
        (add([5, 5, 0, 9]), "empty-box", "images/0.jpg: chair [5 5 5 14]"),
        (add([5, 5, 9, -2]), "empty-box", "images/0.jpg: chair [5 5 14 3]"),
        (add([200, 100, 60, 20]), "outside-box", "images/0.jpg: chair [200 100 260 120] in 240 x 160"),
        (add([10, 10, 60, 99]), "doubled-box", "images/0.jpg: chair [10 10 70 110]"),
        (add([10, 10, 60, 99], 2), "two-labels", "images/0.jpg: chair and couch [10 10 70 110]"),
        (add([80, 50, 20, 20], 3), "no-category", "zebra: 1 box"),
        (gone, "picture", "images/0.jpg: No such file"),
        (cut, "picture", "cut short"),
        (wide, "size", "the data set says 480 x 160 pixels, it has 240 x 160"),
        (changed, "changed", "its SHA-256 is not the one"),
        (again, "twice", "images/copy.jpg is "),
    ],
)
def test_each_fault_is_found(good: Path, change: Change, kind: str, says: str) -> None:
    data = json.loads((good / "annotations.json").read_text())
    change(data, good)
    (good / "annotations.json").write_text(json.dumps(data))
    (problem,) = found(good)
    assert problem.kind == kind
    assert says in problem.text
    assert problem.data == str(good)
    assert problem.is_note == (kind == "no-category")


def test_a_set_without_pictures_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "annotations.json").write_text('{"images": [], "annotations": [], "categories": []}')
    (problem,) = check([open_data(tmp_path, "coco")])
    assert (problem.kind, problem.text) == ("picture", "there is no picture in it")


def test_what_reaches_outside_by_a_rounding_error_is_no_fault(good: Path) -> None:
    data = json.loads((good / "annotations.json").read_text())
    add([199.6, 59.7, 41, 101])(data, good)
    (good / "annotations.json").write_text(json.dumps(data))
    assert found(good) == []


def test_a_photo_of_two_splits_is_found_across_data_sets(good: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    first = next(i for i in range(N) if split_of((good / f"images/{i}.jpg").read_bytes()) == "train")
    for quality in range(30, 90):  # until the copy is to be measured with
        Image.open(good / f"images/{first}.jpg").save(other / "copy.jpg", quality=quality)
        if split_of((other / "copy.jpg").read_bytes()) == "test":
            break
    data = json.loads((good / "annotations.json").read_text())
    image = data["images"][0] | {"file_name": "copy.jpg"}
    (other / "annotations.json").write_text(json.dumps(data | {"images": [image], "annotations": []}))
    (problem,) = [one for one in check([open_data(good), open_data(other)]) if not one.is_note]
    assert problem.kind == "alike"
    assert problem.text.endswith(f"images/{first}.jpg (train) looks like {other}/copy.jpg (test)")
    assert (problem.data, problem.other) == (str(other), str(other / "copy.jpg"))
    # Said to be of one product, both are in one split.
    for folder, i in ((good, first), (other, 0)):
        data = json.loads((folder / "annotations.json").read_text())
        data["images"][i]["group"] = "a photo"
        (folder / "annotations.json").write_text(json.dumps(data))
    assert [one for one in check([open_data(good), open_data(other)]) if not one.is_note] == []


def test_few_boxes_are_noted(good: Path) -> None:
    data = json.loads((good / "annotations.json").read_text())
    boxes = data["annotations"]
    data["annotations"] = [one for one in boxes if one["category_id"] == 1 or one["image_id"] < 3]
    (good / "annotations.json").write_text(json.dumps(data))
    notes = [one.text for one in check([open_data(good)]) if one.kind == "few-boxes"]
    assert "Sofas: 3 boxes in all; with fewer than 5 it is left out" in notes
    in_val = sum(split_of(path.read_bytes()) == "val" for path in (good / "images").iterdir())
    assert in_val < 10
    assert f"Chairs: {in_val} in val" in notes


def test_counts(good: Path) -> None:
    data = open_data(good)
    splits = [picture.split() for picture in data.pictures]
    assert set(count(data, splits)) == {"Chairs", "Sofas"}
    fine = count(data, splits, fine=True)
    assert {name: sum(n.values()) for name, n in fine.items()} == {"chair": N, "couch": N}
    assert fine["chair"]["test"] == splits.count("test")
    assert count(data, [None] * N) == {}
