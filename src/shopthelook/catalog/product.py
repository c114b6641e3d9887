"""A product as the merchant describes it, and beside that what the embedder says of its picture."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Literal

from shopthelook.catalog.guess import Guesses

CategorySource = Literal["merchant", "predicted"]


@dataclass(frozen=True, slots=True)
class Product:
    """One product. Names follow the Google Merchant product data specification.

    Prices are exact decimals with at most four decimal places, in `currency` (ISO 4217).
    `image_link` and `additional_image_links` hold what the feed said: a URL or a path relative to
    the feed. `category_id` is an id of the Google Product Taxonomy; `category_source` says who chose it,
    and `category_score` in [0, 1] how sure the model was when it was predicted.
    `custom` holds every other column of the feed under its normalised name. `guesses` holds what the embedder
    says of the picture, also where the merchant says something else.
    """

    id: str
    title: str = ""
    description: str = ""
    link: str = ""
    image_link: str = ""
    additional_image_links: tuple[str, ...] = ()
    availability: str | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    currency: str | None = None
    category_id: int | None = None
    category_source: CategorySource | None = None
    category_score: float | None = None
    product_type: str | None = None
    brand: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    color: str | None = None
    pattern: str | None = None
    material: str | None = None
    size: str | None = None
    gender: str | None = None
    age_group: str | None = None
    item_group_id: str | None = None
    condition: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    guesses: Guesses = field(default_factory=dict)

    def row_hash(self) -> str:
        """SHA-256, in hex, of everything the merchant said.

        A predicted category and guesses are left out, so that a new model does not make the row look changed.
        15 and 15.00 are the same price.
        """
        said = [_plain(getattr(self, name)) for name in _MERCHANT_FIELDS]
        category = self.category_id if self.category_source == "merchant" else None
        text = json.dumps([*said, category, sorted(self.custom.items())], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


_NOT_SAID = {"category_id", "category_source", "category_score", "custom", "guesses"}
_MERCHANT_FIELDS = tuple(f.name for f in fields(Product) if f.name not in _NOT_SAID)


def _plain(value: object) -> object:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
