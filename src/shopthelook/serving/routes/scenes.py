"""Stored scenes, their objects, and the products of each object."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from shopthelook.pipeline.errors import NotFound
from shopthelook.serving import schemas
from shopthelook.serving.errors import not_found
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import needs
from shopthelook.serving.routes.common import Hits, Narrowing, Offset, SceneId, errors
from shopthelook.serving.searching import search_object
from shopthelook.serving.state import ServingDep

router = APIRouter(prefix="/v1/scenes", tags=["scenes"], route_class=GuardedRoute)


@router.get("", summary="List scenes", responses=errors(422))
@needs("read", shoppers=True)
async def scenes(
    serving: ServingDep,
    cursor: Annotated[
        schemas.Text | None, Query(max_length=500, description="`next` of the page before")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 40,
) -> schemas.ScenePage:
    """Scenes in a fixed order, a page at a time."""
    # One more than asked for tells whether there is a next page.
    records = await serving.reads.run(serving.shop.scenes, after=cursor, limit=limit + 1)
    page = records[:limit]
    return schemas.ScenePage(
        scenes=[serving.views.scene_card(scene) for scene in page],
        next=page[-1].id if len(records) > limit else None,
    )


@router.get(
    "/{scene_id:path}/objects/{n}/products",
    summary="Products like one object of a scene",
    responses=errors(404, 422),
)
@needs("read", shoppers=True)
async def object_products(
    serving: ServingDep,
    scene_id: SceneId,
    n: Annotated[int, Path(ge=0, le=10_000, description="the last part of the object's id")],
    narrowing: Narrowing,
    k: Hits = 24,
    offset: Offset = 0,
) -> schemas.HitPage:
    """Closest first, from the stored code: no model runs."""
    found = await search_object(serving, f"{scene_id}/{n}", "n", k=k, offset=offset, **narrowing)
    serving.metrics.hits.inc(len(found.hits))
    return serving.views.hit_page(found, k, offset)


@router.get("/{scene_id:path}", summary="One scene with its objects", responses=errors(404))
@needs("read", shoppers=True)
async def scene(serving: ServingDep, scene_id: SceneId) -> schemas.SceneOut:
    """The scene and where its objects are, best first."""
    try:
        record, objects = await serving.reads.run(serving.shop.scene, scene_id)
    except NotFound:
        raise not_found("scene", scene_id, "scene_id") from None
    return serving.views.scene(record, objects)
