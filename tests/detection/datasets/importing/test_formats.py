"""Every format on a miniature as its publisher would write it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from shopthelook.datasets.splits import split_of
from shopthelook.detection.datasets import DataError, DataSet, LabelledPicture, open_data
from shopthelook.detection.datasets.importing import FORMATS, Imported, Order, import_data

Boxes = dict[str, list[list[float]]]


def brought(name: str, source: Path) -> tuple[Imported, DataSet]:
    out = source.parent / "out"
    return import_data(Order(name, source), out), open_data(out)


def boxes(data: DataSet, picture: LabelledPicture) -> Boxes:
    found: Boxes = {}
    for label, box in zip(picture.labels, picture.boxes, strict=True):
        found.setdefault(data.names[label], []).append(np.round(box, 2).tolist())
    return found


def coarse(data: DataSet) -> dict[str, str | None]:
    return {
        name: None if category is None else category.name
        for name, category in zip(data.names, data.categories, strict=True)
    }


def test_clothing_co_parsing(co_parsing: Path) -> None:
    done, data = brought("clothing-co-parsing", co_parsing)
    assert (done.pictures, done.boxes, done.problems) == (2, 4, [])
    assert coarse(data) == {"coat": "Coats & Jackets", "skirt": "Skirts", "shoes": "Shoes", "hair": None}
    first, second = data.pictures
    assert [path.path.name for path in data.pictures] == ["0001.jpg", "0002.jpg"]
    assert boxes(data, first) == {"coat": [[20, 10, 40, 70]], "skirt": [[25, 30, 35, 50]]}
    assert boxes(data, second) == {"shoes": [[5, 70, 50, 79]], "hair": [[20, 0, 30, 5]]}


def test_clothing_co_parsing_with_broken_masks(co_parsing: Path) -> None:
    masks = co_parsing / "annotations/pixel-level"
    savemat(masks / "0001.mat", {"groundtruth": np.full((80, 60), 200, np.uint8)})
    (masks / "0003.mat").write_bytes(b"no mask")
    savemat(masks / "0004.mat", {"other": np.zeros((2, 2))})
    savemat(masks / "0005.mat", {"groundtruth": np.zeros((80, 60), np.uint8)})
    done, _ = brought("clothing-co-parsing", co_parsing)
    assert done.pictures == 1
    said = {problem.where: problem.reason for problem in done.problems}
    assert "label 200" in said["0001.mat"]
    assert said["0003.mat"] == "not a MATLAB file"
    assert "no variable 'groundtruth'" in said["0004.mat"]
    assert "no photos are called '0005'" in said["0005.mat"]


def test_fashionpedia(fashionpedia: Path) -> None:
    done, data = brought("fashionpedia", fashionpedia)
    assert (done.pictures, done.boxes, done.problems) == (2, 6, [])
    assert done.unmapped == ["sleeve"]
    assert coarse(data) == {"shirt, blouse": "Shirts & Tops", "shoe": "Shoes", "sleeve": None}
    for picture in data.pictures:
        found = {"shirt, blouse": [[10, 20, 40, 60]], "shoe": [[5, 70, 13, 76]], "sleeve": [[10, 20, 16, 40]]}
        assert boxes(data, picture) == found
    written = json.loads((done.folder / "annotations.json").read_text())
    assert [box["attributes"] for box in written["annotations"]] == [["symmetrical"], [], ["symmetrical"]] * 2


def test_deepfashion2(deepfashion2: Path) -> None:
    done, data = brought("deepfashion2", deepfashion2)
    assert (done.pictures, done.boxes, done.problems) == (3, 6, [])
    assert len(data.names) == 13
    assert None not in data.categories
    # Two pictures are called 000001.jpg, and both are here.
    assert len({picture.path.read_bytes() for picture in data.pictures}) == 3
    for picture in data.pictures:
        assert boxes(data, picture) == {"short sleeve top": [[12, 20, 41, 61]], "skirt": [[10, 58, 45, 79]]}
    written = json.loads((done.folder / "annotations.json").read_text())
    assert [(image["source"], image["pair_id"]) for image in written["images"]][:2] == [
        ("user", 7),
        ("shop", 7),
    ]
    assert {(box["category_id"], box["style"]) for box in written["annotations"]} == {(1, 1), (9, 0)}


def test_deepfashion2_with_broken_annotations(deepfashion2: Path) -> None:
    annos = deepfashion2 / "train/annos"
    (annos / "000001.json").write_text("{")
    data = json.loads((annos / "000002.json").read_text())
    data["item1"]["bounding_box"] = [1, 2, 3]
    (annos / "000002.json").write_text(json.dumps(data))
    (annos / "000003.json").write_text("{}")
    done, _ = brought("deepfashion2", deepfashion2)
    assert (done.pictures, done.boxes) == (2, 3)
    said = {problem.where: problem.reason for problem in done.problems}
    assert "cannot be read as JSON" in said["train/annos/000001.json"]
    assert (
        said["train/annos/000002.json: item1"]
        == "'bounding_box' must be four numbers of a box, not [1, 2, 3]"
    )
    assert "no picture 'train/image/000003.jpg'" in said["train/annos/000003.json"]


def test_modanet(modanet: Path) -> None:
    done, data = brought("modanet", modanet)
    assert done.pictures == 2
    assert done.unmapped == ["scarf/tie"]
    first, second = data.pictures
    assert boxes(data, first) == {"dress": [[5, 10, 25, 55]]}
    # What reaches outside of the picture is cut.
    assert boxes(data, second) == {"scarf/tie": [[9, 8, 19, 20]], "footwear": [[30, 50, 40, 59]]}
    said = {problem.where: problem.reason for problem in done.problems}
    assert "no picture '0393220.jpg'" in said["modanet2018_instances_train.json: images[2]"]
    assert said["3.jpg: bag"] == "the box 30 50 30 59 is empty"


@pytest.mark.parametrize("header", ["", "LabelName,DisplayName\n"])
def test_open_images(open_images: Path, header: str) -> None:
    classes = open_images / "class-descriptions-boxable.csv"
    classes.write_text(header + classes.read_text())  # newer versions have one
    done, data = brought("open-images", open_images)
    assert (done.pictures, done.boxes) == (2, 4)
    first, second = data.pictures
    # The group of chairs is a crowd, which is no box to learn from.
    assert boxes(data, first) == {"Chair": [[25, 5, 75, 45]]}
    assert boxes(data, second) == {"Table": [[0, 40, 20, 80]], "Person": [[0, 0, 40, 80]]}
    assert coarse(data) == {"Chair": "Chairs", "Table": "Tables", "Person": None}
    said = {problem.where: problem.reason for problem in done.problems}
    assert said["validation-annotations-bbox.csv: line 6"] == "no class has the id '/m/0nobody'"
    assert said["validation-annotations-bbox.csv: line 7"] == "the box is not four numbers"


def test_open_images_as_fiftyone_fetches_them(open_images: Path) -> None:
    split = open_images / "validation"
    (split / "data").mkdir()
    for path in split.glob("*.jpg"):
        path.rename(split / "data" / path.name)
    for old, new in (
        ("validation-annotations-bbox.csv", "labels/detections.csv"),
        ("class-descriptions-boxable.csv", "metadata/classes.csv"),
    ):
        (split / new).parent.mkdir()
        (open_images / old).rename(split / new)
    done, data = brought("open-images", open_images)
    assert (done.pictures, done.boxes) == (2, 4)
    assert set(data.names) == {"Chair", "Table", "Person"}


def test_labelled_photos(labelled_photos: Path) -> None:
    (labelled_photos.parent / "labels.tsv").write_text("thing\tFurniture > Sofas\n")
    out = labelled_photos.parent / "out"
    order = Order(
        "labelled-photos", labelled_photos, labels=labelled_photos.parent / "labels.tsv", licence="CC0"
    )
    done, data = import_data(order, out), open_data(out)
    assert (data.kind, data.licence, done.pictures, done.boxes) == ("products", "CC0", 4, 4)
    assert coarse(data) == {"T-Shirt": "Shirts & Tops", "Ottomans": "Ottomans", "thing": "Sofas"}
    tops = [picture for picture in data.pictures if picture.path.stem in ("front", "back")]
    for picture, box in zip(tops, ([25, 30, 140, 180], [50, 60, 280, 360]), strict=True):
        assert np.abs(picture.boxes - box).max() < 0.03 * max(picture.size)
        assert not picture.guessed
    # The two views are of one product, and so of one split.
    assert [picture.group for picture in data.pictures] == ["shirt 1", "shirt 1", None, None]
    assert {picture.split() for picture in tops} == {split_of("shirt 1")}
    # What has the colours of its ground is found nowhere, so its box is no measure.
    assert [picture.guessed for picture in data.pictures] == [False, False, True, True]
    assert [problem.where for problem in done.problems] == [
        "labels.csv: line 6: images/gone.png",
        "labels.csv: line 7",
        "labels.csv: line 8: images/broken.png",
    ]


def test_labelled_photos_need_both_columns(labelled_photos: Path) -> None:
    (labelled_photos / "labels.csv").write_text("picture,label\na.png,Hat\n")
    with pytest.raises(DataError, match="no column image; it has picture, label"):
        brought("labelled-photos", labelled_photos)


def test_coco_with_labels_of_its_own(tmp_path: Path, photo: Callable[..., Path]) -> None:
    root = tmp_path / "mine"
    photo(root / "train/a.png", (30, 30))
    photo(root / "train/b.png", (60, 60))
    images = [
        {"id": "a", "file_name": "a.png", "width": 30, "height": 30, "group": "chair 7"},
        {"id": "b", "file_name": "b.png", "width": 120, "height": 120},  # fetched at half the size
        {"id": "c", "file_name": "../../c.png", "width": 30, "height": 30},
    ]
    names = ["chair", "ottoman", "thingummy", "gizmo"]
    annotations = [
        {"id": i, "image_id": "ab"[i % 2], "category_id": i, "bbox": [10, 10, 10, 10]} for i in range(4)
    ]
    annotations[3]["guessed"] = True
    data = {
        "images": images,
        "annotations": [*annotations, {"image_id": "z", "category_id": 0, "bbox": [1, 1, 1, 1]}, 7],
        "categories": [{"id": i, "name": name} for i, name in enumerate(names)],
    }
    (root / "train/_annotations.coco.json").write_text(json.dumps(data))
    (tmp_path / "labels.tsv").write_text("gizmo\tFurniture > Sofas\n")
    order = Order("coco", root / "train/_annotations.coco.json", labels=tmp_path / "labels.tsv")
    done = import_data(order, tmp_path / "out")
    read = open_data(tmp_path / "out")
    assert coarse(read) == {"chair": "Chairs", "ottoman": "Ottomans", "thingummy": None, "gizmo": "Sofas"}
    assert done.unmapped == ["thingummy"]
    first, second = read.pictures
    assert [(one.group, one.guessed) for one in read.pictures] == [("chair 7", False), (None, True)]
    assert boxes(read, first) == {"chair": [[10, 10, 20, 20]], "thingummy": [[10, 10, 20, 20]]}
    assert boxes(read, second) == {"ottoman": [[5, 5, 10, 10]], "gizmo": [[5, 5, 10, 10]]}
    assert [problem.reason for problem in done.problems] == [
        "no picture has the id 'z'",
        "an object is needed, not 7",
        f"'../../c.png' is no path of a picture below {root / 'train'}",
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_another_folder_is_refused_with_what_was_looked_for(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=rf"{tmp_path}/empty: no .*(here|annotations)"):
        import_data(Order(name, tmp_path / "empty"), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
