"""What the catalog stores and returns: small frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shopthelook.catalog.guess import Guess, Guesses
from shopthelook.catalog.product import Product
from shopthelook.errors import ShopError
from shopthelook.geometry import Box

MAX_CODE_BYTES = 512
"""4096 bits, the longest code."""


class CatalogError(ShopError):
    """The catalog cannot be opened, read or written, or was given something it cannot hold."""


class EmbedderChanged(CatalogError):  # noqa: N818 - it says what is so, not that something broke
    """Another embedder serves than the one that a search or a write began with; it is to be begun anew."""


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product as stored.

    `image_hash` names its picture in the picture store. `code` is its binary code (a multiple of 8 bytes)
    and `bundle` the id of the model that made it; both are set or none. `seq` is the number of its last
    change and `updated_at` its time in UTC; both are given by the catalog.
    """

    product: Product
    image_hash: str | None = None
    code: bytes | None = None
    bundle: str | None = None
    seq: int = 0
    updated_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.code is None) != (self.bundle is None):
            raise CatalogError(f"product {self.product.id}: a code and the bundle that made it go together")
        if self.code is not None:
            check_code(self.code, f"product {self.product.id}")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What decides whether a product of a feed has changed: see Product.row_hash and ProductRecord."""

    row_hash: str
    image_hash: str | None
    bundle: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Product `product_id` was put, or deleted, as change number `seq`."""

    seq: int
    product_id: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class CodeBatch:
    """Codes of n products: codes is (n, bytes) uint8; category_ids is (n,) int64 with -1 for none."""

    ids: list[str]
    codes: NDArray[np.uint8]
    category_ids: NDArray[np.int64]


class Said(NamedTuple):
    """The part of a product that searches filter by; see `Product`."""

    availability: str | None
    price: Decimal | None
    sale_price: Decimal | None
    currency: str | None
    product_type: str | None
    brand: str | None
    color: str | None
    pattern: str | None
    material: str | None
    size: str | None
    gender: str | None
    age_group: str | None
    item_group_id: str | None
    condition: str | None
    custom: Mapping[str, str]
    guesses: Mapping[str, Guess]


@dataclass(frozen=True, slots=True)
class IndexBatch(CodeBatch):
    """What an index holds of n products: their codes and, in `said`, what filters look at."""

    said: list[Said]


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """A photo that was decomposed. `width` and `height` are pixels; `detector` and `embedder` bundle ids.

    `added_at` (UTC) and `n_objects` are given by the catalog; a scene put again keeps its first time.
    """

    id: str
    title: str
    image_hash: str
    width: int
    height: int
    detector: str
    embedder: str
    added_at: datetime | None = None
    n_objects: int = 0


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """An object found in a scene; its id is "{scene_id}/{n}".

    `code` and `guesses`, what it is beside its category, come from the scene's embedder.
    """

    id: str
    scene_id: str
    box: Box
    category_id: int
    score: float
    code: bytes
    position: int
    guesses: Guesses = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_code(self.code, f"object {self.id}")


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One run of an import. `finished_at` is None while it runs and after it was cut off. Times are UTC."""

    id: int
    source: str
    kind: str
    started_at: datetime
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """A row that an import did not take, or a field of it. `at` is UTC."""

    id: int
    import_id: int
    line: int | None
    product_id: str | None
    field: str | None
    reason: str
    at: datetime


def check_code(code: bytes, whose: str) -> None:
    """Raise CatalogError unless the code is 64 to 4096 bits, a multiple of 64."""
    if not code or len(code) % 8 or len(code) > MAX_CODE_BYTES:
        raise CatalogError(
            f"{whose}: a code has 8 to {MAX_CODE_BYTES} bytes, a multiple of 8, not {len(code)}"
        )
