"""Searches, scenes and pictures, by both clients, from a real server."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from shopthelook import Shop
from shopthelook.client import ApiError, Hit
from tests.client.conftest import Ask
from tests.serving.pictures import EMPTY, ROOM


def costs(hit: Hit) -> Decimal:
    """What it costs now."""
    price = hit.sale_price or hit.price
    assert price is not None
    return price


def test_a_photo_as_path_bytes_and_file(ask: Ask, address: str, tmp_path: Path) -> None:
    (tmp_path / "room.png").write_bytes(ROOM)
    first = ask(address, "search", tmp_path / "room.png", k=3)
    assert (first.width, first.height, first.whole_picture) == (320, 240, False)
    assert {str(one.category) for one in first.objects} == {"Furniture > Chairs", "Furniture > Sofas"}
    chair = next(one for one in first.objects if one.category.name == "Chairs")
    assert chair.box == pytest.approx((0.125, 0.25, 0.375, 0.75), abs=0.02)
    assert len(chair.hits) == 3
    best = chair.hits[0]
    assert isinstance(best, Hit)
    assert isinstance(best.price, Decimal)
    assert (best.currency, best.category.name, best.brand) == ("EUR", "Chairs", "Norr")
    assert best.similarity == pytest.approx(1 - best.distance / 64, abs=1e-4)
    assert ask(address, "search", str(tmp_path / "room.png"), k=3) == first
    assert ask(address, "search", ROOM, k=3) == first
    assert ask(address, "search", io.BytesIO(ROOM), k=3) == first


def test_what_a_search_can_be_asked_for(ask: Ask, address: str, shop: Shop) -> None:
    found = ask(
        address,
        "search",
        ROOM,
        box=(0.125, 0.25, 0.375, 0.75),
        category=443,
        k=5,
        where={"field": "price", "gte": 100, "lt": 120},
        relax=False,
        explain=True,
        min_similarity=0.2,
        gender="any",
    )
    (part,) = found.objects
    same = shop.search(
        ROOM, box=(0.125, 0.25, 0.375, 0.75), category=443, k=5, where="price >= 100 AND price < 120",
        min_similarity=0.2, gender="any",
    ).objects[0]  # fmt: skip
    assert [hit.product_id for hit in part.hits] == [hit.product_id for hit in same.hits]
    assert part.hits
    assert part.searched.id == 443
    assert part.explanation.where == "price:[100 TO 120}" or "price" in part.explanation.where
    assert part.explanation.steps[0].rows_qualified is not None
    assert ask(address, "search", EMPTY, threshold=0.9).whole_picture


def test_a_scene_an_object_and_a_product(ask: Ask, address: str) -> None:
    scene = ask(address, "scene", "room-00")
    assert (scene.id, scene.width, scene.height, len(scene.objects)) == ("room-00", 800, 600, 3)
    found = ask(address, "search_scene", "room-00", k=2, where="price < 110")
    assert [one.id for one in found.objects] == [one.id for one in scene.objects]
    assert all(costs(hit) < 110 for one in found.objects for hit in one.hits)
    drawn = ask(address, "search_scene", "room-00", box=scene.objects[0].box, category="Chairs", k=1)
    assert drawn.objects[0].hits[0].category.name == "Chairs"
    one = ask(address, "search_object", scene.objects[0].id, k=4)
    assert (one.id, len(one.hits)) == (scene.objects[0].id, 4)
    like = ask(address, "search_product", "chair-1", k=4)
    assert len(like.hits) == 4
    assert "chair-1" not in {hit.product_id for hit in like.hits}
    assert [hit.distance for hit in like.hits] == sorted(hit.distance for hit in like.hits)


def test_objects_without_products(ask: Ask, address: str) -> None:
    found = ask(address, "decompose", ROOM, attributes=True)
    assert len(found.objects) == 2
    assert all(one.score > 0.5 and one.id is None for one in found.objects)
    assert ask(address, "decompose", EMPTY, threshold=0.5).objects == ()


def test_all_scenes_page_by_page(ask: Ask, address: str, shop: Shop) -> None:
    cards = ask(address, "scenes", page=20)
    assert [one.id for one in cards] == [one.id for one in shop.scenes(limit=100)]
    assert len(cards) == 45
    assert ask(address, "scenes", page=45) == cards


@pytest.mark.parametrize("page", [7, 40, 200])
def test_all_products_of_an_object(ask: Ask, address: str, shop: Shop, page: int) -> None:
    hits = ask(address, "object_hits", "room-00/0", page=page)
    assert [hit.product_id for hit in hits] == [
        hit.product_id for hit in shop.search_object("room-00/0", k=200).hits
    ]
    assert len(hits) == 40


def test_all_that_is_like_a_product(ask: Ask, address: str) -> None:
    hits = ask(address, "similar", "sofa-3", page=10, where="price < 120")
    assert 10 < len(hits) < 39
    assert all(hit.product_id.startswith("sofa-") and costs(hit) < 120 for hit in hits)


def test_a_product_and_its_picture(ask: Ask, address: str) -> None:
    product = ask(address, "product", "chair-4")
    assert (product.title, product.price, product.sale_price) == (
        "Chair number 4",
        Decimal("103.50"),
        Decimal("83.00"),
    )
    picture = Image.open(io.BytesIO(ask(address, "picture", product.image, 160)))
    assert (picture.format, picture.width) == ("WEBP", 160)


def test_the_state_of_the_shop(ask: Ask, address: str) -> None:
    status = ask(address, "status")
    assert (status.products, status.scenes, status.objects) == (120, 45, 105)
    assert status.index_seq <= status.last_seq


def test_refusals_say_what_was_wrong(ask: Ask, address: str) -> None:
    with pytest.raises(ApiError) as refused:
        ask(address, "search", b"no picture")
    assert (refused.value.status, refused.value.code, refused.value.field) == (422, "not_a_picture", "photo")
    assert refused.value.request_id
    assert f"request {refused.value.request_id}" in str(refused.value)
    assert "field photo" in str(refused.value)
    with pytest.raises(ApiError) as unknown:
        ask(address, "scene", "no/such?scene#1")
    assert (unknown.value.status, unknown.value.code) == (404, "not_found")
    assert "'no/such?scene#1'" in unknown.value.message
    with pytest.raises(ApiError) as malformed:
        ask(address, "similar", "chair-1", where="price <")
    assert (malformed.value.code, malformed.value.field) == ("bad_query", "where")
    with pytest.raises(ValueError, match="not 'room-00'"):
        ask(address, "object_hits", "room-00")


@pytest.mark.parametrize("page", [0, -48])
def test_a_page_without_room_is_refused(ask: Ask, address: str, page: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1 product, not {page}"):
        ask(address, "similar", "chair-1", page=page)


def test_order_and_counts(ask: Ask, address: str) -> None:
    wanted = {"sort": "price", "facets": ["price", "category"], "among": 30}
    found = ask(address, "search_object", "room-00/0", k=5, **wanted)
    amounts = [costs(hit) for hit in found.hits]
    assert amounts == sorted(amounts)
    price, category = found.facets
    assert (price.field, price.counted, price.complete) == ("price", 30, False)
    assert sum(one.count for one in price.values) == 30
    assert price.values[0].where == "price:[50 TO 100}"
    assert category.values == ()
    box = (0.125, 0.25, 0.375, 0.75)
    by_kind = ask(address, "search", ROOM, box=box, kind=443, k=5, **wanted)
    assert str(by_kind.objects[0].searched) == "Furniture > Chairs"
    by_photo = ask(address, "search", ROOM, category=443, k=5, **wanted)
    assert [one.field for one in by_photo.objects[0].facets] == ["price", "category"]
    every = ask(address, "object_hits", "room-00/0", page=9, sort="-price", among=30)
    assert [costs(hit) for hit in every] == sorted((costs(hit) for hit in every), reverse=True)
    assert len({hit.product_id for hit in every}) == 30
