"""decompose and search."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopthelook import Shop
from tests.cli.conftest import Run
from tests.pipeline.feeds import Feed


def test_search_groups_products_by_object(stocked: Run, room: Path) -> None:
    answer = stocked("search", room, "-k", 2)
    assert answer.status == 0
    assert "1. Furniture > Chairs" in answer.out
    assert "2. Furniture > Tables" in answer.out
    assert answer.out.count("10.00 EUR") == 4


def test_search_for_programs(stocked: Run, room: Path) -> None:
    (found,) = stocked("search", room, "--json", "-k", 3).objects
    assert set(found) == {"photo", "width", "height", "objects"}
    assert (found["photo"], found["width"], found["height"]) == (str(room), 320, 240)
    first = found["objects"][0]
    assert first["box"] == [0.0625, 0.08333, 0.3125, 0.5]
    assert first["category"] == "Furniture > Chairs"
    assert first["score"] == 1.0
    assert len(first["hits"]) == 3
    hit = first["hits"][0]
    assert {"product_id", "distance", "similarity", "title", "price", "currency", "link", "image"} <= set(hit)
    assert hit["similarity"] == pytest.approx(1 - hit["distance"] / 64, abs=1e-4)


def test_a_bad_photo_has_its_own_line_and_the_rest_goes_on(stocked: Run, room: Path) -> None:
    bad = room.parent / "bad.jpg"
    bad.write_bytes(b"nothing")
    answer = stocked("search", "nowhere.jpg", room, bad, "--json")
    assert answer.status == 1
    assert [("error" in one, one["photo"]) for one in answer.objects] == [
        (True, "nowhere.jpg"),
        (False, str(room)),
        (True, str(bad)),
    ]
    assert answer.errors == ""
    answer = stocked("search", bad, room)
    assert answer.status == 1
    assert "Furniture > Chairs" in answer.out
    assert answer.errors.startswith(f"error: {bad}: ")


def test_photos_from_a_list(stocked: Run, room: Path) -> None:
    listing = room.parent / "list.txt"
    listing.write_text(f"{room}\n\n{room}\n")
    assert len(stocked("decompose", "--from", listing, "--json").objects) == 2
    assert len(stocked("decompose", room, "--from", "-", "--json", stdin=f"{room}\n").objects) == 2
    assert stocked("decompose", "--from", room.parent / "nowhere").status == 1


def test_box_and_category(stocked: Run, room: Path) -> None:
    (found,) = stocked("search", room, "--box", "0.5,0.5,1.5,1.5", "--category", "Sofas", "--json").objects
    (one,) = found["objects"]
    assert one["box"] == [0.5, 0.5, 1, 1]
    assert one["category"] == one["searched"] == "Furniture > Sofas"
    assert len(one["hits"]) == 10


def test_an_unknown_category_is_told_once(stocked: Run, room: Path) -> None:
    answer = stocked("search", room, room, "--category", "Chars")
    assert (answer.status, answer.out) == (1, "")
    assert answer.errors.count("error: ") == 1


@pytest.mark.parametrize("box", ["2,2,3,3", "1,2,3", "words", "a,b,c,d", "10,20,300,400"])
def test_a_malformed_box_is_misuse(stocked: Run, room: Path, box: str) -> None:
    answer = stocked("search", room, room, "--box", box)
    assert (answer.status, answer.out) == (2, "")
    assert answer.errors.count("Error: Invalid value for --box: ") == 1


def test_a_hit_tells_what_is_paid_now(run: Run, shop: Shop, feed: Feed, room: Path) -> None:
    feed.add("a", price="20.00 EUR", sale_price="15.00 EUR", google_product_category="Chairs")
    shop.import_products(feed.write().path)
    (found,) = run("search", room, "--json").objects
    hit = found["objects"][0]["hits"][0]
    assert (hit["price"], hit["sale_price"]) == ("20.00", "15.00")
    assert "15.00 EUR" in run("search", room).out


def test_decompose(stocked: Run, room: Path) -> None:
    (found,) = stocked("decompose", room, "--json").objects
    assert [one["category"] for one in found["objects"]] == ["Furniture > Chairs", "Furniture > Tables"]
    assert "2 objects" in stocked("decompose", room).out
    assert stocked("decompose", room, "--threshold", "1.0").status == 0


def test_an_empty_shop_has_no_hits(run: Run, room: Path) -> None:
    answer = run("search", room)
    assert answer.status == 0
    assert answer.out.count("no products here") == 2
