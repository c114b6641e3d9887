"""What looking at a picture answers: the objects in it, and the products like each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shopthelook.catalog import Guesses, Product
from shopthelook.geometry import Box
from shopthelook.pipeline.attributes import Attribute, guessed, told_of
from shopthelook.pipeline.listing import Facet
from shopthelook.retrieval import Plan
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.pipeline.notebook import View


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One object found in a picture.

    Attributes:
        box: where it is, as fractions of the picture's width and height.
        category: what the detector calls it.
        score: the detector's confidence, in [0, 1].
        code: its packed binary code, ``bits // 8`` bytes; None where the object was not embedded.
        id: ``"<scene id>/<n>"`` for an object of a stored scene, else None.
        guesses: what the embedder says of it; empty where it was not embedded.
    """

    box: Box
    category: Category
    score: float
    code: bytes | None = field(default=None, repr=False)
    id: str | None = None
    guesses: Guesses = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What is said of it."""
        return guessed(self.guesses)

    def as_dict(self) -> dict[str, Any]:
        """The object as JSON would hold it, without its code."""
        found: dict[str, Any] = {} if self.id is None else {"id": self.id}
        return found | {
            "box": self.box.as_list(),
            "category": self.category.full,
            "category_id": self.category.id,
            "score": round(self.score, 4),
            "attributes": [one.as_dict() for one in self.attributes],
        }


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The objects of one picture, best first. ``width`` and ``height`` are pixels after EXIF rotation."""

    width: int
    height: int
    objects: tuple[SceneObject, ...]
    photo: str | None = None
    view: View | None = field(default=None, repr=False, compare=False)

    def __iter__(self) -> Iterator[SceneObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def as_dict(self) -> dict[str, Any]:
        """``{"photo", "width", "height", "objects"}`` with boxes as fractions."""
        return {
            "photo": self.photo,
            "width": self.width,
            "height": self.height,
            "objects": [found.as_dict() for found in self.objects],
        }

    def _repr_html_(self) -> str:
        from shopthelook.pipeline.notebook import decomposition_html

        return decomposition_html(self)


@dataclass(frozen=True, slots=True)
class Hit:
    """One product that looks like the object.

    Attributes:
        distance: bits in which the two codes differ; smaller is closer.
        similarity: ``1 - distance / bits``, in [0, 1].
        image_hash: content hash of the product's stored picture, for ``shop.pictures``.
    """

    product_id: str
    distance: int
    similarity: float
    product: Product = field(repr=False)
    image_hash: str | None = field(default=None, repr=False)

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """What is said of the product, by the merchant or the model."""
        return told_of(self.product)

    def as_dict(self) -> dict[str, Any]:
        """The hit as JSON would hold it; the price is text, so that no digit is lost."""
        product = self.product
        return {
            "product_id": self.product_id,
            "distance": self.distance,
            "similarity": round(self.similarity, 4),
            "title": product.title,
            "price": None if product.price is None else str(product.price),
            "sale_price": None if product.sale_price is None else str(product.sale_price),
            "currency": product.currency,
            "link": product.link or None,
            "image": product.image_link or None,
            "image_hash": self.image_hash,
            "brand": product.brand,
            "category_id": product.category_id,
            "attributes": [one.as_dict() for one in self.attributes],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One look into the index: how it was widened for it, None for the first, and the engine's plan."""

    widened: str | None
    plan: Plan | None

    def as_dict(self) -> dict[str, Any]:
        """``{"widened", "plan", "rows_qualified", "rows_compared", "tokens_matched"}``."""
        plan = self.plan or Plan("unknown", 0, 0)
        return {
            "widened": self.widened,
            "plan": plan.name,
            "rows_qualified": plan.rows_qualified,
            "rows_compared": plan.rows_compared,
            "tokens_matched": plan.tokens_matched,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """How hits were found.

    Attributes:
        where: the filter that ran, as text, with the restriction by gender; None where there was none.
        steps: the looks into the index, one after the other until there were enough hits.
    """

    where: str | None
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """``{"where", "steps"}``."""
        return {"where": self.where, "steps": [step.as_dict() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class ObjectHits:
    """One object and its nearest products, closest first; ties are in the order of product ids.

    Where the search was widened, the hits of what was asked for come first, then what lies beside it.

    Attributes:
        category: what the detector (or the caller) calls the object; None where nothing restricts it.
        score: the detector's confidence; 0 for a box or a whole picture that no detector found.
        searched: the category whose subtree was searched; None means the whole catalog, or what the
            filter says.
        widened: how the hits go beyond that, in words; None where they do not.
        explanation: how they were found, where that was asked for.
        attributes: what is said of the object; of a product also by its merchant.
        facets: what the nearest products have in common, where that was asked for.
    """

    box: Box
    category: Category | None
    score: float
    hits: tuple[Hit, ...]
    searched: Category | None = None
    id: str | None = None
    widened: str | None = None
    explanation: Explanation | None = field(default=None, compare=False)
    attributes: tuple[Attribute, ...] = ()
    facets: tuple[Facet, ...] | None = None

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def as_dict(self) -> dict[str, Any]:
        """``{"box", "category", "category_id", "score", "attributes", "searched", "widened", "hits"}``."""
        found: dict[str, Any] = {} if self.id is None else {"id": self.id}
        explained = {} if self.explanation is None else {"explanation": self.explanation.as_dict()}
        counted = {} if self.facets is None else {"facets": [one.as_dict() for one in self.facets]}
        return found | {
            "box": self.box.as_list(),
            "category": None if self.category is None else self.category.full,
            "category_id": None if self.category is None else self.category.id,
            "score": round(self.score, 4),
            "attributes": [one.as_dict() for one in self.attributes],
            "searched": None if self.searched is None else self.searched.full,
            "widened": self.widened,
            **explained,
            **counted,
            "hits": [hit.as_dict() for hit in self.hits],
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a picture's objects found. ``width`` and ``height`` are pixels after EXIF rotation."""

    photo: str | None
    width: int
    height: int
    objects: tuple[ObjectHits, ...]
    view: View | None = field(default=None, repr=False, compare=False)

    def __iter__(self) -> Iterator[ObjectHits]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def as_dict(self) -> dict[str, Any]:
        """``{"photo", "width", "height", "objects": [{..., "hits": [...]}]}``."""
        return {
            "photo": self.photo,
            "width": self.width,
            "height": self.height,
            "objects": [found.as_dict() for found in self.objects],
        }

    def _repr_html_(self) -> str:
        from shopthelook.pipeline.notebook import search_html

        return search_html(self)
