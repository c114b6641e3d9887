"""What filters see of a product."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from shopthelook.catalog import Catalog, Guess, Product, ProductRecord
from shopthelook.pipeline.attributes import Attribute, attributes_of, guessed, told_of


def test_everything_has_its_place() -> None:
    product = Product(
        "a",
        title="Not a field",
        price=Decimal("100.10"),
        sale_price=Decimal("79.90"),
        currency="EUR",
        availability="in_stock",
        brand="Norr Home",
        color="Red / Dark Blue,Red, dark grey",
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
        "color": ("Red", "Dark Blue", "Blue", "dark gray", "gray"),
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


GUESSES = {
    "dress_style": Guess("Maxi", 0.5),
    "color": Guess("Light Grey", 0.75),
    "gender": Guess("female", 1.0),
}


def test_what_the_merchant_says_at_length_is_no_silence() -> None:
    product = Product("a", custom={"Dress Style": "midi, " * 50}, guesses={"dress_style": Guess("Maxi", 0.9)})
    assert attributes_of(product) == {}
    assert [one.by for one in told_of(product)] == ["merchant"]


def test_the_model_speaks_where_the_merchant_says_nothing() -> None:
    assert attributes_of(Product("a", guesses=GUESSES)) == {
        "color": ("Light Gray", "Gray"),
        "gender": ("female",),
        "dress_style": ("Maxi",),
    }
    product = Product("a", color="teal", custom={"dress style": "Midi"}, guesses=GUESSES)
    assert attributes_of(product) == {"color": ("teal",), "gender": ("female",), "dress_style": ("Midi",)}
    assert told_of(product) == (
        Attribute("color", "teal", "merchant"),
        Attribute("gender", "female", "model", 1.0),
        Attribute("dress_style", "Midi", "merchant"),
    )
    assert told_of(Product("a", size="L", custom={"story": "long"})) == (Attribute("size", "L", "merchant"),)


def test_what_is_said_of_an_object() -> None:
    assert [(one.name, one.value, one.by, one.confidence) for one in guessed(GUESSES)] == [
        ("color", "Light Grey", "model", 0.75),
        ("gender", "female", "model", 1.0),
        ("dress_style", "Maxi", "model", 0.5),
    ]
    assert guessed({}) == told_of(Product("a")) == ()


def test_the_catalog_streams_what_products_say(tmp_path: Path) -> None:
    products = [
        Product(
            f"p{n}",
            price=Decimal(n),
            brand=f"b{n}",
            custom={"n": str(n)},
            category_id=443 if n else None,
            guesses={"color": Guess("Red", n / 8)} if n % 2 else {},
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
