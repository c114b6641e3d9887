"""What commands print of colours, patterns and genders."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopthelook import Shop
from tests.cli.conftest import Run
from tests.fixtures.wardrobe import BLUE, RED, looks, make_wardrobe, on_white, photo_of, png


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with two dresses and a sofa, and a photo of a dress and a sofa, `photos/look.png`."""
    folder = tmp_path_factory.mktemp("wardrobe")
    feed = folder / "feed.csv"
    feed.write_text(
        "id,title,image_link,color,google_product_category\n"
        "dress,Dress,dress.png,,Dresses\nteal,Dress,teal.png,Teal,Dresses\nsofa,Sofa,sofa.png,,Sofas\n",
        encoding="utf-8",
    )
    for name, thing in (("dress", looks(RED)), ("teal", looks(RED, striped=True)), ("sofa", looks(BLUE))):
        (folder / f"{name}.png").write_bytes(on_white(thing))
    photos = folder / "photos"
    photos.mkdir()
    (photos / "look.png").write_bytes(png(photo_of((20, looks(RED)), (200, looks(BLUE)))))
    with Shop.create(folder / "shop", threads=1, **make_wardrobe(folder)) as shop:
        shop.import_products(feed)
        shop.import_scenes(photos)
    return folder


@pytest.fixture
def run(folder: Path, bare: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SHOPTHELOOK_SHOP", str(folder / "shop"))
    return bare


def test_products_show(run: Run) -> None:
    (shown,) = run("products", "show", "dress", "--json").objects
    said = {one["name"]: (one["value"], one["by"]) for one in shown["attributes"]}
    assert said == {
        "color": ("Red", "model"),
        "pattern": ("Solid", "model"),
        "gender": ("female", "model"),
    }
    assert all(0.5 < one["confidence"] <= 1 for one in shown["attributes"])
    assert "guesses" not in shown
    (shown,) = run("products", "show", "teal", "--json").objects
    assert shown["attributes"][0] == {"name": "color", "value": "Teal", "by": "merchant", "confidence": None}
    (line,) = [
        one for one in run("products", "show", "teal").out.splitlines() if one.startswith("attributes")
    ]
    assert "color Teal, pattern Striped (" in line
    (listed,) = run("products", "list", "--category", "Sofas", "--json").objects
    assert [one["name"] for one in listed["attributes"]] == ["color", "pattern"]


def test_scenes_show(run: Run) -> None:
    (shown,) = run("scenes", "show", "look", "--json").objects
    assert [[one["value"] for one in found["attributes"]] for found in shown["objects"]] in (
        [["Red", "Solid", "female"], ["Blue", "Solid"]],
        [["Blue", "Solid"], ["Red", "Solid", "female"]],
    )
    assert "Red (0." in run("scenes", "show", "look").out


def test_search_by_what_is_said(run: Run, folder: Path) -> None:
    photo = folder / "photos" / "look.png"
    answer = run("search", photo, "--box", "0,0,1,1", "--where", "color:red AND gender:women", "--json")
    (found,) = answer.objects[0]["objects"]
    assert [hit["product_id"] for hit in found["hits"]] == ["dress"]
    assert found["hits"][0]["attributes"][0]["value"] == "Red"
    out = run("search", photo, "--where", "pattern:Striped").out
    assert "teal" in out
    assert "Red (0." in out


def test_decompose_says_it_on_request(run: Run, folder: Path) -> None:
    photo = folder / "photos" / "look.png"
    assert "Red" not in run("decompose", photo).out
    assert "Red (0." in run("decompose", photo, "--attributes").out
    (found,) = run("decompose", photo, "--json").objects
    assert [one["attributes"] for one in found["objects"]] == [[], []]
