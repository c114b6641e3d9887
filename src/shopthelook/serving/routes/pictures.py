"""Stored pictures, in sizes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from shopthelook.images import WIDTHS
from shopthelook.serving.errors import ApiError
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import needs
from shopthelook.serving.routes.common import errors
from shopthelook.serving.state import ServingDep

router = APIRouter(prefix="/v1/pictures", tags=["pictures"], route_class=GuardedRoute)

_VARY = {"Vary": {"description": "Accept", "schema": {"type": "string"}}}
FOUND: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/webp", "image/avif")
        },
        "headers": _VARY,
    },
    304: {"description": "not modified"},
}
FOREVER = "public, max-age=31536000, immutable"
# An AVIF is on its way: who asks again then gets it.
FOR_NOW = "public, max-age=3600"


@router.get(
    "/{picture}",
    summary="A picture of the shop as WebP or AVIF",
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
    """The name is a hash of the content, so the answer may be kept forever.

    It is WebP, and AVIF for who says `image/avif` in `Accept`, once that has been made.
    """
    if w not in WIDTHS:
        raise ApiError(422, "invalid", f"w: must be one of {', '.join(map(str, WIDTHS))}.", "w")
    avif = _takes_avif(request.headers.getlist("accept"))
    found = await serving.reads.run(serving.shop.pictures.size, picture, w, avif=avif)
    etag = f'"{picture[:32]}-{w}.{found.kind}"'
    headers = {"ETag": etag, "Cache-Control": FOREVER if found.last else FOR_NOW, "Vary": "Accept"}
    if _matches(etag, request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(found.data, media_type=f"image/{found.kind}", headers=headers)


def _takes_avif(accept: list[str]) -> bool:
    """Whether AVIF is named; programs that take anything may not be able to show it (RFC 9110, 12.5.1)."""
    for part in ",".join(accept).split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if kind == "image/avif":
            return not any(one.startswith("q=") and not one.strip("q=0.") for one in parameters)
    return False


def _matches(etag: str, asked: list[str]) -> bool:
    """Whether the caller has it already (RFC 9110, 13.1.2)."""
    named = [one.strip().removeprefix("W/") for one in ",".join(asked).split(",")]
    return etag in named or named == ["*"]
