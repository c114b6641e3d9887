"""A little world to train on: pictures on disk, and features without pictures."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch", reason="training needs the extra [train]")

CHAIRS, SOFAS = 443, 460


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
