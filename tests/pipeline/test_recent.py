"""Products that are remembered are those that the catalog has."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.catalog import Catalog, Product, ProductRecord
from shopthelook.pipeline.recent import RecentProducts
from tests.pipeline.feeds import Feed


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "shop.db") as opened:
        yield opened


def put(catalog: Catalog, *titles: str) -> int:
    return catalog.put_products([ProductRecord(Product(f"p{n}", title)) for n, title in enumerate(titles)])


class Reading:
    """Reads the catalog and notes what."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.asked: list[list[str]] = []

    def __call__(self, ids: list[str]) -> Mapping[str, ProductRecord]:
        self.asked.append(ids)
        return self.catalog.products(ids)


def test_what_is_known_is_not_read_again(catalog: Catalog) -> None:
    seq = put(catalog, "one", "two", "three")
    reading = Reading(catalog)
    recent = RecentProducts(reading)
    assert recent.at(seq, ["p0", "p1", "gone"]) == catalog.products(["p0", "p1"])
    assert recent.at(seq, ["p2", "p1"]) == catalog.products(["p1", "p2"])
    assert reading.asked == [["gone", "p0", "p1"], ["p2"]]


def test_after_a_change_all_is_read_anew(catalog: Catalog) -> None:
    reading = Reading(catalog)
    recent = RecentProducts(reading)
    recent.at(put(catalog, "one", "two"), ["p0", "p1"])
    seq = put(catalog, "new")
    assert recent.at(seq, ["p0", "p1"])["p0"].product.title == "new"
    catalog.delete_products(["p1"])
    assert list(recent.at(catalog.last_seq(), ["p0", "p1"])) == ["p0"]
    assert len(reading.asked) == 3


def test_no_more_are_remembered_than_said(catalog: Catalog) -> None:
    seq = put(catalog, "one", "two", "three")
    reading = Reading(catalog)
    recent = RecentProducts(reading, most=2)
    assert len(recent.at(seq, ["p0", "p1", "p2"])) == 3
    recent.at(seq, ["p1", "p2"])
    assert recent.at(seq, ["p0"])["p0"].product.title == "one"
    assert reading.asked == [["p0", "p1", "p2"], ["p0"]]


def test_a_slow_reader_leaves_nothing_old_behind(catalog: Catalog) -> None:
    """What was read before a change is not remembered once somebody knows of the change."""
    begun, go = threading.Event(), threading.Event()

    def slow(ids: list[str]) -> Mapping[str, ProductRecord]:
        found = catalog.products(ids)
        if not begun.is_set():
            begun.set()
            assert go.wait(60)
        return found

    recent = RecentProducts(slow)
    before = put(catalog, "old")
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(recent.at, before, ["p0"])
        assert begun.wait(60)
        after = put(catalog, "new")
        assert recent.at(after, []) == {}
        go.set()
        assert late.result(60)["p0"].product.title == "old"
    assert recent.at(after, ["p0"])["p0"].product.title == "new"


def test_a_write_of_another_opening_is_in_the_next_answer(shop: Shop, feed: Feed) -> None:
    feed.fill(6)
    shop.import_products(feed.path)
    first = shop.search_product("p0000", k=1).hits[0].product
    assert shop.search_product("p0000", k=1).hits[0].product is first
    with Shop.open(shop.directory, threads=1) as other:
        record = other.catalog.product(first.id)
        assert record is not None
        other.catalog.put_products([replace(record, product=replace(first, title="renamed"))])
    assert shop.search_product("p0000", k=1).hits[0].product.title == "renamed"
