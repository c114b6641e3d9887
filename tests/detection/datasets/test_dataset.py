"""Reading a data set's files: what they may say, and that whatever else they say is an error in words."""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.datasets.spoiling import spoiled

from shopthelook.detection.datasets import DataError, LabelSpace, box_counts, open_data, read_scenes

COCO: dict[str, Any] = {
    "info": {"license": "CC0", "kind": "scenes", "label_map": "coco", "complete": False},
    "images": [
        {"id": 1, "file_name": "a.png", "width": 40, "height": 30, "sha256": "0" * 64, "group": "g"},
        {"id": "b", "file_name": "b.png", "width": 40, "height": 30},
    ],
    "annotations": [
        {"image_id": 1, "category_id": 3, "bbox": [1, 2, 10, 20], "iscrowd": 0, "guessed": 1},
        {"image_id": "b", "category_id": "x", "bbox": [0.5, 2, 1e3, -20]},
        {"image_id": "b", "category_id": 3, "bbox": [0, 0, 9, 9], "iscrowd": 1},
    ],
    "categories": [{"id": 3, "name": "chair"}, {"id": "x", "name": "zebra"}],
}
ROOMS: dict[str, Any] = {
    "scenes": [
        {
            "scene": "a.png",
            "width": 40,
            "height": 30,
            "objects": [
                {"box": [0.1, 0.2, 0.5, 1.0], "category": "Furniture > Sofas"},
                {"box": [0, 0, 1, 1], "category": "nothing known"},
            ],
        }
    ]
}


def written(folder: Path, data: object, name: str = "annotations.json") -> Path:
    (folder / name).write_text(data if isinstance(data, str) else json.dumps(data))
    return folder


def test_what_a_file_says(tmp_path: Path) -> None:
    data = open_data(written(tmp_path, COCO))
    assert (data.kind, data.licence, data.complete, data.name) == ("scenes", "CC0", False, tmp_path.name)
    assert data.names == ("chair", "zebra")
    assert [category and category.name for category in data.categories] == ["Chairs", None]
    first, second = data.pictures
    assert [(one.group, one.guessed) for one in data.pictures] == [("g", True), (None, False)]
    np.testing.assert_allclose(first.boxes, [[1, 2, 11, 22]])
    np.testing.assert_allclose(second.boxes, [[0.5, 2, 1000.5, -18]])  # as it is; the crowd is no box
    assert second.labels.tolist() == [1]
    assert box_counts(data).tolist() == [1, 1]
    assert first.digest == bytes(32)
    assert second.digest is None


def test_own_labels_go_before_the_map(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("# mine\n\nzebra\t460\nchair\t\n")
    data = open_data(written(tmp_path, COCO))
    assert [category and category.name for category in data.categories] == [None, "Sofas"]


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("images", 0, "width"), 0, "images[0]: 'width' must be a whole number of pixels above 0, not 0"),
        (("images", 0, "width"), 1.5, "images[0]: 'width' must be a whole number of pixels above 0, not 1.5"),
        (("images", 1, "id"), 1, "images[1]: the id 1 is taken by another picture"),
        (("images", 1, "file_name"), "", "images[1]: 'file_name' must be a text, not ''"),
        (("images", 0, "sha256"), "abc", "images[0]: 'sha256' must be a SHA-256 in hexadecimal, not 'abc'"),
        (
            ("images", 1, "file_name"),
            "\ud800.png",
            "images[1]: 'file_name' must be a text, not '\\ud800.png'",
        ),
        (("images", 1, "id"), "\udfff", "images[1]: 'id' must be an id"),
        (("annotations", 0), 7, "annotations[0]: an object is needed, not 7"),
        (("annotations", 0, "image_id"), 9, "annotations[0]: no picture has the id 9"),
        (("annotations", 1, "category_id"), 9, "annotations[1]: no category has the id 9"),
        (
            ("annotations", 0, "bbox"),
            [1, 2, 3],
            "annotations[0]: 'bbox' must be four numbers of a box, not [1, 2, 3]",
        ),
        (("categories", 1, "id"), 3, "categories[1]: the id 3 is taken by another category"),
        (("categories",), {}, "'categories' must be a list, not {}"),
        (("info", "label_map"), "nonesuch", "no label map is called 'nonesuch'"),
        (("info", "label_map"), None, "nothing says which category a label has; write labels.tsv"),
        (("info", "kind"), "pictures", "info: 'kind' must be 'scenes' or 'products', not 'pictures'"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, place: tuple[str | int, ...], value: object, says: str
) -> None:
    data = copy.deepcopy(COCO)
    inside: Any = data
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    with pytest.raises(DataError) as caught:
        open_data(written(tmp_path, data))
    assert str(caught.value).startswith(str(tmp_path))
    assert says in str(caught.value)


def test_a_place_in_a_room_is_named(tmp_path: Path) -> None:
    rooms = copy.deepcopy(ROOMS)
    rooms["scenes"][0]["objects"][1]["box"] = "all"
    with pytest.raises(DataError) as caught:
        open_data(written(tmp_path, rooms, "rooms.json"))
    place = f"{tmp_path / 'rooms.json'}: scenes[0]: objects[1]"
    assert str(caught.value) == f"{place}: 'box' must be four numbers of a box, not 'all'"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chair Furniture", "line 1: a label, a tab and a category are needed, not 'chair Furniture'"),
        ("chair\t460\n\tFurniture", "line 2: a label, a tab and a category are needed"),
        ("chair\tSofass", "line 1: no category is called 'Sofass'; near it: Furniture > Sofas"),
    ],
)
def test_wrong_labels_are_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "labels.tsv").write_text(text)
    with pytest.raises(DataError) as caught:
        open_data(written(tmp_path, COCO))
    assert str(caught.value).startswith(f"{tmp_path / 'labels.tsv'}: {says}")


def test_data_sets_need_no_pytorch() -> None:
    names = "datasets, datasets.importing, datasets.checking, datasets.sheet".replace(
        "data", "shopthelook.detection.data"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {names}; print('torch' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_broken_file_is_always_an_error_in_words(data: st.DataObject) -> None:
    name, good = data.draw(st.sampled_from([("annotations.json", COCO), ("rooms.json", ROOMS)]))
    broken: Any = copy.deepcopy(good)
    for _ in range(data.draw(st.integers(1, 3))):
        broken = spoiled(broken, data)
    read_or_refused(name, json.dumps(broken))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | st.just(b"[" * 100_000))
def test_bytes_that_are_no_file_at_all(content: bytes) -> None:
    for name in ("annotations.json", "rooms.json"):
        read_or_refused(name, content)
    read_or_refused("labels.tsv", content)


def read_or_refused(name: str, content: str | bytes) -> None:
    """Read a data set with one file of this content: it works, or it is a `DataError`."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if name == "labels.tsv":
            written(folder, COCO)
        for picture in ("a.png", "b.png"):
            (folder / picture).write_bytes(b"reading does not open it")
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            data = open_data(folder)
            LabelSpace.fine([data])
            box_counts(data)
            for scene in read_scenes(data):
                assert (scene.boxes[:, 2:] > scene.boxes[:, :2]).all()
                assert np.isfinite(scene.boxes).all()
        except DataError:
            pass
