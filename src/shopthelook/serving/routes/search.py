"""Decompose a picture; search by a picture, a scene, an object or a product."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile

from shopthelook.serving import schemas
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import needs
from shopthelook.serving.routes.common import errors
from shopthelook.serving.search_input import SEARCH_BODY, read_search
from shopthelook.serving.searching import search
from shopthelook.serving.state import ServingDep

router = APIRouter(prefix="/v1", tags=["search"], route_class=GuardedRoute)


@router.post(
    "/decompose",
    summary="Find the objects of a picture",
    responses=errors(413, 422, 503),
)
@needs("read", shoppers=True, search=True)
async def decompose(
    serving: ServingDep,
    photo: Annotated[UploadFile, File(description="JPEG, PNG, WebP, GIF, BMP or AVIF")],
    threshold: Annotated[
        float | None, Form(ge=0, le=1, description="least score; without it each label's own")
    ] = None,
    attributes: Annotated[
        bool, Form(description="also say what the embedder says of each object; takes it a run")
    ] = False,
) -> schemas.DecomposeAnswer:
    """Answers where the objects are and what they are, best first, without looking for products."""
    data = await photo.read()
    with serving.metrics.stage("decompose"):
        found = await serving.models.run(serving.shop.decompose, data, threshold=threshold, embed=attributes)
    serving.metrics.objects.inc(len(found.objects))
    return schemas.DecomposeAnswer(
        width=found.width,
        height=found.height,
        objects=[serving.views.found(one) for one in found.objects],
    )


@router.post(
    "/search",
    summary="Find products like the objects of a picture",
    responses=errors(404, 413, 415, 422, 503),
    openapi_extra={"requestBody": SEARCH_BODY},
)
@needs("read", shoppers=True, search=True)
async def search_route(request: Request, serving: ServingDep) -> schemas.SearchAnswer:
    """Give one of `photo` (multipart), `scene_id`, `object_id` and `product_id` (form or JSON).

    A photo is searched object by object; with `box`, in that part of it only. Where nothing is
    found, the whole picture is searched and `whole_picture` says so. Objects of stored scenes and
    products answer from stored codes, without a model, unless `box` asks for more.
    """
    wanted, photo = await read_search(request)
    answer = await search(serving, wanted, photo)
    serving.metrics.objects.inc(sum(one.score > 0 for one in answer.objects))
    serving.metrics.hits.inc(sum(len(one.hits) for one in answer.objects))
    return answer
