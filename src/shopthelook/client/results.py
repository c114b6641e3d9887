"""What the API answers, as data. Boxes are (x1, y1, x2, y2), fractions of the picture's width and height."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the Google Product Taxonomy."""

    id: int
    name: str
    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that is said of a product or an object; ``confidence`` is None where the merchant says it."""

    name: str
    value: str
    by: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a picture. ``id`` is set where the picture is a stored scene."""

    box: Box
    score: float
    category: Category | None = None
    id: str | None = None
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as the shop shows it. ``image`` is what ``Client.picture`` takes."""

    product_id: str
    title: str
    description: str | None = None
    brand: str | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    currency: str | None = None
    availability: str | None = None
    link: str | None = None
    image: str | None = None
    category: Category | None = None
    category_source: str | None = None
    category_score: float | None = None
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit(Product):
    """A product that looks like the object: ``distance`` in bits, ``similarity`` from 0 to 1."""

    distance: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Step:
    """One look into the index; None where the engine cannot tell."""

    plan: str
    tokens_matched: int
    widened: str | None = None
    rows_qualified: int | None = None
    rows_compared: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How hits were found: the filter that ran, and the looks into the index."""

    steps: tuple[Step, ...]
    where: str | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a field and how many products have it; ``where`` finds them."""

    value: str
    count: int
    selected: bool
    where: str
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a field among the ``counted`` nearest products; not ``complete``: there may be more with each."""

    field: str
    counted: int
    complete: bool
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class ObjectHits(Object):
    """An object and its nearest products, closest first.

    Attributes:
        searched: the subtree that was searched; None for all products, or for what the filter names.
        widened: how hits go beyond that, with ``relax``.
        explanation: with ``explain``.
        facets: with ``facets``.
    """

    hits: tuple[Hit, ...] = ()
    searched: Category | None = None
    widened: str | None = None
    explanation: Explanation | None = None
    facets: tuple[Facet, ...] | None = None


@dataclass(frozen=True, slots=True)
class HitPage(ObjectHits):
    """Some of an object's products, and where the next ones start."""

    next_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The objects of a picture of ``width`` x ``height`` pixels, best first."""

    width: int
    height: int
    objects: tuple[Object, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """The products like each object of a picture.

    ``whole_picture``: no object was found, so the whole picture was searched. The size is in pixels, None where
    no picture was searched.
    """

    objects: tuple[ObjectHits, ...]
    whole_picture: bool
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class SceneCard:
    """A stored scene; ``image`` is what ``Client.picture`` takes."""

    id: str
    title: str
    image: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scene(SceneCard):
    """A stored scene and its objects, best first."""

    objects: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenePage:
    """Some scenes, and where the next ones start."""

    scenes: tuple[SceneCard, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was wrong with a product."""

    reason: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """What became of one product; one that was taken can have problems, too."""

    id: str
    status: Literal["added", "updated", "unchanged", "failed"]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of each product, in the order given, and the number of the last change."""

    results: tuple[UpsertResult, ...]
    seq: int

    @property
    def failed(self) -> tuple[UpsertResult, ...]:
        """The products that were refused."""
        return tuple(one for one in self.results if one.status == "failed")


@dataclass(frozen=True, slots=True)
class Status:
    """What the shop holds, and how far its index is behind its database."""

    version: str
    title: str
    detector: str
    embedder: str
    products: int
    with_code: int
    other_code: int
    without_code: int
    scenes: int
    objects: int
    problems: int
    index_size: int
    index_seq: int
    last_seq: int
    next_embedder: str | None = None
    next_codes: int = 0
    next_failed: int = 0
    note: str | None = None
