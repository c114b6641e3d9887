"""Counts of what the products found have in common."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from shopthelook import Shop
from shopthelook.catalog import Product
from shopthelook.pipeline import Listing
from shopthelook.pipeline.facets import Counted, facet, price_stretch, split
from shopthelook.pipeline.listing import FACETS, Facet, Sort
from shopthelook.pipeline.results import ObjectHits
from shopthelook.retrieval.query import parse, to_text
from shopthelook.taxonomy import Taxonomy
from tests.pipeline.feeds import Feed

TAXONOMY = Taxonomy.builtin()
KINDS = (
    "Furniture > Chairs",
    "Furniture > Chairs > Rocking Chairs",
    "Furniture > Office Furniture > Office Chairs",
)
N = 36


@pytest.fixture(scope="module")
def stocked(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Any, tiny_embedder: Any
) -> Iterator[Shop]:
    """Chairs of three kinds, colours, brands and prices, six dresses for women and three for men."""
    folder = tmp_path_factory.mktemp("counted")
    feed = Feed(folder / "feed")
    for n in range(N):
        row = feed.add(
            f"p{n:02}",
            color=n % 3,
            seed=n,
            google_product_category=KINDS[n % 3],
            price=f"{4 + 3 * n}.50 EUR",
            brand=["Norr", "norr ", "Søder Home"][n % 3],
            availability=["in_stock", "out_of_stock"][n % 4 == 0],
        )
        row["color"] = ["Navy Blue", "blue/red", "Green"][n % 3]
    for n in range(9):
        gender = "female" if n < 6 else "male"
        feed.add(f"d{n}", seed=100 + n, google_product_category="Dresses", gender=gender, price="20.00 EUR")
    feed.write()
    with Shop.create(
        folder / "shop", detector=str(tiny_detector), embedder=str(tiny_embedder), threads=1
    ) as shop:
        assert shop.import_products(feed.path).added == N + 9
        yield shop


def alike(shop: Shop, where: str | None = None, product: str = "p00", **listing: Any) -> ObjectHits:
    """The other chairs."""
    listed = Listing(**({"facets": FACETS} | listing))
    return shop.search_product(product, 100, where=where, listing=listed)


def facets(found: ObjectHits) -> dict[str, Facet]:
    assert found.facets is not None
    return {one.field: one for one in found.facets}


def counts(found: ObjectHits, field: str) -> dict[str, int]:
    return {one.value: one.count for one in facets(found)[field].values}


def selected(found: ObjectHits) -> dict[str, int]:
    return {one.value: one.count for facet in facets(found).values() for one in facet.values if one.selected}


def test_a_search_that_does_not_ask_is_told_nothing(stocked: Shop) -> None:
    found = stocked.search_product("p00")
    assert found.facets is None
    assert "facets" not in found.as_dict()


def test_the_values_that_the_products_have(stocked: Shop) -> None:
    found = alike(stocked)
    assert [one.field for one in found.facets or ()] == list(FACETS)
    assert all(one.complete and one.counted == N - 1 for one in found.facets or ())
    # The plain colour stands for the shade, in one spelling, and a product of two colours counts for both.
    by_color = {name.casefold(): n for name, n in counts(found, "color").items()}
    assert by_color == {"blue": 23, "red": 12, "green": 12}
    assert sorted(counts(found, "brand").values()) == [12, 23]
    assert counts(found, "availability") == {"in_stock": 27, "out_of_stock": 8}
    # What is no chair of a finer kind says nothing about itself.
    kinds = {one.category.name: one.count for one in facets(found)["category"].values if one.category}
    assert kinds == {"Rocking Chairs": 12, "Office Chairs": 12}
    assert counts(found, "price") == {"5-10": 1, "10-20": 4, "20-50": 10, "50-100": 16, "100-200": 4}
    assert counts(found, "pattern") == {}


@pytest.mark.parametrize("sort", ["similarity", "price"])
def test_all_are_known_to_be_counted_also_where_there_are_just_as_many(stocked: Shop, sort: Sort) -> None:
    for among, complete in ((N - 2, False), (N - 1, True), (N, True)):
        found = alike(stocked, among=among, sort=sort)
        told = facets(found)["brand"]
        assert (told.counted, told.complete) == (min(among, N - 1), complete)
        assert len(found.hits) == (N - 1 if sort == "similarity" else min(among, N - 1))


@pytest.mark.parametrize(
    "where",
    [
        None,
        "color:green",
        "color IN (red, green) AND price:[20 TO 50}",
        'brand:"søder home" AND (price:[20 TO 50} OR price:[50 TO 100})',
        'category:"Office Chairs" AND NOT color:red',
        "availability:in_stock AND (color:red OR brand:norr)",
    ],
)
def test_a_count_is_what_the_value_finds(stocked: Shop, where: str | None) -> None:
    found = alike(stocked, where)
    for one in found.facets or ():
        rest, _ = split(None if where is None else parse(where), one.field)
        for value in one.values:
            conditions = [value.where] + ([] if rest is None else [f"({to_text(rest)})"])
            hits = stocked.search_product("p00", 100, where=" AND ".join(conditions))
            assert len(hits) == value.count, (one.field, value)


def test_the_field_that_was_chosen_keeps_its_other_values(stocked: Shop) -> None:
    plain, found = alike(stocked), alike(stocked, "color:green")
    assert counts(found, "color") == counts(plain, "color")
    assert sum(counts(found, "brand").values()) == 12
    assert len(found.hits) == 12
    assert selected(found) == {"Green": 12}


def test_what_was_chosen_is_told_where_nothing_has_it(stocked: Shop) -> None:
    found = alike(stocked, "color:violet AND price:[1000 TO 2000} AND category:Benches")
    assert found.hits == ()
    assert selected(found) == {"violet": 0, "1000-2000": 0, "441": 0}


def test_ruling_out_is_no_choice(stocked: Shop) -> None:
    found = alike(stocked, "NOT color:green")
    assert selected(found) == {}
    assert "green" not in {value.casefold() for value in counts(found, "color")}


def test_the_other_genders_can_be_chosen(stocked: Shop) -> None:
    found = alike(stocked, product="d0", facets=("gender", "brand"))
    assert {hit.product.gender for hit in found} == {"female"}
    assert counts(found, "gender") == {"female": 5, "male": 3}
    assert facets(found)["brand"].counted == 5
    men = alike(stocked, "gender:male", product="d0", facets=("gender",))
    assert len(men.hits) == 3
    assert counts(men, "gender") == {"female": 5, "male": 3}
    assert selected(men) == {"male": 3}


def test_only_the_nearest_are_counted_and_that_is_told(stocked: Shop) -> None:
    found = alike(stocked, among=10)
    nearest = [hit.product.availability for hit in found.hits[:10]]
    told = facets(found)["availability"]
    assert (told.counted, told.complete) == (10, False)
    assert {one.value: one.count for one in told.values} == {
        name: nearest.count(name) for name in set(nearest)
    }
    assert len(found.hits) == N - 1


def test_any_field_of_the_feed_can_be_counted(stocked: Shop) -> None:
    found = alike(stocked, facets=["Brand", "seat height", "brand"])
    assert list(facets(found)) == ["brand", "seat_height"]


@pytest.mark.parametrize(
    ("amount", "low", "high"),
    [
        ("0", "0", "1"),
        ("0.99", "0", "1"),
        ("1", "1", "2"),
        ("4.99", "2", "5"),
        ("5", "5", "10"),
        ("9.99", "5", "10"),
        ("10", "10", "20"),
        ("79.9", "50", "100"),
        ("12800", "10000", "20000"),
    ],
)
def test_prices_are_counted_in_stretches_that_do_not_move(amount: str, low: str, high: str) -> None:
    assert price_stretch(Decimal(amount)) == (Decimal(low), Decimal(high))


def test_prices_of_several_currencies() -> None:
    products = [Product(f"e{n}", price=Decimal(n + 1), currency="EUR") for n in range(4)]
    products += [Product(f"u{n}", price=Decimal(n + 1), currency="USD") for n in range(2)]
    told = facet("price", Counted(products, True), None, None, TAXONOMY)
    assert [(one.value, one.count) for one in told.values] == [("1-2 EUR", 1), ("2-5 EUR", 3)]
    assert told.values[1].where == "currency:EUR AND price:[2 TO 5}"
    own = split(parse(f"({told.values[1].where}) AND color:red"), "price")
    again = facet("price", Counted(products, True), own[1], None, TAXONOMY)
    assert [one.selected for one in again.values] == [False, True]


def test_only_the_most_frequent_values_are_told_and_all_that_were_chosen() -> None:
    products = [Product(f"p{n}-{m}", brand=f"Brand {n:02}") for n in range(30) for m in range(n + 1)]
    told = facet("brand", Counted(products, True), parse("brand:'brand 00'"), None, TAXONOMY)
    assert [one.value for one in told.values] == [*(f"Brand {n:02}" for n in range(29, 9, -1)), "Brand 00"]
    assert told.values[-1].selected
