"""The demo catalogue is whole: feed, pictures, rooms, categories, and no model shared with training."""

import csv
import json
import re
from pathlib import Path

import pytest
from demo.render.split import family, split
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "demo"
BUDGET_BYTES = 12 * 1024 * 1024
REQUIRED = [
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "availability",
    "price",
    "google_product_category",
    "condition",
]


def read(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def products():
    return read(DEMO / "products.tsv")


@pytest.fixture(scope="module")
def scenes():
    return json.loads((DEMO / "rooms.json").read_text(encoding="utf-8"))["scenes"]


@pytest.fixture(scope="module")
def sides():
    """Side of every model, from the listed and the procedural ones."""
    procedural = pytest.importorskip("demo.render.procedural")
    categories = {r["model"]: r["category"] for r in read(DEMO / "render" / "models.tsv")}
    categories |= {name: procedural.KINDS[kind][2] for name, (kind, _) in procedural.CATALOGUE.items()}
    return split(categories)


def test_feed_is_large_and_varied(products):
    assert len(products) >= 420
    assert len({p["id"] for p in products}) == len(products)
    assert len({p["google_product_category"] for p in products}) >= 14


def test_every_row_is_complete(products):
    for p in products:
        assert all(p[c] for c in REQUIRED), p["id"]
        assert re.fullmatch(r"\d+\.\d\d USD", p["price"]), p["id"]
        assert p["availability"] in {"in_stock", "out_of_stock"}, p["id"]
        assert p["link"] == f"https://example.com/demo/{p['id']}"
        assert re.fullmatch(r"\d+ x \d+ x \d+ cm", p["size"]), p["id"]
        assert p["model_creator"], p["id"]


def test_colours_of_a_group_differ(products):
    groups = {}
    for p in products:
        groups.setdefault(p["item_group_id"], []).append(p)
    for group, rows in groups.items():
        assert len({r["color"] for r in rows}) == len(rows), group
        assert len({r["google_product_category"] for r in rows}) == 1, group


def test_every_product_picture_opens(products):
    for p in products:
        with Image.open(DEMO / p["image_link"]) as image:
            image.load()
            assert image.format == "WEBP", p["id"]
            assert 200 <= max(image.size) <= 330, p["id"]


def test_no_picture_without_a_product(products):
    shown = {Path(p["image_link"]).name for p in products}
    assert {f.name for f in (DEMO / "products").iterdir()} == shown


def test_every_scene_picture_opens(scenes):
    assert len(scenes) >= 40
    for s in scenes:
        with Image.open(DEMO / s["scene"]) as image:
            image.load()
            assert image.size == (s["width"], s["height"])
    assert {f"scenes/{f.name}" for f in (DEMO / "scenes").iterdir()} == {s["scene"] for s in scenes}


def test_objects_are_known_products_in_valid_boxes(products, scenes):
    category = {p["id"]: p["google_product_category"] for p in products}
    for s in scenes:
        assert s["objects"], s["scene"]
        for o in s["objects"]:
            x1, y1, x2, y2 = o["box"]
            assert 0 <= x1 < x2 <= 1, s["scene"]
            assert 0 <= y1 < y2 <= 1, s["scene"]
            assert 0.3 <= o["visible"] <= 1
            assert category[o["product_id"]] == o["category"]


def test_size_budget():
    total = sum(f.stat().st_size for f in DEMO.rglob("*") if f.is_file() and "__pycache__" not in f.parts)
    assert total < BUDGET_BYTES


def test_categories_are_in_the_shipped_taxonomy(products):
    """The shipped list has four branches whole, and only the top two levels of most others."""
    listing = ROOT / "src" / "shopthelook" / "taxonomy" / "google.tsv"
    if not listing.exists():
        pytest.skip("no Google taxonomy list is shipped")
    lines = listing.read_text(encoding="utf-8").splitlines()
    known = {line.split("\t")[1] for line in lines if "\t" in line and not line.startswith("#")}
    whole = ("Apparel & Accessories", "Furniture", "Home & Garden", "Luggage & Bags")
    for path in {p["google_product_category"] for p in products}:
        levels = path.split(" > ")
        assert (path if levels[0] in whole else " > ".join(levels[:2])) in known, path


def test_demo_shows_only_demo_models(products, sides):
    names = {re.sub(r"[^a-z0-9]+", "-", m.lower()).strip("-"): m for m in sides}
    assert {sides[names[p["item_group_id"]]] for p in products} == {"demo"}


def test_split_is_stable_and_keeps_families_together(sides):
    assert set(sides.values()) == {"demo", "train"}
    assert 0.5 < sum(s == "demo" for s in sides.values()) / len(sides) < 0.6
    for name in {family(m) for m in sides}:
        assert len({s for m, s in sides.items() if family(m) == name}) == 1, name


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Scopia/vase1", "Scopia/vase"),
        ("Scopia/armchair", "Scopia/armchair"),
        ("Scopia/convertible-sofa-BZ-closed", "Scopia/convertible-sofa-BZ"),
        ("Scopia/wooden_office_pear_table_rect", "Scopia/wooden_office_pear_table"),
        ("Scopia/beige_sofa_2seats", "Scopia/beige_sofa"),
        ("KatorLegaz/concept-sedan-01v2", "KatorLegaz/concept-sedan"),
        ("own/vase-02", "own/vase-02"),
    ],
)
def test_family(model, expected):
    assert family(model) == expected
