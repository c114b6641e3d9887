"""Hits in another order than that of their likeness."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from shopthelook import Shop
from shopthelook.catalog import Product
from shopthelook.pipeline import Listing
from shopthelook.pipeline.errors import SearchError
from shopthelook.pipeline.listing import by_price, paid
from tests.pipeline.feeds import Feed

N = 30


@pytest.fixture(scope="module")
def stocked(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Any, tiny_embedder: Any
) -> Iterator[Shop]:
    """Chairs whose prices have nothing to do with their looks; some are on sale, one has no price."""
    folder = tmp_path_factory.mktemp("sorted")
    feed = Feed(folder / "feed")
    for n in range(N):
        feed.add(
            f"p{n:02}",
            seed=n,
            google_product_category="Furniture > Chairs",
            price="" if n == 7 else f"{10 + n * 7 % N}.50 EUR",
            sale_price="9.00 EUR" if n % 9 == 0 else "",
        )
    feed.write()
    with Shop.create(
        folder / "shop", detector=str(tiny_detector), embedder=str(tiny_embedder), threads=1
    ) as shop:
        assert shop.import_products(feed.path).added == N
        yield shop


def prices(shop: Shop, k: int = 100, offset: int = 0, **listing: Any) -> list[tuple[str, Decimal | None]]:
    found = shop.search_product("p01", k, offset, listing=Listing(**listing))
    return [(hit.product_id, paid(hit.product)) for hit in found]


def test_by_what_is_paid_and_without_a_price_at_the_end(stocked: Shop) -> None:
    up, down = prices(stocked, sort="price"), prices(stocked, sort="-price")
    amounts = [amount for _, amount in up[:-1] if amount is not None]
    assert len(amounts) == N - 2
    assert amounts == sorted(amounts)
    assert amounts[0] == Decimal("9.00")
    assert up[-1] == down[-1] == ("p07", None)
    assert [amount for _, amount in down[:-1]] == amounts[::-1]


def test_equal_prices_are_in_the_order_of_likeness(stocked: Shop) -> None:
    nearest = [key for key, amount in prices(stocked) if amount == 9]
    assert [key for key, _ in prices(stocked, sort="price")[: len(nearest)]] == nearest


def test_only_the_nearest_are_sorted(stocked: Shop) -> None:
    nearest = {key for key, _ in prices(stocked, k=8)}
    assert {key for key, _ in prices(stocked, sort="price", among=8)} == nearest


@pytest.mark.parametrize("sort", ["price", "-price"])
def test_pages_join_to_the_whole(stocked: Shop, sort: str) -> None:
    whole = prices(stocked, sort=sort, among=20)
    pages = [prices(stocked, k=6, offset=offset, sort=sort, among=20) for offset in range(0, 30, 6)]
    assert [len(page) for page in pages] == [6, 6, 6, 2, 0]
    assert [entry for page in pages for entry in page] == whole


def test_currencies_are_not_mixed() -> None:
    def one(key: str, amount: str | None, currency: str | None) -> tuple[Product, str]:
        return Product(key, price=None if amount is None else Decimal(amount), currency=currency), key

    found = [one("a", "5", "USD"), one("b", "300", "EUR"), one("c", None, "EUR"), one("d", "200", "EUR")]
    assert by_price(found, "price") == ["d", "b", "a", "c"]
    assert by_price(found, "-price") == ["b", "d", "a", "c"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sort": "prize"}, "sort must be one of similarity, price, -price, not 'prize'"),
        ({"among": 0}, "among must be from 1 to 1000, not 0"),
        ({"among": 1001}, "among must be from 1 to 1000, not 1001"),
        ({"facets": ("color", " ")}, "facets holds a field without a name"),
        ({"facets": tuple(map(str, range(21)))}, "facets must name at most 20 fields, not 21"),
    ],
)
def test_what_cannot_be_listed(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(SearchError, match=said):
        Listing(**wrong)
