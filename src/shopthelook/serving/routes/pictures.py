"""Stored pictures, as thumbnails."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from shopthelook.serving.errors import ApiError
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import needs
from shopthelook.serving.routes.common import errors
from shopthelook.serving.state import ServingDep

router = APIRouter(prefix="/v1/pictures", tags=["pictures"], route_class=GuardedRoute)

WIDTHS = (160, 320, 640, 1280)
FOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {}}},
    304: {"description": "not modified"},
}
FOREVER = "public, max-age=31536000, immutable"


@router.get(
    "/{picture}",
    summary="A picture of the shop as WebP",
    responses=FOUND | errors(404, 422),
    response_class=Response,
)
@needs("read", shoppers=True)
async def picture(
    request: Request,
    serving: ServingDep,
    picture: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="the picture's content hash")],
    w: Annotated[int, Query(description="width in pixels: 160, 320, 640 or 1280")] = 640,
) -> Response:
    """The name is a hash of the content, so the answer may be kept forever."""
    if w not in WIDTHS:
        raise ApiError(422, "invalid", f"w: must be one of {', '.join(map(str, WIDTHS))}.", "w")
    etag = f'"{picture[:32]}-{w}"'
    headers = {"ETag": etag, "Cache-Control": FOREVER}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    data = await serving.reads.run(serving.shop.pictures.thumbnail, picture, w)
    return Response(data, media_type="image/webp", headers=headers)
