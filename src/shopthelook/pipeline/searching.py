"""From a picture, a stored object or a product to the products that look like it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook import geometry, images
from shopthelook.catalog import ObjectRecord, ProductRecord, SceneRecord
from shopthelook.embedding import similarity
from shopthelook.geometry import WHOLE, Box
from shopthelook.pipeline.errors import NotFound, SearchError
from shopthelook.pipeline.notebook import View
from shopthelook.pipeline.results import Decomposition, Hit, ObjectHits, SceneObject, SearchResult
from shopthelook.taxonomy import Category, UnknownCategory

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop

MOST_HITS = 10_000
"""The largest ``offset + k``."""

_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Query:
    """What to look for: a code of ``bits // 8`` bytes, within a category's subtree (None: everywhere)."""

    code: bytes
    within: Category | None


def decompose(
    shop: Shop, picture: images.PictureLike, *, threshold: float | None, embed: bool
) -> Decomposition:
    """See ``Shop.decompose``."""
    _check_threshold(threshold)
    rgb = read_photo(shop, picture)
    objects = find_objects(shop, rgb, threshold, embed=embed)
    height, width = rgb.shape[:2]
    return Decomposition(width, height, objects, name_of(picture), View(rgb, shop.pictures))


def find_objects(
    shop: Shop, rgb: NDArray[np.uint8], threshold: float | None, *, embed: bool
) -> tuple[SceneObject, ...]:
    """The objects of an ``(h, w, 3)`` RGB picture, best first; all are embedded as one batch."""
    found = shop.detector.detect(rgb, threshold=threshold)
    height, width = rgb.shape[:2]
    objects = [
        SceneObject(Box.clipped(*(float(side) for side in box)), category, float(score))
        for box, category, score in zip(
            geometry.to_fractions(found.boxes, width, height), found.categories, found.scores, strict=True
        )
    ]
    if embed and objects:
        codes = embed_crops(shop, rgb, [one.box for one in objects])
        objects = [replace(one, code=code) for one, code in zip(objects, codes, strict=True)]
    return tuple(objects)


def embed_crops(shop: Shop, rgb: NDArray[np.uint8], boxes: Sequence[Box]) -> list[bytes]:
    """The codes of parts of one picture, from one batch."""
    embedded = shop.embedder.embed([images.crop(rgb, box) for box in boxes])
    return [code.tobytes() for code in embedded.codes]


def search(
    shop: Shop,
    picture: images.PictureLike,
    *,
    box: Box | str | Sequence[float] | None,
    category: str | int | Category | None,
    k: int,
    threshold: float | None,
) -> SearchResult:
    """See ``Shop.search``."""
    _check_page(k, 0)
    _check_threshold(threshold)
    wanted = None if category is None else named_category(shop, category)
    part = None if box is None else to_box(box)
    rgb = read_photo(shop, picture)
    found: list[tuple[Box, Category | None, float]] = []
    if part is not None:
        found = [(part, wanted, 0.0)]
    else:
        for one in find_objects(shop, rgb, threshold, embed=False):
            found.append((one.box, one.category, one.score))
        if not found:
            found = [(WHOLE, wanted, 0.0)]
    withins = [wanted or _searched(shop, kind) for _, kind, _ in found]
    codes = embed_crops(shop, rgb, [where for where, _, _ in found])
    queries = [_Query(code, within) for code, within in zip(codes, withins, strict=True)]
    hits = nearest(shop, queries, k)
    height, width = rgb.shape[:2]
    objects = tuple(
        ObjectHits(where, kind, score, of_object, within)
        for (where, kind, score), of_object, within in zip(found, hits, withins, strict=True)
    )
    return SearchResult(name_of(picture), width, height, objects, View(rgb, shop.pictures))


def search_object(
    shop: Shop, object_id: str, *, k: int, offset: int, category: str | int | Category | None
) -> ObjectHits:
    """See ``Shop.search_object``."""
    _check_page(k, offset)
    found = shop.catalog.object(object_id)
    scene = None if found is None else shop.catalog.scene(found.scene_id)
    if found is None or scene is None:
        raise NotFound(f"there is no object {object_id!r}; list a scene's objects with: scenes show ID")
    kind = category_by_id(shop, found.category_id)
    within = _searched(shop, kind) if category is None else named_category(shop, category)
    query = _Query(_present_code(shop, scene, found), within)
    hits = nearest(shop, [query], k, offset)[0]
    return ObjectHits(found.box, kind, found.score, hits, within, found.id)


def search_product(shop: Shop, product_id: str, *, k: int, offset: int) -> ObjectHits:
    """See ``Shop.search_product``."""
    _check_page(k, offset)
    record = shop.catalog.product(product_id)
    if record is None:
        raise NotFound(f"there is no product {product_id!r}")
    if record.code is None or record.bundle != shop.embedder_bundle.id:
        raise NotFound(f"product {product_id!r} has no code of the present embedder; run: products embed")
    kind = category_by_id(shop, record.product.category_id)
    within = _searched(shop, kind)
    # One more than asked for, because the product itself is among its own nearest.
    hits = nearest(shop, [_Query(record.code, within)], offset + k + 1)[0]
    others = tuple(hit for hit in hits if hit.product_id != product_id)
    return ObjectHits(WHOLE, kind, record.product.category_score or 0.0, others[offset : offset + k], within)


def stored_scene(shop: Shop, scene_id: str) -> tuple[SceneRecord, list[ObjectRecord]]:
    """See ``Shop.scene``."""
    scene = shop.catalog.scene(scene_id)
    if scene is None:
        raise NotFound(f"there is no scene {scene_id!r}; list them with: scenes list")
    return scene, shop.catalog.objects(scene_id)


def nearest(shop: Shop, queries: Sequence[_Query], k: int, offset: int = 0) -> list[tuple[Hit, ...]]:
    """The hits of each query, closest first, after skipping ``offset`` of them."""
    codes = np.frombuffer(b"".join(query.code for query in queries), np.uint8).reshape(len(queries), -1)
    ranges = [None if q.within is None else (q.within.position, q.within.end) for q in queries]
    bits = 8 * codes.shape[1]
    for attempt in range(_TRIES):
        pages = shop.index.search(codes, offset + k, ranges)
        wanted = {key for page in pages for key in page.ids[offset:]}
        records = shop.catalog.products(sorted(wanted))
        # A product removed between the two reads would leave a gap: look again, the index follows.
        if len(records) == len(wanted) or attempt == _TRIES - 1:
            break
    return [
        tuple(
            _hit(records[key], int(distance), bits)
            for key, distance in zip(page.ids[offset:], page.distances[offset:], strict=True)
            if key in records
        )
        for page in pages
    ]


def _hit(record: ProductRecord, distance: int, bits: int) -> Hit:
    product = record.product
    return Hit(product.id, distance, similarity(distance, bits), product, record.image_hash)


def _searched(shop: Shop, category: Category | None) -> Category | None:
    """The subtree to search for an object: all of its coarse category."""
    return None if category is None else shop.taxonomy.coarse(category) or category


def _present_code(shop: Shop, scene: SceneRecord, found: ObjectRecord) -> bytes:
    """The object's code by the present embedder: stored, or made anew after a change of model."""
    if scene.embedder == shop.embedder_bundle.id:
        return found.code
    rgb = read_photo(shop, shop.pictures.data(scene.image_hash))
    return embed_crops(shop, rgb, [found.box])[0]


def category_by_id(shop: Shop, category_id: int | None) -> Category | None:
    """A stored category; None where the shop's present taxonomy does not have it."""
    if category_id is None:
        return None
    try:
        return shop.taxonomy.get(category_id)
    except UnknownCategory:
        return None


def named_category(shop: Shop, category: str | int | Category) -> Category:
    """The category that a caller names.

    Raises:
        UnknownCategory: no such category; the message names close ones.
    """
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


def read_photo(shop: Shop, picture: images.PictureLike) -> NDArray[np.uint8]:
    """Read a shopper's photo: ``(h, w, 3)`` RGB."""
    return images.read(picture, images.PictureLimits(max_bytes=shop.config.max_bytes))


def name_of(picture: images.PictureLike) -> str | None:
    """What to call the picture in an answer: its path, or nothing."""
    return str(Path(picture)) if isinstance(picture, str | os.PathLike) else None


def _check_page(k: int, offset: int) -> None:
    if k < 1:
        raise SearchError(f"k must be at least 1, not {k}")
    if offset < 0:
        raise SearchError(f"offset must not be negative, but is {offset}")
    if offset + k > MOST_HITS:
        raise SearchError(f"offset + k must be at most {MOST_HITS}, not {offset + k}")


def _check_threshold(threshold: float | None) -> None:
    if threshold is not None and not 0 <= threshold <= 1:
        raise SearchError(f"threshold must be from 0 to 1, not {threshold}")
