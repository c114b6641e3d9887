"""Label maps: every label of the data sets that is something to buy has its category."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from shopthelook.taxonomy import LABEL_MAPS, Taxonomy, TaxonomyError, label_map

BESIDE = Path(__file__).parents[3]
SHIRTS = "Apparel & Accessories > Clothing > Shirts & Tops"


def beside(*parts: str) -> Path:
    path = BESIDE.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not beside the checkout")
    return path


@pytest.mark.parametrize("name", LABEL_MAPS)
def test_every_map_is_of_the_shipped_taxonomy(name: str) -> None:
    taxonomy = Taxonomy.builtin()
    labels = label_map(name)
    assert labels
    assert all(category in taxonomy for category in labels.values())


def test_a_map_is_the_callers_own() -> None:
    label_map("coco").clear()
    assert label_map("coco")


def test_unknown_map() -> None:
    with pytest.raises(TaxonomyError, match="there are: clothing-co-parsing, coco"):
        label_map("nonesuch")


@pytest.mark.parametrize(
    ("name", "label", "fine", "coarse"),
    [
        ("fashion-scenes", "sneakers", "Shoes", "Shoes"),
        ("fashion-scenes", "coat", "Coats & Jackets", "Outerwear"),
        ("fashion-scenes", "vest", "Vests", "Outerwear"),
        ("fashion-scenes", "jeans", "Pants", "Pants"),
        ("fashion-scenes", "hoodie", "Shirts & Tops", "Shirts & Tops"),
        ("fashion-scenes", "romper", "Jumpsuits & Rompers", "One-Pieces"),
        ("fashion-scenes", "watch", "Watches", "Jewelry"),
        ("fashion-scenes", "purse", "Handbags", "Handbags, Wallets & Cases"),
        ("fashion-scenes", "tights", "Hosiery", "Underwear & Socks"),
        ("fashion-scenes", "glasses", "Sunglasses", "Sunglasses"),
        ("home-scenes", "chair", "Chairs", "Chairs"),
        ("home-scenes", "couch", "Sofas", "Sofas"),
        ("home-scenes", "lamp", "Lamps", "Lighting"),
        ("home-scenes", "curtain", "Curtains & Drapes", "Window Treatments"),
        ("coco", "dining table", "Kitchen & Dining Room Tables", "Tables"),
        ("coco", "potted plant", "Potted Houseplants", "Plants"),
        ("coco", "wine glass", "Stemware", "Tableware"),
        ("coco", "tie", "Neckties", "Neckties"),
        ("coco", "tv", "Televisions", None),
        ("oidv4", "Mug", "Mugs", "Tableware"),
        ("clothing-co-parsing", "sneakers", "Shoes", "Shoes"),
        ("fashionpedia", "top, t-shirt, sweatshirt", "Shirts & Tops", "Shirts & Tops"),
        ("fashionpedia", "umbrella", "Parasols & Rain Umbrellas", None),
        ("deepfashion2", "vest", "Shirts & Tops", "Shirts & Tops"),
        ("deepfashion2", "sling dress", "Dresses", "Dresses"),
        ("modanet", "footwear", "Shoes", "Shoes"),
        ("open-images", "Kitchen & dining room table", "Kitchen & Dining Room Tables", "Tables"),
        ("open-images", "Desk", "Desks", "Tables"),
        ("garments", "Blazer", "Coats & Jackets", "Outerwear"),
        ("luma", "Men/Tops/Tees", "Shirts & Tops", "Shirts & Tops"),
    ],
)
def test_known_labels(name: str, label: str, fine: str, coarse: str | None) -> None:
    category = label_map(name)[label]
    assert category.name == fine
    above = Taxonomy.builtin().coarse(category)
    assert (above.name if above else None) == coarse


def test_what_published_sets_call_no_object_is_absent() -> None:
    assert len(label_map("fashionpedia")) == 27  # its garments and accessories, without the 19 parts
    assert "sleeve" not in label_map("fashionpedia")
    assert len(label_map("deepfashion2")) == 13
    assert len(label_map("modanet")) == 12
    assert "scarf/tie" not in label_map("modanet")  # two coarse categories in one
    assert not {"Person", "Human hair", "Clothing", "Furniture"} & set(label_map("open-images"))


def test_fashion_scene_labels_are_covered() -> None:
    folder = beside("data", "fashion-scenes")
    names = {c["name"] for c in json.loads((folder / "boxes_coco.json").read_text())["categories"]}
    names |= set(json.loads((folder / "mask_labels.json").read_text()))
    assert names - set(label_map("fashion-scenes")) == {"accessories", "hair", "null", "skin"}
    tags = json.loads(beside("data", "fashion-scenes-tagged", "tags.json").read_text())
    missing = {tag for row in tags.values() for tag in row} - set(label_map("fashion-scenes-tagged"))
    assert missing <= {"accessories", "hair", "null", "skin"}


def test_home_scene_labels_that_are_absent_are_nothing_to_buy_here() -> None:
    path = beside("data", "home-scenes", "boxes_coco.json")
    names = {c["name"] for c in json.loads(path.read_text())["categories"]}
    rooms = {"bathroom", "bedroom", "dining_room", "kitchen", "living_room", "office", "study"}
    building = {"ceiling", "door", "floor", "wall", "window", "other", "other_indoor"}
    living = {"person", "bird", "cat", "dog", "horse", "sheep"}
    food = {"apple", "banana", "cake", "carrot", "donut", "hot dog", "orange", "pizza", "sandwich"}
    rest = {"boat", "car", "motorcycle", "truck", "sports ball"}
    assert names - set(label_map("home-scenes")) == rooms | building | living | food | rest


def test_garment_and_store_labels_are_covered() -> None:
    with beside("data", "garments", "labels.csv").open(newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == set(label_map("garments"))
    with beside("data", "luma-catalogue", "catalogue.csv").open(newline="") as file:
        assert {row["category"] for row in csv.DictReader(file)} == set(label_map("luma"))


def test_detector_labels_are_covered() -> None:
    names = set(beside("shared", "models", "oidv4_labels.txt").read_text().splitlines())
    absent = {"???", "Person", "Cattle", "Cat", "Box", "Vehicle", "Dog", "Car"}
    assert names - set(label_map("oidv4")) == absent
