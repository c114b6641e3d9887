"""What filters see of a product."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from shopthelook.catalog import Catalog, Product, ProductRecord
from shopthelook.pipeline.attributes import attributes_of


def test_everything_has_its_place() -> None:
    product = Product(
        "a",
        title="Not a field",
        price=Decimal("100.10"),
        sale_price=Decimal("79.90"),
        currency="EUR",
        availability="in_stock",
        brand="Norr Home",
        color="Red / Dark Blue,Red",
        material="Oak/Steel",
        pattern="Striped",
        size="42",
        gender="female",
        age_group="adult",
        item_group_id="g1",
        product_type="Home > Chairs",
        condition="new",
        custom={"seat height": "45.0", "label": "Summer"},
    )
    assert attributes_of(product) == {
        "price": (79.9,),
        "list_price": (100.1,),
        "sale_price": (79.9,),
        "currency": ("EUR",),
        "availability": ("in_stock",),
        "brand": ("Norr Home",),
        "color": ("Red", "Dark Blue"),
        "material": ("Oak", "Steel"),
        "pattern": ("Striped",),
        "size": ("42", 42.0),
        "gender": ("female",),
        "age_group": ("adult",),
        "item_group_id": ("g1",),
        "product_type": ("Home > Chairs",),
        "condition": ("new",),
        "seat_height": ("45.0", 45.0),
        "label": ("Summer",),
    }


def test_nothing_said_is_nothing_to_filter_by() -> None:
    assert attributes_of(Product("a")) == {}
    assert attributes_of(Product("a", price=Decimal(5))) == {"price": (5.0,), "list_price": (5.0,)}
    assert attributes_of(Product("a", color=" / ,")) == {}


@pytest.mark.parametrize("name", ["category", "List Price", "list_price"])
def test_own_columns_do_not_hide_the_fields_of_every_shop(name: str) -> None:
    field = name.lower().replace(" ", "_")
    assert attributes_of(Product("a", custom={name: "x"})) == {f"custom_{field}": ("x",)}


def test_prose_is_left_out() -> None:
    assert attributes_of(Product("a", custom={"story": "x" * 300, "empty": ""})) == {}


def test_the_catalog_streams_what_products_say(tmp_path: Path) -> None:
    products = [
        Product(
            f"p{n}", price=Decimal(n), brand=f"b{n}", custom={"n": str(n)}, category_id=443 if n else None
        )
        for n in range(5)
    ]
    with Catalog.open(tmp_path / "shop.db") as catalog:
        catalog.put_products(
            [ProductRecord(one, None, bytes([n] * 8), "e@1") for n, one in enumerate(products)]
        )
        catalog.put_products(
            [ProductRecord(Product("other"), None, b"12345678", "f@1"), ProductRecord(Product("no"))]
        )
        for ids in (None, ["p4", "p0", "p3", "p2", "p1", "other", "no", "nobody"]):
            (batch,) = catalog.index_rows(ids, "e@1")
            assert batch.ids == [one.id for one in products]
            assert batch.codes.tolist() == [[n] * 8 for n in range(5)]
            assert batch.category_ids.tolist() == [-1, 443, 443, 443, 443]
            assert [attributes_of(said) for said in batch.said] == [attributes_of(one) for one in products]
        assert list(catalog.index_rows([], "e@1")) == []
