"""Searches with a filter, a least similarity, widening and a gender."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shopthelook import Shop
from shopthelook.embedding import similarity
from shopthelook.pipeline.asking import most_distance
from shopthelook.pipeline.attributes import attributes_of
from shopthelook.pipeline.errors import SearchError
from shopthelook.pipeline.listing import Listing, Sort, paid
from shopthelook.pipeline.results import ObjectHits
from shopthelook.retrieval.query import QueryError, matches, parse
from tests.fixtures.tiny_bundles import scene
from tests.pipeline.feeds import BLUE, RED, Feed

ROOM = scene(320, 240, (RED, 20, 20, 100, 120), (BLUE, 150, 60, 250, 200))
N = 36


@pytest.fixture(scope="module")
def stocked(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Any, tiny_embedder: Any
) -> Iterator[Shop]:
    """12 chairs, 12 sofas and 12 tables with attributes; 9 dresses of which every fourth has no gender."""
    folder = tmp_path_factory.mktemp("filtered")
    feed = Feed(folder / "feed")
    kinds = ["Furniture > Chairs", "Furniture > Sofas", "Furniture > Tables"]
    for n in range(N):
        feed.add(
            f"p{n:02}",
            color=n % 3,
            seed=n,
            google_product_category=kinds[n % 3],
            price=f"{10 + n}.50 EUR",
            sale_price="9.00 EUR" if n % 9 == 0 else "",
            brand=["Norr", "Søder Home"][n % 2],
            seat_height=str(40 + n),
        )
        feed.rows[-1]["color"] = ["red", "Red/Blue", "green"][n % 3]
    for n in range(9):
        gender = ["female", "male", "unisex", ""][n % 4]
        feed.add(f"d{n}", seed=100 + n, google_product_category="Dresses", gender=gender)
    feed.write()
    with Shop.create(
        folder / "shop", detector=str(tiny_detector), embedder=str(tiny_embedder), threads=1
    ) as shop:
        report = shop.import_products(feed.path)
        assert report.added == N + 9
        yield shop


def ids(found: ObjectHits) -> list[str]:
    return [hit.product_id for hit in found]


def whole(shop: Shop, **options: Any) -> ObjectHits:
    (found,) = shop.search(ROOM, box="0,0,1,1", **options).objects
    return found


@pytest.mark.parametrize(
    "where",
    [
        "brand:norr",
        "brand:'SØDER home' AND price < 30",
        "color:red AND NOT color:blue",
        "color IN (blue, green) OR seat_height >= 70",
        "price:{9 TO 20.5]",
        "price = 9 AND list_price > 9",
        "seat_height:45",
        "NOT seat_height < 100",
        "*",
        "nothing:here",
    ],
)
def test_k_come_if_k_qualify(stocked: Shop, where: str) -> None:
    everything = whole(stocked, k=100)
    tree = parse(where)
    expected = [hit.product_id for hit in everything if matches(tree, attributes_of(hit.product))]
    assert ids(whole(stocked, k=100, where=where)) == expected
    assert ids(whole(stocked, k=3, where=where)) == expected[:3]


def test_a_filter_works_on_every_object_within_its_category(stocked: Shop) -> None:
    for one in stocked.search(ROOM, where="brand:Norr", k=20):
        assert len(one) == 6
        assert {hit.product.brand for hit in one} == {"Norr"}
        assert {hit.product.category_id for hit in one} == {one.category.id if one.category else 0}
        assert (one.widened, one.explanation) == (None, None)


def test_a_category_in_the_filter_decides(stocked: Shop) -> None:
    for one in stocked.search(ROOM, where="category:Sofas AND brand:Norr", k=20):
        assert one.searched is None
        assert {hit.product.category_id for hit in one} == {stocked.taxonomy.get("Sofas").id}
    both = stocked.search(ROOM, where="category IN (Sofas, 443)", k=50).objects[0]
    assert len(both) == 24
    excluded = stocked.search(ROOM, where="NOT category:Chairs", k=50)
    assert [len(one) for one in excluded] == [0, 12]
    assert len(whole(stocked, category="Chairs", where="category:Furniture", k=50)) == 12
    assert len(whole(stocked, category="Chairs", where="category:Sofas", k=50)) == 0


def test_least_similarity_cuts_bad_hits(stocked: Shop) -> None:
    every = stocked.search_product("p03", k=30).hits
    least = every[3].similarity
    cut = stocked.search_product("p03", k=30, min_similarity=least).hits
    assert cut == tuple(hit for hit in every if hit.similarity >= least)
    assert 4 <= len(cut) < len(every)


@pytest.mark.parametrize("bits", [64, 192, 512, 640, 4096])
def test_most_distance_is_exact(bits: int) -> None:
    for hundredths in range(101):
        expected = (100 - hundredths) * bits // 100
        assert most_distance(hundredths / 100, bits) == expected
    for distance in range(bits + 1):
        assert most_distance(similarity(distance, bits), bits) == distance


def test_widening_only_on_request_and_says_so(stocked: Shop) -> None:
    where = "brand:Norr"
    plain = stocked.search_product("p00", k=10, where=where)
    assert (len(plain), plain.widened) == (5, None)
    relaxed = stocked.search_product("p00", k=10, where=where, relax=True)
    assert ids(relaxed)[:5] == ids(plain)
    assert len(relaxed) == 10
    assert relaxed.widened == "to the categories beside it in Furniture"
    assert {hit.product.brand for hit in relaxed} == {"Norr"}
    assert ids(relaxed)[5:] == ids(whole_like(stocked, "p00", where))[:5]
    enough = stocked.search_product("p00", k=5, where=where, relax=True)
    assert (ids(enough), enough.widened) == (ids(plain), None)
    assert len(stocked.search_product("p00", k=100, where=where, relax=True)) == 17


def whole_like(shop: Shop, product_id: str, where: str) -> ObjectHits:
    """What looks like a chair among the sofas and tables."""
    return shop.search_product(product_id, k=50, where=f"{where} AND category IN (Sofas, Tables)")


def test_pages_of_a_widened_search_fit(stocked: Shop) -> None:
    options: dict[str, Any] = {"where": "brand:Norr", "relax": True}
    everything = stocked.search_product("p00", k=100, **options)
    pages = [stocked.search_product("p00", k=4, offset=offset, **options) for offset in range(0, 20, 4)]
    assert [key for page in pages for key in ids(page)] == ids(everything)
    assert [page.widened is None for page in pages] == [True, False, False, False, False]


@pytest.mark.parametrize("sort", ["price", "-price"])
def test_a_widened_search_lists_what_was_asked_for_first_in_any_order(stocked: Shop, sort: Sort) -> None:
    options: dict[str, Any] = {"where": "brand:Norr", "relax": True}
    nearest = stocked.search_product("p00", k=100, **options)
    found = stocked.search_product("p00", k=100, **options, listing=Listing(sort=sort))
    assert set(ids(found)[:5]) == set(ids(nearest)[:5])
    assert set(ids(found)[5:]) == set(ids(nearest)[5:])
    for part in (found.hits[:5], found.hits[5:]):
        amounts = [amount for hit in part if (amount := paid(hit.product)) is not None]
        assert amounts == sorted(amounts, reverse=sort == "-price")
    first = stocked.search_product("p00", k=5, **options, listing=Listing(sort=sort))
    assert (ids(first), first.widened) == (ids(found)[:5], None)


def test_a_widened_search_reaches_all_of_the_category_above(stocked: Shop) -> None:
    record = stocked.catalog.products(["p00"])["p00"]
    islands = stocked.taxonomy.get("Furniture > Carts & Islands")
    odd = replace(record, product=replace(record.product, id="cart", category_id=islands.id))
    stocked.catalog.put_products([odd])
    try:
        found = stocked.search_product("p00", k=100, relax=True)
        assert ids(found)[-1] == "cart"
        assert found.widened == "to all of Furniture"
    finally:
        stocked.delete_products(["cart"])


def test_an_explanation(stocked: Shop) -> None:
    found = stocked.search_product("p00", k=10, where="brand:Norr AND category:Chairs", explain=True)
    assert found.explanation is not None
    assert found.explanation.where == "brand:Norr AND category:Chairs"
    (step,) = found.explanation.steps
    assert step.plan is not None
    assert step.plan.rows_qualified == 6
    relaxed = stocked.search_product("p00", k=10, where="brand:Norr", relax=True, explain=True)
    assert relaxed.explanation is not None
    assert [one.widened for one in relaxed.explanation.steps] == [None, relaxed.widened]
    assert relaxed.as_dict()["explanation"]["steps"][0]["rows_qualified"] == 6


def test_prices_that_change_are_filtered_by_at_once(stocked: Shop) -> None:
    record = stocked.catalog.products(["p01"])["p01"]
    assert "p01" not in ids(whole(stocked, where="price > 900"))
    stocked.catalog.put_products([replace(record, product=replace(record.product, price=Decimal(999)))])
    assert ids(whole(stocked, where="price > 900")) == ["p01"]
    stocked.catalog.put_products([record])
    assert ids(whole(stocked, where="price > 900")) == []


def genders(found: ObjectHits) -> set[str | None]:
    return {hit.product.gender for hit in found}


def test_a_product_of_apparel_looks_for_its_gender_and_unisex(stocked: Shop) -> None:
    assert genders(stocked.search_product("d0", k=20)) == {"female", "unisex", None}
    assert genders(stocked.search_product("d1", k=20)) == {"male", "unisex", None}
    assert genders(stocked.search_product("d3", k=20)) == {"female", "male", "unisex", None}
    assert genders(stocked.search_product("d0", k=20, gender="any")) == {"female", "male", "unisex", None}
    assert genders(stocked.search_product("d0", k=20, gender="men")) == {"male", "unisex", None}
    assert genders(stocked.search_product("d0", k=20, where="gender:Men")) == {"male"}
    shown = stocked.search_product("d0", where="brand:x", explain=True).explanation
    assert shown is not None
    assert shown.where == "brand:x AND NOT gender:male"


def test_a_picture_is_searched_for_the_gender_that_is_asked_for(stocked: Shop) -> None:
    assert genders(whole(stocked, category="Dresses", gender="women", k=20)) == {"female", "unisex", None}
    assert genders(whole(stocked, category="Dresses", k=20)) == {"female", "male", "unisex", None}
    assert len(whole(stocked, category="Chairs", gender="women", k=20)) == 12


@pytest.mark.parametrize(
    "options",
    [
        {"min_similarity": 1.1},
        {"min_similarity": float("nan")},
        {"gender": "robots"},
        {"k": 0},
        {"offset": -1},
    ],
)
def test_what_cannot_be_asked(stocked: Shop, options: dict[str, Any]) -> None:
    with pytest.raises(SearchError, match=next(iter(options))):
        stocked.search_product("p00", **options)


def test_a_wrong_filter_is_told_before_any_work(stocked: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("a model ran")

    monkeypatch.setattr(stocked.detector, "detect", never)
    searches: list[Callable[..., object]] = [
        lambda **options: stocked.search(ROOM, **options),
        lambda **options: stocked.search_product("p00", **options),
        lambda **options: stocked.search_object("room/0", **options),
    ]
    for search in searches:
        with pytest.raises(QueryError) as caught:
            search(where="brand:Norr price < 50")
        assert caught.value.column == 12
