"""What attributes mean, and how bad ones are reported."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopthelook.catalog import FeedRow, parse_product
from shopthelook.taxonomy import Taxonomy
from tests.catalog.feeds.samples import read


def product(taxonomy: Taxonomy, **fields: str | list[str]):  # type: ignore[no-untyped-def]
    return parse_product(FeedRow(7, {"id": "p1", **fields}), taxonomy)


def test_a_full_product(taxonomy: Taxonomy) -> None:
    found, problems = product(
        taxonomy,
        title="  A   chair\n",
        description="  long\ntext ",
        link="https://shop.example/1",
        image_link="https://shop.example/1.jpg",
        additional_image_link="https://shop.example/a,b.jpg, https://shop.example/2.jpg",
        availability="In Stock",
        price="1,299.00 USD",
        sale_price="USD 999",
        google_product_category="Furniture &gt; Chairs",
        product_type=["Home > Chairs", "Sale"],
        brand="Acme",
        gender="Women",
        age_group="Adult",
        condition="https://schema.org/NewCondition",
        custom_label_0="spring",
        shipping=["US:5 USD", "DE:6 EUR"],
    )
    assert problems == []
    assert found.title == "A chair"
    assert found.description == "long\ntext"
    assert found.additional_image_links == ("https://shop.example/a,b.jpg", "https://shop.example/2.jpg")
    assert (found.price, found.sale_price, found.currency) == (Decimal(1299), Decimal(999), "USD")
    assert (found.category_id, found.category_source) == (taxonomy.get("Furniture > Chairs").id, "merchant")
    assert (found.availability, found.condition) == ("in_stock", "new")
    assert (found.gender, found.age_group) == ("female", "adult")
    assert found.product_type == "Home > Chairs"
    assert found.custom == {"custom_label_0": "spring", "shipping": "US:5 USD, DE:6 EUR"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"image": "pictures/1.jpg"}, ("image_link", "pictures/1.jpg")),
        ({"image": "x.jpg", "image_link": "y.jpg"}, ("image_link", "y.jpg")),
        ({"imagelink": "x.jpg"}, ("image_link", "x.jpg")),
        ({"image_link": r"C:\pictures\1.jpg"}, ("image_link", r"C:\pictures\1.jpg")),
        (
            {"additional_image_links": ["a.jpg", "b.jpg", "a.jpg"]},
            ("additional_image_links", ("a.jpg", "b.jpg")),
        ),
        ({"additional_image_link": "a.jpg,b.jpg,"}, ("additional_image_links", ("a.jpg", "b.jpg"))),
        ({"price": "15", "currency": "eur"}, ("currency", "EUR")),
        ({"sale_price": "15 EUR"}, ("currency", "EUR")),
        ({"color": " "}, ("color", None)),
        ({"google_product_category": "443"}, ("category_id", 443)),
    ],
)
def test_spellings(
    taxonomy: Taxonomy, fields: dict[str, str | list[str]], expected: tuple[str, object]
) -> None:
    found, problems = product(taxonomy, **fields)
    assert problems == []
    assert getattr(found, expected[0]) == expected[1]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"price": "15.00"}, "price", '"15.00" has no currency; write it like "15.00 USD"'),
        ({"price": "-5 USD"}, "price", '"-5 USD" is negative'),
        ({"price": "cheap"}, "price", "is not an amount and a currency"),
        ({"price": "5 ABC"}, "price", '"ABC" is not an ISO 4217 currency'),
        ({"price": "1.23456 USD"}, "price", "more than 4 decimals"),
        ({"price": "9" * 30 + " USD"}, "price", "is too large"),
        ({"price": "1,2,3 USD"}, "price", "is not a readable amount"),
        ({"price": "5 USD", "sale_price": "4 EUR"}, "sale_price", "sale_price is in EUR and price in USD"),
        ({"price": "5 USD", "sale_price": "6 USD"}, "sale_price", "is above the price"),
        (
            {"google_product_category": "Furniture > Thrones"},
            "google_product_category",
            "Furniture > Thrones",
        ),
        ({"availability": "maybe"}, "availability", '"maybe" is not one of in_stock, out_of_stock, preorder'),
        ({"gender": "x"}, "gender", "not one of male, female, unisex"),
        ({"age_group": "old"}, "age_group", "not one of newborn"),
        ({"condition": "broken"}, "condition", "not one of new, refurbished, used"),
        ({"link": "javascript:alert(1)"}, "link", "is not an http or https URL"),
        ({"link": "page.html"}, "link", "is not an http or https URL"),
        ({"image_link": "data:image/png;base64,xx"}, "image_link", "or a path beside the feed"),
        ({"additional_image_link": "file:///etc/passwd"}, "additional_image_link", "file:///etc/passwd"),
        ({"title": "a\0b"}, "title", "control character U+0000"),
        ({"title": "x" * 100_001}, "title", "longer than 100000 characters"),
        ({"title": "\ud83d"}, "title", "half of a UTF-16 pair (U+D83D)"),
        ({"custom": "caf\udce9"}, "custom", "the byte 0xE9, which is not UTF-8"),
        ({"a\0b": "x"}, None, "the column name"),
    ],
)
def test_a_bad_field_is_dropped_and_reported(
    taxonomy: Taxonomy, fields: dict[str, str], field: str | None, words: str
) -> None:
    found, problems = product(taxonomy, **fields)
    assert found is not None
    assert [(p.line, p.product_id, p.field) for p in problems] == [(7, "p1", field)]
    assert words in problems[0].reason
    if field not in (None, "custom", "google_product_category", "additional_image_link"):
        assert not getattr(found, field)
    assert found.category_id is None


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ("", "the row has no id"),
        ("  ", "the row has no id"),
        ("x" * 256, "is longer than 255 characters"),
        ("a\u200bb", "cannot be printed"),
        ("caf\udce9", "0xE9"),
    ],
)
def test_a_bad_id_drops_the_row(taxonomy: Taxonomy, identity: str, words: str) -> None:
    found, problems = parse_product(FeedRow(3, {"id": identity, "price": "bad"}), taxonomy)
    assert found is None
    assert [(p.line, p.field) for p in problems] == [(3, "id")]
    assert words in problems[0].reason


def test_undecodable_bytes_cost_the_field_and_name_the_line(taxonomy: Taxonomy) -> None:
    rows, problems = read(b"id,title,color\np1,caf\xe9,red\np2,ok,blue\n")
    assert problems == []
    found, problems = parse_product(rows[0], taxonomy)
    assert found is not None
    assert (found.title, found.color) == ("", "red")
    assert [(p.line, p.product_id, p.field) for p in problems] == [(2, "p1", "title")]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("15.00 USD", "15"),
        ("USD 15.00", "15"),
        ("15usd", "15"),
        ("15,00 EUR", "15"),
        ("15,5 EUR", "15.5"),
        ("1,299 USD", "1299"),
        ("1.299 KWD", "1.299"),
        ("0,125 KWD", "0.125"),
        ("1.299,50 EUR", "1299.50"),
        ("1,299.50 USD", "1299.50"),
        ("1.234.567 EUR", "1234567"),
        ("1,234,567.89 USD", "1234567.89"),
        ("1 299,00 EUR", "1299"),
        ("1\u00a0299 EUR", "1299"),
        ("1'299.00 CHF", "1299"),
        (".50 USD", "0.5"),
        ("0 USD", "0"),
    ],
)
def test_prices(taxonomy: Taxonomy, text: str, amount: str) -> None:
    found, problems = product(taxonomy, price=text)
    assert problems == []
    assert found.price == Decimal(amount)


def test_row_hash_is_of_what_the_merchant_said(taxonomy: Taxonomy) -> None:
    from dataclasses import replace

    one = product(taxonomy, price="15 USD", color="red", a="1", b="2")[0]
    assert one.row_hash() == product(taxonomy, b="2", a="1", price="USD 15.00", color="red")[0].row_hash()
    assert one.row_hash() == replace(one, category_id=5, category_source="predicted").row_hash()
    for other in (
        replace(one, color="blue"),
        replace(one, category_id=5, category_source="merchant"),
        replace(one, custom={"a": "1"}),
        replace(one, price=Decimal("15.01")),
    ):
        assert other.row_hash() != one.row_hash()
