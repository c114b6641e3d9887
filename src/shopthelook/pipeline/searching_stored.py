"""From objects of stored scenes to the products that look like them, by their stored codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from shopthelook.catalog import ObjectRecord, SceneRecord
from shopthelook.pipeline.asking import Question, Wanted, answer, wanted
from shopthelook.pipeline.attributes import guessed
from shopthelook.pipeline.decomposing import check_threshold, embed_crops, read_photo, said_of
from shopthelook.pipeline.errors import NotFound
from shopthelook.pipeline.guessing import own_gender
from shopthelook.pipeline.results import ObjectHits, SearchResult
from shopthelook.pipeline.searching import Options, category_by_id, named_category, object_hits
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.pipeline.generation import Generation
    from shopthelook.pipeline.parts import Parts


def search_object(
    shop: Parts, object_id: str, *, category: str | int | Category | None, **options: Unpack[Options]
) -> ObjectHits:
    """See ``Shop.search_object``."""
    asked = wanted(shop, category=named_category(shop, category), **options)

    def hits(now: Generation) -> ObjectHits:
        (found,) = _stored_hits(shop, now, [_as_embedded(shop, now, *_stored_object(shop, object_id))], asked)
        return found

    return shop.ask(hits)


def search_scene(
    shop: Parts,
    scene_id: str,
    *,
    category: str | int | Category | None,
    threshold: float | None,
    **options: Unpack[Options],
) -> SearchResult:
    """See ``Shop.search_scene``."""
    check_threshold(threshold)
    asked = wanted(shop, category=named_category(shop, category), **options)
    least = 0.0 if threshold is None else threshold

    def hits(now: Generation) -> SearchResult:
        scene, stored = stored_scene(shop, scene_id)
        objects = [_as_embedded(shop, now, scene, one) for one in stored if one.score >= least]
        return SearchResult(None, scene.width, scene.height, tuple(_stored_hits(shop, now, objects, asked)))

    return shop.ask(hits)


def _stored_hits(
    shop: Parts, now: Generation, objects: Sequence[ObjectRecord], asked: Wanted
) -> list[ObjectHits]:
    kinds = [category_by_id(shop, one.category_id) for one in objects]
    questions = [
        Question(one.code, kind, own_gender(None, one.guesses))
        for one, kind in zip(objects, kinds, strict=True)
    ]
    return [
        object_hits(one.box, kind, one.score, guessed(one.guesses), answered, one.id)
        for one, kind, answered in zip(objects, kinds, answer(shop, now.index, questions, asked), strict=True)
    ]


def stored_scene(shop: Parts, scene_id: str) -> tuple[SceneRecord, list[ObjectRecord]]:
    """See ``Shop.scene``."""
    found = shop.catalog.scene_with_objects(scene_id)
    if found is None:
        raise NotFound(f"there is no scene {scene_id!r}; list them with: scenes list")
    return found


def _stored_object(shop: Parts, object_id: str) -> tuple[SceneRecord, ObjectRecord]:
    found = shop.catalog.object_with_scene(object_id)
    if found is None:
        raise NotFound(f"there is no object {object_id!r}; list a scene's objects with: scenes show ID")
    return found


def _as_embedded(shop: Parts, now: Generation, scene: SceneRecord, found: ObjectRecord) -> ObjectRecord:
    """The object as the embedder sees it: as it is stored, or made anew where it has no code of it.

    Args:
        scene, found: the object, read with its scene or after it: the code is of the embedder that the scene names,
            or of one that serves by now.
    """
    key = now.bundle.key
    if scene.embedder == key:
        return found
    beside = shop.catalog.changeover.object_code(found.id, key)
    if beside is not None:
        return replace(found, code=beside.code, guesses=beside.guesses)
    # It may have taken its place in between.
    scene, found = _stored_object(shop, found.id)
    if scene.embedder == key:
        return found
    now.index.refresh()  # raises where what it had is gone because another embedder serves
    rgb = read_photo(shop, shop.pictures.data(scene.image_hash))
    (crop,) = embed_crops(now.embedder, rgb, [found.box], shop.batching)
    said = said_of(now.embedder, crop, category_by_id(shop, found.category_id))
    return replace(found, code=crop.code, guesses=said)
