"""Small data sets as their publishers give them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

Photo = Callable[..., None]


@pytest.fixture
def photo() -> Photo:
    """Writes a photo of noise, another one each time."""
    rng = np.random.default_rng(0)

    def write(path: Path, size: tuple[int, int] = (80, 100)) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8)).save(path)

    return write


def table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def signature(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def shop_the_look(tmp_path: Path, photo: Photo) -> Path:
    """Products 1 and 2 in scene 11, product 1 in scene 12 too; in home product 3, of another branch, in scene 13."""
    folder = tmp_path / "STL-Dataset"
    for number in (1, 2, 3, 11, 12, 13):
        photo(folder / "pictures" / f"{signature(number)}.jpg")
    pairs = [
        {"product": signature(1), "scene": signature(11), "bbox": [0.25, 0.5, 0.75, 1.0]},
        {"product": signature(1), "scene": signature(12), "bbox": [0.0, 0.0, 0.5, 0.5]},
        {"product": signature(2), "scene": signature(11), "bbox": [0.5, 0.1, 0.9, 0.4]},
    ]
    (folder / "fashion.json").write_text("".join(json.dumps(pair) + "\n" for pair in pairs))
    (folder / "fashion-cat.json").write_text(
        json.dumps(
            {
                signature(1): "Apparel & Accessories|Clothing|Pants",
                signature(2): "Apparel & Accessories|Shoes",
            }
        )
    )
    pair = {"product": signature(3), "scene": signature(13), "bbox": [0.1, 0.1, 0.9, 0.9]}
    (folder / "home.json").write_text(json.dumps(pair) + "\n")
    (folder / "home-cat.json").write_text(
        json.dumps({signature(3): "Hardware|Plumbing|Plumbing Fixtures|Faucets"})
    )
    return folder


@pytest.fixture
def street2shop(tmp_path: Path, photo: Photo) -> Path:
    """Dress 7 on two street photos and two of a shop; bag 8 on one of each."""
    folder = tmp_path / "street2shop"
    for number in range(1, 7):
        photo(folder / "photos" / f"{number:09d}.jpeg")
    meta = folder / "meta" / "json"
    meta.mkdir(parents=True)
    box = {"left": 10, "top": 20, "width": 40, "height": 60}
    files: dict[str, list[dict[str, object]]] = {
        "train_pairs_dresses": [{"photo": 1, "product": 7, "bbox": box}],
        "test_pairs_dresses": [{"photo": 2, "product": 7, "bbox": box}],
        "retrieval_dresses": [{"photo": 3, "product": 7}, {"photo": 4, "product": 7}],
        "train_pairs_bags": [{"photo": 5, "product": 8, "bbox": box}],
        "retrieval_bags": [{"photo": 6, "product": 8}],
    }
    for name, entries in files.items():
        (meta / f"{name}.json").write_text(json.dumps(entries))
    return folder


@pytest.fixture
def deepfashion2(tmp_path: Path, photo: Photo) -> Path:
    """Pair 1 of train: a buyer's and a shop's picture of one skirt, and a top that only the buyer has."""
    folder = tmp_path / "deepfashion2"

    def item(name: str, category: int, style: int) -> dict[str, object]:
        box = [10, 20, 60, 90]
        return {
            "category_name": name,
            "category_id": category,
            "style": style,
            "bounding_box": box,
            "scale": 2,
        }

    pictures: dict[str, dict[str, object]] = {
        "train/000001": {
            "source": "user",
            "pair_id": 1,
            "item1": item("skirt", 9, 1),
            "item2": item("vest", 5, 0),
        },
        "train/000002": {"source": "shop", "pair_id": 1, "item1": item("skirt", 9, 1)},
        "validation/000001": {"source": "shop", "pair_id": 1, "item1": item("trousers", 8, 1)},
    }
    for name, entry in pictures.items():
        split, _, stem = name.partition("/")
        photo(folder / split / "image" / f"{stem}.jpg")
        path = folder / split / "annos" / f"{stem}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(entry))
    return folder


@pytest.fixture
def csv_file(tmp_path: Path, photo: Photo) -> Path:
    folder = tmp_path / "table"
    photo(folder / "pictures" / "street.jpg")
    photo(folder / "pictures" / "shop.jpg")
    rows = [
        ("image", "instance", "category", "x1", "y1", "x2", "y2", "main", "color"),
        ("street.jpg", "a", "Furniture > Sofas", 10, 10, 70, 90, "", "Red"),
        ("pictures/shop.jpg", "a", "460", "", "", "", "", 1, "Red"),
    ]
    table(folder / "mine.csv", rows)
    return folder


def _mask() -> np.ndarray:
    mask = np.zeros((100, 80), np.uint8)
    mask[20:60, 10:50] = 1  # a coat
    mask[70:90, 10:40] = 2  # hair, which nobody sells
    mask[92:96, 10:40] = 1  # more of the coat
    return mask


@pytest.fixture
def co_parsing(tmp_path: Path, photo: Photo) -> Path:
    """With masks as PNG."""
    folder = tmp_path / "fashion"
    photo(folder / "images" / "0001.jpg")
    (folder / "masks").mkdir()
    Image.fromarray(_mask()).save(folder / "masks" / "0001.png")
    (folder / "mask_labels.json").write_text(json.dumps(["null", "coat", "hair"]))
    return folder


@pytest.fixture
def co_parsing_of_matlab(tmp_path: Path, photo: Photo) -> Path:
    """As it is published."""
    folder = tmp_path / "clothing-co-parsing"
    photo(folder / "photos" / "0001.jpg")
    (folder / "annotations" / "pixel-level").mkdir(parents=True)
    savemat(folder / "annotations" / "pixel-level" / "0001.mat", {"groundtruth": _mask()})
    names = np.empty((1, 3), object)
    names[0, :] = ["null", "coat", "hair"]
    savemat(folder / "label_list.mat", {"label_list": names})
    return folder


@pytest.fixture
def coco(tmp_path: Path, photo: Photo) -> Path:
    """A sofa with two boxes, a lamp that is too small, and a cat."""
    folder = tmp_path / "rooms"
    photo(folder / "images" / "room.jpg")
    boxes = [([5, 5, 60, 40], 1), ([6, 5, 60, 40], 1), ([5, 60, 15, 15], 2), ([30, 60, 40, 30], 3)]
    data = {
        "images": [{"id": 1, "file_name": "images/room.jpg", "width": 80, "height": 100}],
        "annotations": [
            {"id": i, "image_id": 1, "category_id": label, "bbox": box}
            for i, (box, label) in enumerate(boxes)
        ],
        "categories": [{"id": 1, "name": "couch"}, {"id": 2, "name": "lamp"}, {"id": 3, "name": "cat"}],
    }
    (folder / "boxes_coco.json").write_text(json.dumps(data))
    return folder


@pytest.fixture
def labelled_photos(tmp_path: Path, photo: Photo) -> Path:
    folder = tmp_path / "garments"
    for name in ("a", "b", "c"):
        photo(folder / "images" / f"{name}.jpg")
    rows = [
        ("image", "label", "kids"),
        ("images/a.jpg", "T-Shirt", "False"),
        ("images/b.jpg", "Not sure", "True"),
    ]
    table(folder / "labels.csv", [*rows, ("images/c.jpg", "ottoman", "")])
    return folder


@pytest.fixture
def luma(tmp_path: Path, photo: Photo) -> Path:
    """A hoodie in two colours, with two pictures of the black one."""
    folder = tmp_path / "catalogue"
    for name in ("mh01-black_main", "mh01-black_back", "mh01-gray_main", "gift-card"):
        photo(folder / "images" / f"{name}.jpg")
    columns = ("sku_colour", "name", "gender", "category", "color", "material", "pattern", "image")
    kind = "Men/Tops/Hoodies & Sweatshirts"
    rows = [
        (
            "MH01-Black",
            "Hoodie",
            "Men",
            kind,
            "Black",
            "Wool&reg;",
            "Solid|Striped",
            "images/mh01-black_main.jpg",
        ),
        ("MH01-Gray", "Hoodie", "Men", kind, "Gray", "Wool|Cotton", "Solid", "images/mh01-gray_main.jpg"),
    ]
    table(folder / "catalogue.csv", [columns, *rows])
    return folder


@pytest.fixture
def rendered(tmp_path: Path, photo: Photo) -> Path:
    """A chair in red, with two pictures and in a room twice, once nearly hidden; a table that only the room shows."""
    folder = tmp_path / "renders"
    for name in ("own-chair-red__0", "own-chair-red__1"):
        photo(folder / "products" / f"{name}.png")
    photo(folder / "rooms" / "0.png", (200, 100))
    chair = "Furniture > Chairs"
    rows = [("file", "product_id", "category")]
    rows += [(f"products/own-chair-red__{i}.png", "own-chair-red", chair) for i in range(2)]
    table(folder / "products.csv", rows)
    objects = [
        {"box": [0.1, 0.2, 0.5, 0.8], "category": chair, "product_id": "own-chair-red", "visible": 0.9},
        {"box": [0.5, 0.2, 0.9, 0.8], "category": chair, "product_id": "own-chair-red", "visible": 0.2},
        {
            "box": [0.5, 0.2, 0.9, 0.8],
            "category": "Furniture > Tables",
            "product_id": "own-table",
            "visible": 1.0,
        },
    ]
    scene = {"scene": "rooms/0.png", "width": 200, "height": 100, "objects": objects}
    (folder / "rooms.json").write_text(json.dumps({"scenes": [scene]}))
    return folder
