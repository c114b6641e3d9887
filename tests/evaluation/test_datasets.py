"""A feed and labels of real photos, made of sets of views."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.embedding.views import Row, write_views
from shopthelook.evaluation.datasets import main
from shopthelook.evaluation.labelled import read_labels
from shopthelook.taxonomy import Taxonomy

SHIRTS, SHOES = 212, 187


def group(split: str) -> str:
    """A group whose views are of the split."""
    return next(name for name in map(str, range(1000)) if split_of(name) == split)


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((100, 80, 3), 90, np.uint8)).save(path)


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """Of each of two splits a photo of a shirt and shoes, the shoes in part outside; and what nobody can ask about."""
    folder = tmp_path / "street"
    rows = []
    for split in ("test", "train"):
        name, of = f"images/{split}.png", group(split)
        picture(folder / name)
        rows += [
            Row(name, "scene", f"{split}/shirt", "Shirts & Tops", (8, 10, 48, 60), group=of),
            Row(name, "product", f"{split}/shirt", "Shirts & Tops", (8, 10, 48, 60), group=of),
            Row(name, "scene", f"{split}/shoes", "Shoes", (20, 70, 90, 95), group=of),
            Row(name, "scene", f"{split}/hair", "", (20, 5, 40, 20), group=of),
            Row(name, "scene", "", "Shoes", group=of),
        ]
    write_views(folder, rows)
    return folder


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """Of each of two splits a shirt from two sides, the main one last, shoes, a part of a picture and a what-is-it."""
    folder = tmp_path / "shop"
    rows = []
    for split in ("test", "train"):
        of = group(split)
        for name in ("back", "front", "shoes", "odd"):
            picture(folder / "images" / f"{split}-{name}.png")
        rows += [
            Row(f"images/{split}-back.png", "product", f"{split}/shirt", "Shirts & Tops", group=of),
            Row(
                f"images/{split}-front.png", "product", f"{split}/shirt", "Shirts & Tops", main=True, group=of
            ),
            Row(f"images/{split}-shoes.png", "product", "", "Shoes", group=of),
            Row(f"images/{split}-odd.png", "product", f"{split}/part", "Shoes", (0, 0, 40, 40), group=of),
            Row(f"images/{split}-odd.png", "product", f"{split}/odd", group=of),
        ]
    write_views(folder, rows)
    return folder


@pytest.mark.parametrize("split", ["test", "train"])
def test_only_views_of_the_split_are_taken(scenes: Path, products: Path, tmp_path: Path, split: str) -> None:
    out = tmp_path / "out"
    given = ["--scenes", str(scenes), "--products", str(products), "--out", str(out)]
    assert main(given if split == "test" else [*given, "--split", split]) == 0
    labels = read_labels(out / "labels.jsonl", Taxonomy.builtin())
    assert labels.problems == ()
    assert {one.photo for one in labels.objects} == {scenes / "images" / f"{split}.png"}
    # The shoes are cut at the photo's right side.
    assert [(one.category.id, one.box.as_list()) for one in labels.objects] == [
        (SHIRTS, [0.1, 0.1, 0.6, 0.6]),
        (SHOES, [0.25, 0.7, 1.0, 0.95]),
    ]
    with (out / "products.csv").open() as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert {name: (row["image_link"], row["google_product_category"]) for name, row in rows.items()} == {
        f"{split}/shirt": (str(products / "images" / f"{split}-front.png"), str(SHIRTS)),
        f"shop/images/{split}-shoes.png": (str(products / "images" / f"{split}-shoes.png"), str(SHOES)),
    }


def test_what_is_written_names_pictures_from_anywhere(
    scenes: Path, products: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--scenes", scenes.name, "--products", products.name, "--out", "out"]) == 0
    first = json.loads((tmp_path / "out" / "labels.jsonl").read_text().splitlines()[0])
    assert first["photo"] == str(scenes / "images" / "test.png")


def test_what_is_missing_is_said(
    scenes: Path, products: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(asked: Path, sold: Path, split: str = "test") -> str:
        out = tmp_path / "out"
        given = ["--scenes", str(asked), "--products", str(sold), "--out", str(out), "--split", split]
        assert main(given) == 1
        assert not out.exists()
        return capsys.readouterr().err

    assert "nowhere: no views here" in said(tmp_path / "nowhere", products)
    assert f"{scenes}: no scene with a box and a category in the split 'val'" in said(scenes, products, "val")
    assert f"{products}: no scene with a box and a category in the split 'test'" in said(products, products)
    assert f"{scenes}: no whole picture of a product with a category" in said(scenes, scenes)
    (scenes / "images" / "test.png").unlink()
    assert f"{scenes / 'images' / 'test.png'}: there is no picture" in said(scenes, products)


def test_a_box_outside_its_photo_is_named(
    scenes: Path, products: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row("images/test.png", "scene", "", "Shoes", (90, 10, 120, 40), group=group("test"))
    write_views(scenes, [row])
    given = ["--scenes", str(scenes), "--products", str(products), "--out", str(tmp_path / "out")]
    assert main(given) == 1
    assert f"error: {scenes / 'images' / 'test.png'}: " in capsys.readouterr().err
