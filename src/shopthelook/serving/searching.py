"""Answer a search request: which of the shop's searches serves it, and on which threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shopthelook.geometry import Box
from shopthelook.pipeline.errors import NotFound
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
            kind=wanted.kind,
            category=wanted.category,
            threshold=wanted.threshold,
            **wanted.options(),
        )
    nothing_found = box is None and all(one.score == 0 for one in result.objects)
    return SearchAnswer(
        width=result.width,
        height=result.height,
        whole_picture=nothing_found,
        objects=[serving.views.object_hits(one) for one in result.objects],
    )


async def _search_scene(serving: Serving, scene_id: str, wanted: SearchRequest) -> SearchAnswer:
    if wanted.box is not None:
        scene = await serving.reads.run(serving.shop.catalog.scene, scene_id)
        if scene is None:
            raise not_found("scene", scene_id, "scene_id")
        data = await serving.reads.run(serving.shop.pictures.data, scene.image_hash)
        return await _search_picture(serving, data, wanted)
    options = wanted.options() | {"category": wanted.category, "threshold": wanted.threshold}
    try:
        with serving.metrics.stage("search_scene"):
            found = await serving.reads.run(serving.shop.search_scene, scene_id, **options)
    except NotFound:
        raise not_found("scene", scene_id, "scene_id") from None
    return _stored_answer(serving, (found.width, found.height), found.objects)


async def _search_object(serving: Serving, object_id: str, wanted: SearchRequest) -> SearchAnswer:
    scene = await serving.reads.run(serving.shop.catalog.scene, object_id.rpartition("/")[0])
    size = None if scene is None else (scene.width, scene.height)
    options = wanted.options() | {"category": wanted.category}
    found = await search_object(serving, object_id, "object_id", **options)
    return _stored_answer(serving, size, [found])


async def search_object(serving: Serving, object_id: str, field: str, **options: Any) -> ObjectHits:
    """Products of a stored object, from its code.

    Args:
        field: of the request, at fault where there is no such object.
    """
    try:
        with serving.metrics.stage("search_object"):
            return await serving.reads.run(serving.shop.search_object, object_id, **options)
    except NotFound:
        raise not_found("object", object_id, field) from None


def _stored_answer(
    serving: Serving, size: tuple[int, int] | None, found: Iterable[ObjectHits]
) -> SearchAnswer:
    return SearchAnswer(
        width=None if size is None else size[0],
        height=None if size is None else size[1],
        whole_picture=False,
        objects=[serving.views.object_hits(one) for one in found],
    )
