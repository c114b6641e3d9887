"""Read a search request, which comes as a form with a photo, as a form, or as JSON."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from shopthelook.serving.errors import ApiError
from shopthelook.serving.search_request import SearchRequest

SOURCES = ("photo", "scene_id", "object_id", "product_id")


def _body_schema() -> dict[str, Any]:
    """The request body for OpenAPI: the same fields as JSON and as a form, where a photo may be."""
    fields = SearchRequest.model_json_schema()
    photo = {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, GIF, BMP or AVIF"}
    form = {**fields, "title": "SearchForm", "properties": {"photo": photo, **fields["properties"]}}
    example = {"object_id": "living-room/2", "k": 12}
    return {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": form},
            "application/json": {"schema": fields, "example": example},
        },
    }


SEARCH_BODY = _body_schema()


async def _json_fields(request: Request) -> dict[str, Any]:
    try:
        fields = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise ApiError(422, "bad_json", f"The body is not JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise ApiError(422, "invalid", "The body must be a JSON object.")
    if "photo" in fields:
        raise ApiError(422, "invalid", "Send a photo as multipart/form-data, not in JSON.", "photo")
    return fields


async def _form_fields(request: Request) -> tuple[dict[str, Any], bytes | None]:
    photo: bytes | None = None
    fields: dict[str, Any] = {}
    async with request.form(max_files=1, max_fields=20) as form:
        for name, value in form.multi_items():
            if name in fields:
                raise ApiError(422, "invalid", f"{name}: given more than once.", name)
            if name == "photo":
                if not isinstance(value, UploadFile):
                    raise ApiError(422, "invalid", "photo: must be a file.", "photo")
                photo = await value.read()
            elif isinstance(value, str):
                fields[name] = value
            else:
                raise ApiError(422, "invalid", f"{name}: must be text, not a file.", name)
    # A form sends an input that was left empty as an empty text.
    return {name: value for name, value in fields.items() if value != ""}, photo


async def read_search(request: Request) -> tuple[SearchRequest, bytes | None]:
    """The request, validated, and its photo if it has one.

    Raises:
        ApiError, RequestValidationError, BoxError: malformed; each names the field.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    photo: bytes | None = None
    if kind == "application/json":
        fields = await _json_fields(request)
    elif kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        fields, photo = await _form_fields(request)
    else:
        raise ApiError(
            415, "unsupported_media_type", "Send multipart/form-data (with a photo) or application/json."
        )
    try:
        wanted = SearchRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    given = [name for name in SOURCES if (photo if name == "photo" else getattr(wanted, name)) is not None]
    if len(given) != 1:
        what = "none of them" if not given else " and ".join(given)
        text = f"Give exactly one of {', '.join(SOURCES)}; this request has {what}."
        raise ApiError(422, "invalid", text, given[1] if len(given) > 1 else "photo")
    if wanted.box is not None and given[0] not in {"photo", "scene_id"}:
        raise ApiError(422, "invalid", f"box: cannot go with {given[0]}.", "box")
    if wanted.kind is not None and wanted.box is None:
        raise ApiError(422, "invalid", "kind: needs a box, whose content it names.", "kind")
    return wanted, photo
