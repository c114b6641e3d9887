"""A little world to train on: pictures on disk, and features without pictures."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shopthelook.embedding.views import Row, write_views

pytest.importorskip("torch", reason="training needs the extra [train]")

CHAIRS, SOFAS = 443, 460


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Pictures this small gain nothing from threads, and threads that wait for each other cost much."""
    import torch

    torch.set_num_threads(1)


COLOURS = {"Red": (220, 30, 30), "Green": (30, 180, 40), "Blue": (40, 60, 220)}
THINGS = 60


@pytest.fixture(scope="session")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of views: coloured chairs (with a hole) and sofas, each alone on white and twice in a scene.

    Red things are of men's fashion, blue ones of women's, and nobody knows of green ones. The last thing is mauve.
    """
    folder = tmp_path_factory.mktemp("data") / "things"
    (folder / "pictures").mkdir(parents=True)
    rng = np.random.default_rng(5)
    rows = []
    for number in range(THINGS):
        name, colour = [*COLOURS.items()][number % 3] if number + 1 < THINGS else ("Mauve", (200, 150, 220))
        labels = {"color": name} | (
            {"gender": "male" if name == "Red" else "female"} if name != "Green" else {}
        )
        category = ("443", "460")[number % 2]
        shape = rng.integers(12, 34, 2)
        for look in range(3):
            ground = (255, 255, 255) if look == 0 else tuple(int(one) for one in rng.integers(90, 200, 3))
            canvas = Image.new("RGB", (60, 50), ground)
            pen = ImageDraw.Draw(canvas)
            box = (8, 6, 8 + int(shape[0]), 6 + int(shape[1]))
            pen.rectangle(box, fill=colour)
            if number % 2 == 0:
                pen.ellipse((box[0] + 3, box[1] + 3, box[2] - 3, box[3] - 3), fill=ground)
            canvas.save(folder / f"pictures/{number}-{look}.png")
            rows.append(
                Row(
                    f"pictures/{number}-{look}.png",
                    "scene" if look else "product",
                    f"thing-{number}",
                    category,
                    tuple(map(float, box)) if look else None,  # type: ignore[arg-type]
                    look == 0,
                    labels=labels,
                )
            )
    write_views(folder, rows, licence="CC0")
    return folder


def picture(seed: int, width: int = 60, height: int = 80) -> Image.Image:
    """A picture of a few coloured patches, different for every seed."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (4, 3, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((width, height), Image.Resampling.NEAREST)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with small copies of every data set's layout."""
    root = tmp_path / "data"
    for name in ("fashion-scenes", "home-scenes", "garments", "luma-catalogue"):
        (root / name / "images").mkdir(parents=True)
    (root / "fashion-scenes" / "masks").mkdir()

    labels = ["null", "shirt", "shoes"]
    (root / "fashion-scenes" / "mask_labels.json").write_text(json.dumps(labels))
    images, boxes = [], []
    for n in range(6):
        picture(n, 100, 120).save(root / "fashion-scenes" / "images" / f"{n}.png")
        mask = np.zeros((120, 100), np.uint8)
        mask[10:50, 20:70] = 1
        mask[80:110, 30:60] = 2
        Image.fromarray(mask).save(root / "fashion-scenes" / "masks" / f"{n}.png")
        images.append({"id": n, "file_name": f"images/{n}.png", "width": 100, "height": 120})
        boxes.append({"id": 10 * n, "image_id": n, "category_id": 1, "bbox": [20, 10, 50, 40]})
        boxes.append({"id": 10 * n + 1, "image_id": n, "category_id": 2, "bbox": [30, 80, 30, 30]})
        boxes.append({"id": 10 * n + 2, "image_id": n, "category_id": 2, "bbox": [30, 80, 3, 3]})
    coco = {
        "images": images,
        "annotations": boxes,
        "categories": [{"id": 1, "name": "shirt"}, {"id": 2, "name": "shoes"}],
    }
    (root / "fashion-scenes" / "boxes_coco.json").write_text(json.dumps(coco))

    images, boxes = [], []
    for n in range(4):
        picture(100 + n, 120, 90).save(root / "home-scenes" / "images" / f"{n}.png")
        images.append({"id": n, "file_name": f"images/{n}.png", "width": 120, "height": 90})
        boxes.append({"id": 10 * n, "image_id": n, "category_id": 1, "bbox": [5, 5, 60, 60]})
        boxes.append({"id": 10 * n + 1, "image_id": n, "category_id": 2, "bbox": [6, 5, 60, 60]})
        boxes.append({"id": 10 * n + 2, "image_id": n, "category_id": 3, "bbox": [70, 10, 40, 70]})
    coco = {
        "images": images,
        "annotations": boxes,
        "categories": [{"id": 1, "name": "couch"}, {"id": 2, "name": "chair"}, {"id": 3, "name": "person"}],
    }
    (root / "home-scenes" / "boxes_coco.json").write_text(json.dumps(coco))

    rows = []
    for n in range(8):
        picture(200 + n).save(root / "garments" / "images" / f"g{n}.png")
        rows.append({"image": f"images/g{n}.png", "label": ["T-Shirt", "Shoes"][n % 2], "kids": "False"})
    write_csv(root / "garments" / "labels.csv", rows)

    rows = []
    for n in range(4):
        for side in ("main", "back"):
            canvas = Image.new("RGB", (90, 110), "white")
            canvas.paste(picture(300 + n, 40, 60), (20, 30))
            canvas.save(root / "luma-catalogue" / "images" / f"mh0{n}-red_{side}.png")
        category = "Men/Tops/Tees"
        rows.append(
            {"sku_colour": f"MH0{n}-Red", "category": category, "image": f"images/mh0{n}-red_main.png"}
        )
    write_csv(root / "luma-catalogue" / "catalogue.csv", rows)
    return root


@pytest.fixture
def renders(tmp_path: Path) -> Path:
    """A folder of renders: two views of each product, and rooms that show them."""
    root = tmp_path / "renders"
    (root / "products").mkdir(parents=True)
    (root / "rooms").mkdir()
    rows, scenes = [], []
    for n in range(8):
        for view in range(2):
            file = f"products/chair-{n}__{view}.webp"
            picture(400 + n).save(root / file)
            category = "Furniture > Chairs > Kitchen & Dining Room Chairs"
            rows.append(
                {"file": file, "product_id": f"chair-{n}", "model": f"lib/chair_{n}", "category": category}
            )
        picture(500 + n, 120, 90).save(root / "rooms" / f"{n}.webp")
        seen = {
            "box": [0.1, 0.1, 0.6, 0.9],
            "category": "Furniture > Chairs",
            "product_id": f"chair-{n}",
            "visible": 0.9,
        }
        scenes.append(
            {
                "scene": f"rooms/{n}.webp",
                "width": 120,
                "height": 90,
                "objects": [
                    seen,
                    seen | {"visible": 0.1},
                    seen | {"product_id": "no-picture-yet", "box": [0.5, 0.1, 0.9, 0.9]},
                ],
            }
        )
    write_csv(root / "products.csv", rows)
    (root / "rooms.json").write_text(json.dumps({"scenes": scenes}))
    return root


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
