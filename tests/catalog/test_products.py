"""Products, their change log and their codes, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from shopthelook.catalog import Catalog, CatalogError, Change, Fingerprint, Guess, Product, ProductRecord
from tests.catalog.conftest import MakeRecord

FULL = Product(
    id="p/1 \u00e9",
    title="Chair \U0001fa91",
    description="long",
    link="https://shop.example/1",
    image_link="1.jpg",
    additional_image_links=("2.jpg", "3.jpg"),
    availability="in_stock",
    price=Decimal("1299.99"),
    sale_price=Decimal("0.1234"),
    currency="USD",
    category_id=443,
    category_source="predicted",
    category_score=0.75,
    product_type="Home > Chairs",
    brand="Acme",
    gtin="123",
    mpn="m",
    color="red",
    pattern="plain",
    material="oak",
    size="L",
    gender="unisex",
    age_group="adult",
    item_group_id="g",
    condition="new",
    custom={"season": "spring", "unicode": "\u00fc"},
    guesses={"color": Guess("Red", 0.9375), "dress_style": Guess("Maxi \u00fc", 1.0)},
)


def test_a_product_comes_back_as_it_was_put(catalog: Catalog) -> None:
    record = ProductRecord(FULL, image_hash="a" * 64, code=bytes(range(64)), bundle="e@1")
    assert catalog.put_products([record]) == 1
    found = catalog.product(FULL.id)
    assert found is not None
    assert found.product == FULL
    assert str(found.product.price) == "1299.99"
    assert found.product.row_hash() == FULL.row_hash()
    assert replace(FULL, guesses={}).row_hash() == FULL.row_hash()
    assert found.updated_at is not None
    assert abs(found.updated_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert replace(found, updated_at=None, seq=0) == record
    assert catalog.product("other") is None


def test_put_replaces_everything(catalog: Catalog, record: MakeRecord) -> None:
    catalog.put_products([ProductRecord(FULL, "a" * 64, bytes(64), "e@1")])
    catalog.put_products([record(FULL.id)])
    found = catalog.product(FULL.id)
    assert found is not None
    assert (found.product, found.code, found.image_hash, found.seq) == (Product(FULL.id), None, None, 2)


def test_change_log(catalog: Catalog, record: MakeRecord) -> None:
    assert catalog.last_seq() == 0
    assert catalog.put_products([]) == 0
    assert catalog.put_products([record("a"), record("b"), record("a", title="last")]) == 2
    assert catalog.delete_products(["b", "none", "b"]) == 1
    assert catalog.put_products([record("b")]) == 4
    assert catalog.changes(0) == [
        Change(1, "a", False),
        Change(2, "b", False),
        Change(3, "b", True),
        Change(4, "b", False),
    ]
    assert catalog.changes(2, limit=1) == [Change(3, "b", True)]
    assert catalog.changes(4) == []
    assert catalog.last_seq() == 4
    assert {key: found.product.title for key, found in catalog.products(["a", "b", "c"]).items()} == {
        "a": "last",
        "b": "",
    }


def test_a_failed_batch_leaves_no_trace(catalog: Catalog, record: MakeRecord) -> None:
    catalog.put_products([record("a")])
    with pytest.raises(CatalogError, match="more than four decimals"):
        catalog.put_products([record("b"), record("c", price=Decimal("1.00001"))])
    assert catalog.last_seq() == 1
    assert list(catalog.product_ids()) == ["a"]
    assert catalog.put_products([record("b")]) == 2


def test_many_ids_at_once(catalog: Catalog, record: MakeRecord) -> None:
    ids = [f"p{i:05}" for i in range(25_000)]
    for at in range(0, len(ids), 5000):
        catalog.put_products([record(i, code=bytes(8), bundle="e@1") for i in ids[at : at + 5000]])
    assert list(catalog.product_ids()) == ids
    assert len(catalog.products(ids)) == len(ids)
    assert len(catalog.fingerprints([*ids, "x"])) == len(ids)
    assert [len(batch.ids) for batch in catalog.codes(None, "e@1")] == [10_000, 10_000, 5000]
    assert len(catalog.changes(0)) == 10_000
    assert catalog.delete_products(ids[:20_000]) == 20_000
    assert catalog.last_seq() == 45_000
    assert catalog.counts()["products"] == 5000


def test_ids_sort_by_code_point(catalog: Catalog, record: MakeRecord) -> None:
    ids = ["a", "B", "b", "A", "\u00e4", "Z", "a b", "a-b", "10", "9", "\U0001f600", "\uffee"]
    catalog.put_products([record(i) for i in ids])
    assert list(catalog.product_ids()) == sorted(ids)
    assert [r.product.id for r in catalog.list_products(after="a", limit=3)] == ["a b", "a-b", "b"]


def test_codes(catalog: Catalog, record: MakeRecord) -> None:
    code = bytes(range(8))
    catalog.put_products(
        [
            record("b", code=code, bundle="e@1", category_id=443, category_source="merchant"),
            record("a", code=bytes(8), bundle="e@1"),
            record("old", code=code, bundle="e@0"),
            record("none"),
        ]
    )
    (batch,) = catalog.codes(None, "e@1")
    assert batch.ids == ["a", "b"]
    assert batch.codes.dtype == np.uint8
    assert batch.codes.tolist() == [[0] * 8, list(range(8))]
    assert batch.category_ids.dtype == np.int64
    assert batch.category_ids.tolist() == [-1, 443]
    (batch,) = catalog.codes(["b", "old", "none", "gone"], "e@1")
    assert batch.ids == ["b"]
    assert list(catalog.codes(None, "e@2")) == []
    assert list(catalog.codes(["none"], "e@1")) == []
    catalog.put_products([record("c", code=bytes(16), bundle="e@1")])
    with pytest.raises(CatalogError, match=r"product c has a code of 16 bytes where others of e@1 have 8"):
        list(catalog.codes(None, "e@1"))


def test_fingerprints_and_filters(catalog: Catalog, record: MakeRecord) -> None:
    chair = record("a", brand="Acme", category_id=1, custom={"season": "spring"})
    bed = record("b", brand="Other", category_id=2, code=bytes(8), bundle="e@1", image_hash="f" * 64)
    catalog.put_products([chair, bed])
    assert catalog.fingerprints(["b", "c"]) == {"b": Fingerprint(bed.product.row_hash(), "f" * 64, "e@1")}
    for where, expected in (
        ({"brand": "Acme"}, ["a"]),
        ({"category_id": 2}, ["b"]),
        ({"category_id": [1, 2]}, ["a", "b"]),
        ({"category_id": [1, 2], "brand": "Other"}, ["b"]),
        ({"season": "spring"}, ["a"]),
        ({"season": "autumn"}, []),
        ({"has_code": False}, ["a"]),
        ({"has_code": True}, ["b"]),
        ({"x' OR '1'='1": "y"}, []),
    ):
        assert [found.product.id for found in catalog.list_products(where=where)] == expected


def test_codes_have_to_make_sense() -> None:
    with pytest.raises(CatalogError, match="a code and the bundle that made it go together"):
        ProductRecord(Product("a"), code=bytes(8))
    with pytest.raises(CatalogError, match="product a: a code has 8 to 512 bytes, a multiple of 8, not 7"):
        ProductRecord(Product("a"), code=bytes(7), bundle="e@1")


def test_a_mark_is_known_from_then_on(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    first = catalog.new_mark()
    assert catalog.has_mark(first)
    assert not catalog.has_mark("")
    assert not catalog.has_mark(first[::-1])
    monkeypatch.setattr("shopthelook.catalog.mark_rows._KEPT", 3)
    more = [catalog.new_mark() for _ in range(5)]
    assert [catalog.has_mark(mark) for mark in (first, *more)] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("page", [1, 7, 10_000])
def test_a_long_log_keeps_the_last_change_of_each_product(
    catalog: Catalog, record: MakeRecord, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    rng = np.random.default_rng(page)
    for _ in range(40):
        names = [f"p{i}" for i in rng.choice(12, 5, replace=False)]
        if rng.random() < 0.3:
            catalog.delete_products(names)
        else:
            catalog.put_products([record(name) for name in names])
    log = catalog.changes(0)
    last = {change.product_id: change for change in log}
    kept = sorted(last.values(), key=lambda change: change.seq)
    assert catalog.forget_outdated_changes() == 0
    assert catalog.changes(0) == log
    monkeypatch.setattr("shopthelook.catalog.product_store._LOG_SLACK", 0)
    monkeypatch.setattr("shopthelook.catalog.product_store.PAGE", page)
    gone = catalog.forget_outdated_changes()
    left = catalog.changes(0)
    assert len(left) == len(log) - gone < len(log) // 2
    # Earlier removals of products that are not there may stay; they say what is true, too.
    there = set(catalog.product_ids())
    assert [one for one in left if one in kept] == kept
    assert all(one.deleted and one.product_id not in there for one in left if one not in kept)
    assert catalog.last_seq() == log[-1].seq
    assert catalog.put_products([record("new")]) == log[-1].seq + 1


def test_a_product_changed_many_times_keeps_one_change(
    catalog: Catalog, record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopthelook.catalog.product_store._LOG_SLACK", 100)
    import_id = catalog.start_import("x", "products")
    for turn in range(200):
        catalog.put_products([record("a", title=str(turn)), record("b")])
    catalog.finish_import(import_id, {})
    assert catalog.changes(0) == [Change(399, "a", False), Change(400, "b", False)]
