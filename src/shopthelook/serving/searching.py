"""Answer a search request: which of the shop's searches serves it, and on which threads."""

from __future__ import annotations

from shopthelook.catalog import ObjectRecord, SceneRecord
from shopthelook.geometry import Box
from shopthelook.pipeline.results import ObjectHits, SearchResult
from shopthelook.serving.errors import not_found
from shopthelook.serving.schemas import SearchAnswer
from shopthelook.serving.search_request import SearchRequest
from shopthelook.serving.state import Serving


async def search(serving: Serving, wanted: SearchRequest, photo: bytes | None) -> SearchAnswer:
    """The products like each object of what ``wanted`` names."""
    if photo is not None:
        return await _search_picture(serving, photo, wanted)
    if wanted.scene_id is not None:
        return await _search_scene(serving, wanted.scene_id, wanted)
    if wanted.object_id is not None:
        return await _search_object(serving, wanted.object_id, wanted)
    product_id = wanted.product_id or ""
    if await serving.reads.run(serving.shop.catalog.product, product_id) is None:
        raise not_found("product", product_id, "product_id")
    with serving.metrics.stage("search_product"):
        found = await serving.reads.run(serving.shop.search_product, product_id, **wanted.options())
    return _stored_answer(serving, None, [found])


async def _search_picture(serving: Serving, data: bytes, wanted: SearchRequest) -> SearchAnswer:
    box = None if wanted.box is None else Box.clipped(*wanted.box)
    with serving.metrics.stage("search_picture"):
        result: SearchResult = await serving.models.run(
            serving.shop.search,
            data,
            box=box,
            category=wanted.category,
            threshold=wanted.threshold,
            **wanted.options(),
        )
    serving.metrics.batches.observe(len(result.objects))
    nothing_found = box is None and all(one.score == 0 for one in result.objects)
    return SearchAnswer(
        width=result.width,
        height=result.height,
        whole_picture=nothing_found,
        objects=[serving.views.object_hits(one) for one in result.objects],
    )


async def _search_scene(serving: Serving, scene_id: str, wanted: SearchRequest) -> SearchAnswer:
    shop = serving.shop
    scene = await serving.reads.run(shop.catalog.scene, scene_id)
    if scene is None:
        raise not_found("scene", scene_id, "scene_id")
    if wanted.box is not None:
        data = await serving.reads.run(shop.pictures.data, scene.image_hash)
        return await _search_picture(serving, data, wanted)
    objects: list[ObjectRecord] = await serving.reads.run(shop.catalog.objects, scene_id)
    least = wanted.threshold or 0.0
    found = [await _stored_hits(serving, one, wanted) for one in objects if one.score >= least]
    return _stored_answer(serving, scene, found)


async def _search_object(serving: Serving, object_id: str, wanted: SearchRequest) -> SearchAnswer:
    catalog = serving.shop.catalog
    found = await serving.reads.run(catalog.object, object_id)
    scene = None if found is None else await serving.reads.run(catalog.scene, found.scene_id)
    if found is None or scene is None:
        raise not_found("object", object_id, "object_id")
    return _stored_answer(serving, scene, [await _stored_hits(serving, found, wanted)])


async def _stored_hits(serving: Serving, found: ObjectRecord, wanted: SearchRequest) -> ObjectHits:
    """Products of a stored object, from its code."""
    search_object = serving.shop.search_object
    with serving.metrics.stage("search_object"):
        return await serving.reads.run(search_object, found.id, category=wanted.category, **wanted.options())


def _stored_answer(serving: Serving, scene: SceneRecord | None, found: list[ObjectHits]) -> SearchAnswer:
    return SearchAnswer(
        width=None if scene is None else scene.width,
        height=None if scene is None else scene.height,
        whole_picture=False,
        objects=[serving.views.object_hits(one) for one in found],
    )
