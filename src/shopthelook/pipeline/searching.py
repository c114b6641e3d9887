"""From a picture or a product to the products that look like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypedDict, Unpack

from shopthelook import images
from shopthelook.geometry import WHOLE, Box
from shopthelook.pipeline.asking import Answer, Question, answer, wanted
from shopthelook.pipeline.attributes import Attribute, guessed, told_of
from shopthelook.pipeline.decomposing import (
    check_threshold,
    embed_crops,
    find_objects,
    name_of,
    read_photo,
    said_of,
)
from shopthelook.pipeline.encoding import known_category
from shopthelook.pipeline.errors import NotFound
from shopthelook.pipeline.filters import Where
from shopthelook.pipeline.guessing import own_gender
from shopthelook.pipeline.listing import Listing
from shopthelook.pipeline.notebook import View
from shopthelook.pipeline.results import ObjectHits, SearchResult
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.pipeline.generation import Generation
    from shopthelook.pipeline.parts import Parts


class Options(TypedDict, total=False):
    """What every search can be asked for; see ``Shop.search``."""

    k: int
    offset: int
    where: Where | None
    min_similarity: float | None
    relax: bool
    explain: bool
    gender: str | None
    listing: Listing


def search(
    shop: Parts,
    picture: images.PictureLike,
    *,
    box: Box | str | Sequence[float] | None,
    kind: str | int | Category | None,
    category: str | int | Category | None,
    threshold: float | None,
    **options: Unpack[Options],
) -> SearchResult:
    """See ``Shop.search``."""
    check_threshold(threshold)
    chosen = named_category(shop, category)
    asked = wanted(shop, category=chosen, **options)
    part = None if box is None else to_box(box)
    named = named_category(shop, kind)
    rgb = read_photo(shop, picture)
    found: list[tuple[Box, Category | None, float]] = []
    if part is not None:
        found = [(part, named or chosen, 0.0)]
    else:
        for one in find_objects(shop, rgb, threshold):
            found.append((one.box, one.category, one.score))
        if not found:
            found = [(WHOLE, chosen, 0.0)]

    def hits(now: Generation) -> tuple[ObjectHits, ...]:
        crops = embed_crops(now.embedder, rgb, [where for where, _, _ in found], shop.batching)
        guesses = [said_of(now.embedder, crop, kind) for crop, (_, kind, _) in zip(crops, found, strict=True)]
        questions = [
            Question(crop.code, kind, own_gender(None, said))
            for crop, (_, kind, _), said in zip(crops, found, guesses, strict=True)
        ]
        answers = answer(shop, now.index, questions, asked)
        return tuple(
            object_hits(where, kind, score, guessed(said), of_object)
            for (where, kind, score), said, of_object in zip(found, guesses, answers, strict=True)
        )

    objects = shop.ask(hits)
    height, width = rgb.shape[:2]
    return SearchResult(name_of(picture), width, height, objects, View(rgb, shop.pictures))


def search_product(shop: Parts, product_id: str, **options: Unpack[Options]) -> ObjectHits:
    """See ``Shop.search_product``."""
    asked = wanted(shop, **options)
    record = shop.catalog.product(product_id)
    if record is None:
        raise NotFound(f"there is no product {product_id!r}")
    product = record.product
    kind = category_by_id(shop, product.category_id)
    gender = own_gender(product.gender, product.guesses)

    def hits(now: Generation) -> ObjectHits:
        code = record.code if record.bundle == now.bundle.key else None
        if code is None:
            # Not for long, it may lie beside an older one.
            found = [batch.codes[0].tobytes() for batch in shop.catalog.codes([product_id], now.bundle.key)]
            code = found[0] if found else None
        if code is None:
            now.index.refresh()  # raises where it is gone because another embedder serves
            raise NotFound(f"product {product_id!r} has no code of the present embedder; run: products embed")
        (answered,) = answer(shop, now.index, [Question(code, kind, gender, leave_out=product_id)], asked)
        return object_hits(WHOLE, kind, product.category_score or 0.0, told_of(product), answered)

    return shop.ask(hits)


def object_hits(
    box: Box,
    kind: Category | None,
    score: float,
    said: tuple[Attribute, ...],
    found: Answer,
    object_id: str | None = None,
) -> ObjectHits:
    """One object's part of an answer."""
    return ObjectHits(
        box=box,
        category=kind,
        score=score,
        hits=found.hits,
        searched=found.searched,
        id=object_id,
        widened=found.widened,
        explanation=found.explanation,
        attributes=said,
        facets=found.facets,
    )


def category_by_id(shop: Parts, category_id: int | None) -> Category | None:
    """A stored category; None where the shop's present taxonomy does not have it."""
    return known_category(shop.taxonomy, category_id)


def named_category(shop: Parts, category: str | int | Category | None) -> Category | None:
    """The category that a caller names; None where none is named.

    Raises:
        UnknownCategory: no such category; the message names close ones.
    """
    if category is None:
        return None
    return shop.taxonomy.get(category.id if isinstance(category, Category) else category)


def to_box(box: Box | str | Iterable[float]) -> Box:
    """A caller's box, with what lies outside the picture cut off.

    Raises:
        BoxError: it is malformed, or nothing of it is inside.
    """
    if isinstance(box, Box):
        return box
    if isinstance(box, str):
        try:
            numbers = [float(part) for part in box.split(",")]
        except ValueError:
            return Box.parse(box)  # raises, and says how a box is written
        return Box.clipped(*numbers) if len(numbers) == 4 else Box.parse(box)
    numbers = [float(number) for number in box]
    return Box.clipped(*numbers) if len(numbers) == 4 else Box.of(numbers)
