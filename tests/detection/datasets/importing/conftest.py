"""Miniatures of published data sets, written as their publishers write them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

Photo = Callable[..., Path]


@pytest.fixture
def photo() -> Photo:
    """Write a picture, each with its own content."""
    written = 0

    def write(path: Path, size: tuple[int, int] = (60, 80), **options: object) -> Path:
        nonlocal written
        written += 1
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(written).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path, **options)
        return path

    return write


@pytest.fixture
def co_parsing(tmp_path: Path, photo: Photo) -> Path:
    """Three photos; 0001 has a coat in a skirt, 0002 shoes in two parts, and 1005 tags only."""
    root = tmp_path / "clothing-co-parsing"
    names = ["null", "coat", "skirt", "shoes", "hair"]
    cells = np.empty((1, len(names)), object)
    for i, name in enumerate(names):
        cells[0, i] = np.array([name])
    (root / "annotations/pixel-level").mkdir(parents=True)
    (root / "annotations/image-level").mkdir()
    savemat(root / "label_list.mat", {"label_list": cells})
    first = np.zeros((80, 60), np.uint8)
    first[10:70, 20:40] = 1
    first[30:50, 25:35] = 2
    second = np.zeros((80, 60), np.uint8)
    second[70:78, 5:15] = second[71:79, 40:50] = 3
    second[0:5, 20:30] = 4
    for number, mask in (("0001", first), ("0002", second)):
        photo(root / f"photos/{number}.jpg")
        savemat(root / f"annotations/pixel-level/{number}.mat", {"groundtruth": mask})
    photo(root / "photos/1005.jpg")
    savemat(root / "annotations/image-level/1005.mat", {"tags": np.array([[1], [2]], np.uint8)})
    return root


@pytest.fixture
def fashionpedia(tmp_path: Path, photo: Photo) -> Path:
    """One picture to train on and one to validate with, which lies in the folder of the test pictures."""
    root = tmp_path / "fashionpedia"
    categories = [
        {"id": 0, "name": "shirt, blouse", "supercategory": "upperbody", "level": 2, "taxonomy_id": "obj29"},
        {"id": 23, "name": "shoe", "supercategory": "legs and feet", "level": 2, "taxonomy_id": "obj225"},
        {"id": 31, "name": "sleeve", "supercategory": "garment parts", "level": 2, "taxonomy_id": "obj163"},
    ]
    attributes = [{"id": 115, "name": "symmetrical", "supercategory": "silhouette", "level": 1}]
    root.mkdir()
    for key, (split, folder) in enumerate((("train", "train"), ("val", "test")), 1):
        name = f"{key:032x}.jpg"
        photo(root / folder / name)
        image = {"id": key, "width": 60, "height": 80, "file_name": name, "license": 1, "isstatic": 1}
        common = {"image_id": key, "iscrowd": 0, "area": 100, "segmentation": [[1, 1, 9, 1, 9, 9]]}
        annotations = [
            common | {"id": 1, "category_id": 0, "bbox": [10.0, 20.0, 30.0, 40.0], "attribute_ids": [115]},
            common | {"id": 2, "category_id": 23, "bbox": [5, 70, 8, 6], "attribute_ids": []},
            common | {"id": 3, "category_id": 31, "bbox": [10, 20, 6, 20], "attribute_ids": [115]},
        ]
        data = {
            "info": {"year": 2020},
            "categories": categories,
            "attributes": attributes,
            "images": [image],
            "annotations": annotations,
        }
        (root / f"instances_attributes_{split}2020.json").write_text(json.dumps(data))
    return root


@pytest.fixture
def deepfashion2(tmp_path: Path, photo: Photo) -> Path:
    """000001 of the buyer and 000002 of the shop show one top; the validation pictures are numbered anew."""
    root = tmp_path / "deepfashion2"
    for split, number, source in (("train", 1, "user"), ("train", 2, "shop"), ("validation", 1, "shop")):
        photo(root / f"{split}/image/{number:06d}.jpg")
        item = {
            "segmentation": [[12.0, 20.0, 40.0, 20.0, 40.0, 60.0]],
            "scale": 2,
            "viewpoint": 2,
            "zoom_in": 1,
            "landmarks": [12, 20, 2],
            "style": 1,
            "bounding_box": [12, 20, 41, 61],
            "category_id": 1,
            "occlusion": 1,
            "category_name": "short sleeve top",
        }
        other = item | {
            "style": 0,
            "bounding_box": [10, 58, 45, 79],
            "category_id": 9,
            "category_name": "skirt",
        }
        data = {"item2": other, "source": source, "pair_id": 7, "item1": item}
        (root / f"{split}/annos").mkdir(exist_ok=True)
        (root / f"{split}/annos/{number:06d}.json").write_text(json.dumps(data))
    return root


@pytest.fixture
def modanet(tmp_path: Path, photo: Photo) -> Path:
    """Two pictures called by their id, one of them without leading zeros, and a third that nobody could fetch."""
    root = tmp_path / "modanet"
    photo(root / "images/0655364.jpg", (40, 60))
    photo(root / "images/3.jpg", (40, 60))
    names = ["bag", "belt", "boots", "footwear", "outer", "dress", "sunglasses"]
    names += ["pants", "top", "shorts", "skirt", "headwear", "scarf/tie"]
    common = {"iscrowd": 0, "area": 100, "segmentation": [[1, 1, 9, 1, 9, 9]]}
    data = {
        "info": {"version": "1.0"},
        "type": "instances",
        "year": 2018,
        "images": [
            {"id": key, "file_name": f"{key:07d}.jpg", "width": 40, "height": 60, "license": 3}
            for key in (655364, 3, 393220)
        ],
        "annotations": [
            common | {"id": 1, "image_id": 655364, "category_id": 6, "bbox": [5, 10, 20, 45]},
            common | {"id": 2, "image_id": 3, "category_id": 13, "bbox": [9, 8, 10, 12]},
            common | {"id": 3, "image_id": 3, "category_id": 4, "bbox": [30, 50, 30, 9]},
            common | {"id": 4, "image_id": 3, "category_id": 1, "bbox": [30, 50, 0, 9]},
        ],
        "categories": [
            {"id": i, "name": name, "supercategory": "fashion"} for i, name in enumerate(names, 1)
        ],
    }
    (root / "annotations").mkdir()
    (root / "annotations/modanet2018_instances_train.json").write_text(json.dumps(data))
    unlabelled = {key: value for key, value in data.items() if key != "annotations"}
    (root / "annotations/modanet2018_instances_val.json").write_text(json.dumps(unlabelled))
    return root


@pytest.fixture
def open_images(tmp_path: Path, photo: Photo) -> Path:
    """Two of the three pictures of the boxes' file."""
    root = tmp_path / "open-images"
    photo(root / "validation/0001eeaf4aed83f9.jpg", (100, 50))
    photo(root / "validation/000595fe6fee6369.jpg", (40, 80))
    classes = [("/m/01mzpv", "Chair"), ("/m/04bcr3", "Table"), ("/m/01g317", "Person")]
    write(root / "class-descriptions-boxable.csv", classes)
    head = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
    head += "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
    rows = [
        "0001eeaf4aed83f9,xclick,/m/01mzpv,1,0.25,0.75,0.1,0.9,0,0,0,0,0",
        "0001eeaf4aed83f9,xclick,/m/01mzpv,1,0.5,1,0,1,0,0,1,0,0",
        "000595fe6fee6369,xclick,/m/04bcr3,1,0,0.5,0.5,1,0,0,0,0,0",
        "000595fe6fee6369,xclick,/m/01g317,1,0,1,0,1,0,0,0,0,0",
        "000595fe6fee6369,xclick,/m/0nobody,1,0,1,0,1,0,0,0,0,0",
        "000595fe6fee6369,xclick,/m/01mzpv,1,0,1,zero,1,0,0,0,0,0",
        "00075905539074f2,xclick,/m/01mzpv,1,0,1,0,1,0,0,0,0,0",
    ]
    write(root / "validation-annotations-bbox.csv", [line.split(",") for line in (head, *rows)])
    return root


def write(path: Path, rows: list[tuple[str, ...]] | list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


@pytest.fixture
def labelled_photos(tmp_path: Path, photo: Photo) -> Path:
    """Two views of a shirt, noise, a photo of one colour; a picture that is missing, one unnamed, one broken."""
    root = tmp_path / "labelled-photos"
    (root / "images").mkdir(parents=True)
    pixels = np.full((200, 160, 3), (180, 170, 150), np.uint8)
    pixels[30:180, 25:140] = (40, 60, 120)
    Image.fromarray(pixels).save(root / "images/front.png")
    Image.fromarray(pixels).resize((320, 400)).save(root / "images/back.png")
    photo(root / "images/noise.png")
    Image.new("RGB", (50, 60), "grey").save(root / "images/grey.png")
    (root / "images/broken.png").write_text("no picture")
    rows = [
        ("images/front.png", "T-Shirt", "no", "shirt 1"),
        ("images/back.png", "T-Shirt", "no", "shirt 1"),
        ("images/noise.png", "Ottomans", "yes", ""),
        ("images/grey.png", "thing", "no", ""),
        ("images/gone.png", "odd", "no", ""),
        ("", "odd", "no", ""),
        ("images/broken.png", "odd", "no", ""),
    ]
    with (root / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("image", "label", "kids", "group"), *rows])
    return root
