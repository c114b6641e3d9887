"""What is said of a product: what filters look at in it, and what people are told, with who says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from shopthelook.catalog import Guesses, Product, Said
from shopthelook.pipeline.colors import one_spelling, plain_color
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
    column that is named like one of `FIELDS` goes by "custom_" and its name. A shade is its plain colour, too.
    What the embedder says stands in fields of which the merchant says nothing.
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
    prose: set[str] = set()
    for name, value in product.custom.items():
        if value and len(value) <= LONGEST:
            found[_custom_field(name)] = _text_and_number(value)
        elif value:
            prose.add(_custom_field(name))
    for name, guess in product.guesses.items():
        if name not in prose:
            found.setdefault(name, _separated(name, guess.value) if name == "color" else (guess.value,))
    return found


@lru_cache(10_000)
def _separated(name: str, value: str) -> Values:
    parts = [" ".join(part.split()) for part in _SEPARATED[name].split(value)]
    if name == "color":
        spelled = [one_spelling(part) for part in parts]
        parts = [word for color in spelled for word in (color, plain_color(color) or "")]
    return tuple(dict.fromkeys(part for part in parts if part))


@lru_cache(10_000)
def _text_and_number(value: str) -> Values:
    as_number = number(value)
    return (value,) if as_number is None else (value, as_number)


@lru_cache(10_000)
def _custom_field(name: str) -> str:
    field = fold_field(name)
    return f"custom_{field}" if field in FIELDS else field


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that is said: "color" is "Red", by the merchant or, with a confidence in [0, 1], by the model."""

    name: str
    value: str
    by: Literal["merchant", "model"]
    confidence: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """``{"name", "value", "by", "confidence"}``."""
        return {"name": self.name, "value": self.value, "by": self.by, "confidence": self.confidence}


_TOLD = ("color", "pattern", "material", "size", "gender", "age_group")


def told_of(product: Product) -> tuple[Attribute, ...]:
    """What to tell people of a product's looks: the merchant's word, and where that is missing the model's."""
    said = {name: value for name in _TOLD if (value := getattr(product, name))}
    custom = {_custom_field(name): value for name, value in product.custom.items() if value}
    said |= {name: value for name, value in custom.items() if name in product.guesses and name not in said}
    return _in_order(said, product.guesses)


def guessed(guesses: Guesses) -> tuple[Attribute, ...]:
    """What the model says of an object, of which nobody else says anything."""
    return _in_order({}, guesses)


def _in_order(said: Mapping[str, str], guesses: Guesses) -> tuple[Attribute, ...]:
    names: Iterable[str] = dict.fromkeys([*_TOLD, *sorted(guesses)])
    return tuple(
        Attribute(name, said[name], "merchant")
        if name in said
        else Attribute(name, guesses[name].value, "model", guesses[name].confidence)
        for name in names
        if name in said or name in guesses
    )
