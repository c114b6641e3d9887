"""A feed and labels of real photos, made of data sets in their own layouts."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.evaluation.datasets import main
from shopthelook.evaluation.labelled import read_labels
from shopthelook.taxonomy import Taxonomy

SHIRTS, SHOES = 212, 187
SPLITS = ("train", "val", "test")


def picture(rng: np.random.Generator, split: str) -> bytes:
    """Noise, drawn until it is of the split."""
    while True:
        file = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (100, 80, 3), dtype=np.uint8)).save(file, "PNG")
        if split_of(file.getvalue()) == split:
            return file.getvalue()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """24 street photos of a shirt and two pairs of shoes, one too small; 24 garments, some of no known kind."""
    root = tmp_path / "data"
    rng = np.random.default_rng(0)
    for name in ("fashion-scenes", "garments"):
        (root / name / "images").mkdir(parents=True)
        for n in range(24):
            (root / name / "images" / f"{n}.png").write_bytes(picture(rng, SPLITS[n % 3]))
    (root / "fashion-scenes" / "mask_labels.json").write_text(json.dumps(["null", "shirt", "shoes"]))
    kinds = ((1, [8, 10, 40, 50]), (2, [20, 70, 70, 25]), (2, [5, 90, 10, 8]))
    boxes = [
        {"id": 10 * n + kind + box[1], "image_id": n, "category_id": kind, "bbox": box}
        for n in range(24)
        for kind, box in kinds
    ]
    coco = {
        "images": [{"id": n, "file_name": f"images/{n}.png", "width": 80, "height": 100} for n in range(24)],
        "annotations": boxes,
        "categories": [{"id": 1, "name": "shirt"}, {"id": 2, "name": "shoes"}],
    }
    (root / "fashion-scenes" / "boxes_coco.json").write_text(json.dumps(coco))
    with (root / "garments" / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("image", "label", "kids"))
        rows.writerows(
            (f"images/{n}.png", ("T-Shirt", "Shoes", "Not sure")[n // 3 % 3], "False") for n in range(24)
        )
    return root


@pytest.mark.parametrize("split", ["test", "train"])
def test_only_pictures_of_the_split_are_taken(data: Path, tmp_path: Path, split: str) -> None:
    out = tmp_path / "out"
    assert main(["--data", str(data), "--out", str(out), "--split", split]) == 0
    labels = read_labels(out / "labels.jsonl", Taxonomy.builtin())
    photos = list(range(SPLITS.index(split), 24, 3))
    assert labels.problems == ()
    assert sorted({int(one.photo.stem) for one in labels.objects}) == photos
    assert all(one.photo.exists() for one in labels.objects)
    # The third box is too small, the second is cut at the photo's right side.
    assert len(labels.objects) == 2 * len(photos)
    first, second = (one for one in labels.objects if one.photo.stem == str(photos[0]))
    assert {first.category.id, second.category.id} == {SHIRTS, SHOES}
    found = {one.category.id: one.box.as_list() for one in (first, second)}
    assert found == {SHIRTS: [0.1, 0.1, 0.6, 0.6], SHOES: [0.25, 0.7, 1.0, 0.95]}
    with (out / "products.csv").open() as file:
        rows = list(csv.DictReader(file))
    known = [n for n in photos if n // 3 % 3 < 2]
    assert sorted(int(Path(row["image_link"]).stem) for row in rows) == known
    expected = {f"garments/{n}": str((SHIRTS, SHOES)[n // 3 % 3]) for n in known}
    assert {row["id"]: row["google_product_category"] for row in rows} == expected


def test_what_is_missing_is_said(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "garments").rename(data / "elsewhere")
    assert main(["--data", str(data), "--out", str(tmp_path / "out")]) == 1
    assert "no picture of garments of the split 'test'" in capsys.readouterr().err
    assert main(["--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 1
    assert "no data set lies in" in capsys.readouterr().err
