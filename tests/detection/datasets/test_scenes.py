"""Pictures with boxes in the labels of a detector."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from shopthelook.datasets.splits import split_of
from shopthelook.detection.datasets import DataError, LabelSpace, read_scenes
from shopthelook.taxonomy import Taxonomy

COARSE = [category.full for category in Taxonomy.builtin().coarse_categories]


def test_coco(coco: Path) -> None:
    scenes = read_scenes(coco, labels_of="coco")
    assert len(scenes) == 12
    first, second = (scene for scene in scenes if scene.path.name in {"0.png", "1.png"})
    assert second.size == (160, 120)
    np.testing.assert_allclose(second.boxes, [[11, 21, 71, 82]])
    assert [COARSE[label] for label in second.labels] == ["Furniture > Chairs"]
    assert second.split == split_of(second.path.read_bytes())
    # Eight chairs count as labelled; four couches are too few to say that the data set labels couches.
    assert [COARSE[i] for i in np.flatnonzero(first.known)] == ["Furniture > Chairs"]
    assert len(first.boxes) == len(first.labels) == 0


def test_rooms(rooms: Path) -> None:
    scenes = read_scenes(rooms)
    assert len(scenes) == 6
    np.testing.assert_allclose(scenes[0].boxes, [[20, 30, 60, 90]], rtol=1e-5)
    assert scenes[0].known.all()


@pytest.mark.parametrize(
    ("text", "says"),
    [(None, "no data set here"), ("{", "cannot be read as JSON"), ("{}", "'categories' is missing")],
)
def test_bad_data_is_named(tmp_path: Path, text: str | None, says: str) -> None:
    if text is not None:
        (tmp_path / "boxes_coco.json").write_text(text)
    with pytest.raises(DataError, match=says) as caught:
        read_scenes(tmp_path, "coco")
    assert str(tmp_path) in str(caught.value)


def test_fine_labels_are_the_names_of_the_data_sets(coco: Path, rooms: Path) -> None:
    space = LabelSpace.fine([coco_named(coco), rooms])
    assert [(label.name, label.category.full) for label in space.labels] == [
        ("chair", "Furniture > Chairs"),
        ("Sofas", "Furniture > Sofas"),
    ]
    assert [LabelSpace.coarse().labels[i].name for i in space.coarse_of] == ["Chairs", "Sofas"]
    photo = next(scene for scene in read_scenes(coco, space) if scene.path.name == "1.png")
    assert photo.labels.tolist() == [0]
    # The photos' four couches are boxes of no label, and nobody says that there are no sofas on the photos.
    assert photo.known.tolist() == [True, False]
    room = read_scenes(rooms, space)[0]
    assert room.labels.tolist() == [1]
    assert room.known.tolist() == [True, True]


def test_pictures_of_one_group_are_in_one_split(coco: Path) -> None:
    data = json.loads((coco / "boxes_coco.json").read_text())
    for image in data["images"]:
        image["group"] = ["WS01", "WS04", "WS05", 7][image["id"] % 4]
    del data["images"][0]["group"]
    data["images"][1]["sha256"] = hashlib.sha256((coco / "images/1.png").read_bytes()).hexdigest()
    (coco / "boxes_coco.json").write_text(json.dumps(data))
    splits = {int(scene.path.stem): scene.split for scene in read_scenes(coco, labels_of="coco")}
    assert splits.pop(0) == split_of((coco / "images/0.png").read_bytes())
    groups = {0: "WS01", 1: "WS04", 2: "WS05", 3: "7"}
    assert splits == {i: split_of(groups[i % 4]) for i in splits}
    assert len(set(splits.values())) > 1
    (coco / "images/5.png").unlink()
    with pytest.raises(DataError, match=r"5\.png.*No such file"):
        read_scenes(coco, labels_of="coco")


def test_a_guessed_box_marks_its_picture(coco: Path) -> None:
    data = json.loads((coco / "boxes_coco.json").read_text())
    data["annotations"][4]["guessed"] = True
    (coco / "boxes_coco.json").write_text(json.dumps(data))
    assert [scene.path.name for scene in read_scenes(coco, labels_of="coco") if scene.guessed] == ["4.png"]


def test_another_name_of_what_a_complete_data_set_shows_is_not_background(coco: Path, rooms: Path) -> None:
    data = json.loads((coco / "boxes_coco.json").read_text())
    data["annotations"] = [box | {"category_id": 2} for box in data["annotations"]]
    (coco / "boxes_coco.json").write_text(json.dumps(data))
    space = LabelSpace.fine([coco_named(coco), rooms])
    assert [label.name for label in space.labels] == ["couch", "Sofas"]
    assert read_scenes(rooms, space)[0].known.tolist() == [False, True]


def test_a_name_of_two_data_sets_is_one_label_if_it_means_the_same(coco: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    data = json.loads((coco_named(coco) / "boxes_coco.json").read_text())
    (other / "annotations.json").write_text(json.dumps(data))
    (other / "labels.tsv").write_text(
        "chair\tFurniture > Outdoor Furniture > Outdoor Seating > Outdoor Chairs\n"
    )
    assert len(LabelSpace.fine([coco, other])) == 1
    (other / "labels.tsv").write_text("chair\tFurniture > Benches\n")
    space = LabelSpace.fine([coco, other])
    assert [label.category.name for label in space.labels] == ["Benches", "Chairs"]
    taxonomy = Taxonomy.builtin()
    assert [space.find("Chair", taxonomy.get(name)) for name in ("Benches", "Chairs", "Sofas")] == [
        0,
        1,
        None,
    ]


def test_boxes_are_cut_to_the_picture_and_empty_ones_left_out(coco: Path) -> None:
    data = json.loads((coco / "boxes_coco.json").read_text())
    for i, box in enumerate(([-5, -5, 25, 35], [500, 500, 9, 9], [10, 10, 0, 5])):
        data["annotations"].append({"id": 200 + i, "image_id": 0, "category_id": 1, "bbox": box})
    (coco / "boxes_coco.json").write_text(json.dumps(data))
    first = next(scene for scene in read_scenes(coco, labels_of="coco") if scene.path.name == "0.png")
    np.testing.assert_allclose(first.boxes, [[0, 0, 20, 30]])


def test_a_missing_picture_is_named(coco: Path) -> None:
    (coco / "images/3.png").unlink()
    with pytest.raises(DataError, match=r"3\.png.*No such file"):
        read_scenes(coco, labels_of="coco")


def coco_named(folder: Path) -> Path:
    """The folder with its label map named in it."""
    path = folder / "boxes_coco.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"info": {"label_map": "coco"}}))
    return folder
