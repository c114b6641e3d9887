"""What filters look at in a product: each field with its values, texts and numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from shopthelook.catalog import Product, Said
from shopthelook.retrieval.protocol import CATEGORY
from shopthelook.retrieval.query import fold_field, number

LONGEST = 255
"""Characters of a value; what is longer is prose, by which nobody filters."""

_TEXTS = (
    "availability",
    "currency",
    "product_type",
    "brand",
    "pattern",
    "gender",
    "age_group",
    "item_group_id",
    "condition",
)
# How the Merchant specification writes several values in one text.
_SEPARATED = {"color": re.compile("[/,]"), "material": re.compile("/")}
_NUMBERS = ("price", "list_price", "sale_price")

FIELDS = frozenset((*_TEXTS, *_SEPARATED, *_NUMBERS, "size", CATEGORY))
"""The fields that are the same in every shop; all others are columns of the shop's own feed."""

Values = tuple[str | float, ...]


def attributes_of(product: Product | Said) -> dict[str, Values]:
    """The fields of a product that have a value.

    `price` is what a shopper pays: the sale price where there is one, with `list_price` and `sale_price` as
    the feed says. Sizes and the feed's own columns are texts, and numbers too where they read as one. A
    column that is named like one of `FIELDS` goes by "custom_" and its name.
    """
    found: dict[str, Values] = {}
    for name in _TEXTS:
        if value := getattr(product, name):
            found[name] = (value,)
    for name in _SEPARATED:
        if (value := getattr(product, name)) and (parts := _separated(name, value)):
            found[name] = parts
    if product.size:
        found["size"] = _text_and_number(product.size)
    paid = product.price if product.sale_price is None else product.sale_price
    for name, amount in zip(_NUMBERS, (paid, product.price, product.sale_price), strict=True):
        if amount is not None:
            found[name] = (float(amount),)
    for name, value in product.custom.items():
        if value and len(value) <= LONGEST:
            found[_custom_field(name)] = _text_and_number(value)
    return found


@lru_cache(10_000)
def _separated(name: str, value: str) -> Values:
    parts = (" ".join(part.split()) for part in _SEPARATED[name].split(value))
    return tuple(dict.fromkeys(part for part in parts if part))


@lru_cache(10_000)
def _text_and_number(value: str) -> Values:
    as_number = number(value)
    return (value,) if as_number is None else (value, as_number)


@lru_cache(10_000)
def _custom_field(name: str) -> str:
    field = fold_field(name)
    return f"custom_{field}" if field in FIELDS else field
