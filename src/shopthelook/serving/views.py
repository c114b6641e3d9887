"""The shop's own objects as the API's answers."""

from __future__ import annotations

from collections.abc import Iterable

from shopthelook.catalog import ObjectRecord, Product, ProductRecord, SceneRecord
from shopthelook.pipeline.attributes import Attribute, guessed, told_of
from shopthelook.pipeline.listing import Facet
from shopthelook.pipeline.results import Explanation, Hit, ObjectHits, SceneObject
from shopthelook.serving import schemas
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory

PICTURES = "/v1/pictures"


def picture_address(image_hash: str | None) -> str | None:
    """Where the shop serves a stored picture."""
    return f"{PICTURES}/{image_hash}" if image_hash else None


def safe_link(link: str | None) -> str | None:
    """``link`` if a browser may follow it; a feed can hold ``javascript:`` as well."""
    if link and link.lower().startswith(("http://", "https://")):
        return link
    return None


def category_out(category: Category | None) -> schemas.CategoryOut | None:
    """A category, or null."""
    if category is None:
        return None
    return schemas.CategoryOut(id=category.id, name=category.name, path=category.full)


def attributes_out(said: Iterable[Attribute]) -> list[schemas.AttributeOut]:
    """What is said of a product or an object."""
    return [
        schemas.AttributeOut(name=one.name, value=one.value, by=one.by, confidence=one.confidence)
        for one in said
    ]


def _facet_out(found: Facet) -> schemas.FacetOut:
    values = [
        schemas.FacetValueOut(
            value=one.value,
            count=one.count,
            selected=one.selected,
            where=one.where,
            category=category_out(one.category),
        )
        for one in found.values
    ]
    return schemas.FacetOut(field=found.field, counted=found.counted, complete=found.complete, values=values)


def _explanation_out(found: Explanation) -> schemas.ExplanationOut:
    return schemas.ExplanationOut.model_validate(found.as_dict())


class Views:
    """Turns records and results into answers; knows the taxonomy that names categories."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy

    def category(self, category_id: int | None) -> schemas.CategoryOut | None:
        """The category of an id; null for none and for ids of another taxonomy."""
        if category_id is None:
            return None
        try:
            return category_out(self._taxonomy.get(category_id))
        except UnknownCategory:
            return None

    def _product_fields(self, product: Product, image_hash: str | None) -> dict[str, object]:
        return {
            "product_id": product.id,
            "title": product.title,
            "description": product.description or None,
            "brand": product.brand,
            "price": None if product.price is None else str(product.price),
            "sale_price": None if product.sale_price is None else str(product.sale_price),
            "currency": product.currency,
            "availability": product.availability or None,
            "link": safe_link(product.link),
            "image": picture_address(image_hash),
            "category": self.category(product.category_id),
            "category_source": product.category_source,
            "category_score": product.category_score,
            "attributes": attributes_out(told_of(product)),
        }

    def product(self, record: ProductRecord) -> schemas.ProductOut:
        """A product of the catalog."""
        return schemas.ProductOut.model_validate(self._product_fields(record.product, record.image_hash))

    def hit(self, hit: Hit) -> schemas.HitOut:
        """A product that was found."""
        fields = self._product_fields(hit.product, hit.image_hash)
        return schemas.HitOut.model_validate(
            fields | {"distance": hit.distance, "similarity": round(hit.similarity, 4)}
        )

    def found(self, found: SceneObject) -> schemas.ObjectOut:
        """An object that the detector just found."""
        return schemas.ObjectOut(
            id=found.id,
            box=found.box.as_list(),
            category=category_out(found.category),
            score=round(found.score, 4),
            attributes=attributes_out(found.attributes),
        )

    def stored_object(self, record: ObjectRecord) -> schemas.ObjectOut:
        """An object of a stored scene."""
        return schemas.ObjectOut(
            id=record.id,
            box=record.box.as_list(),
            category=self.category(record.category_id),
            score=round(record.score, 4),
            attributes=attributes_out(guessed(record.guesses)),
        )

    def object_hits(self, found: ObjectHits) -> schemas.ObjectHitsOut:
        """An object with its products."""
        return schemas.ObjectHitsOut(
            id=found.id,
            box=found.box.as_list(),
            category=category_out(found.category),
            score=round(found.score, 4),
            attributes=attributes_out(found.attributes),
            searched=category_out(found.searched),
            widened=found.widened,
            explanation=None if found.explanation is None else _explanation_out(found.explanation),
            facets=None if found.facets is None else [_facet_out(one) for one in found.facets],
            hits=[self.hit(hit) for hit in found.hits],
        )

    def hit_page(self, found: ObjectHits, k: int, offset: int) -> schemas.HitPage:
        """One page of an object's products; a page that is not full is the last one."""
        after = offset + len(found.hits) if len(found.hits) == k else None
        # Its fields are valid already: to take them apart and read them again would take longer than the search.
        return schemas.HitPage.model_construct(**dict(self.object_hits(found)), next_offset=after)

    def scene_card(self, scene: SceneRecord) -> schemas.SceneCard:
        """A stored scene for the wall."""
        return schemas.SceneCard(
            id=scene.id,
            title=scene.title,
            image=f"{PICTURES}/{scene.image_hash}",
            width=scene.width,
            height=scene.height,
        )

    def scene(self, scene: SceneRecord, objects: list[ObjectRecord]) -> schemas.SceneOut:
        """A stored scene with its objects."""
        return schemas.SceneOut.model_construct(
            **dict(self.scene_card(scene)), objects=[self.stored_object(one) for one in objects]
        )
