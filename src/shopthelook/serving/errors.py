"""What goes wrong, as HTTP: one JSON shape for every failure, which names the field at fault."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopthelook.catalog import CatalogError
from shopthelook.errors import ShopError
from shopthelook.geometry import BoxError
from shopthelook.images import PictureError, PictureStoreError
from shopthelook.pipeline.errors import NotFound
from shopthelook.retrieval.milvus.errors import MilvusError
from shopthelook.retrieval.query import QueryError
from shopthelook.serving.schemas import ErrorAnswer, ErrorBody
from shopthelook.taxonomy import UnknownCategory

log = logging.getLogger(__name__)

# A large upload goes through a temporary file: there may be no room for it, no folder, or too many open files.
_NO_STORAGE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOENT, errno.EMFILE, errno.ENFILE)
PICTURE_STATUS = {"too_large": 413, "not_found": 404}
HTTP_CODES = {
    400: "bad_request",
    401: "key_required",
    403: "scope_missing",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "busy",
}


class ApiError(ShopError):
    """A request that cannot be answered, with the status and the field to say so.

    Args:
        status: HTTP status, 4xx or 503.
        code: a stable word for programs.
        message: what was wrong and what to send instead.
        field: the request's field at fault; None where it is no single one.
        headers: of the answer, beside the usual ones.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field
        self.headers = headers


class UploadTooLarge(HTTPException):
    """The request's body went over the limit; raised while it is still being read."""

    def __init__(self, limit: int) -> None:
        size = f"{limit / 1e6:.0f} MB" if limit >= 1_000_000 else f"{limit} bytes"
        # The unread rest of the body would be taken for the next request.
        super().__init__(
            413,
            f"The request is larger than {size}. Send a smaller picture or fewer products.",
            {"Connection": "close"},
        )


class UploadTooSlow(HTTPException):
    """The request's body did not arrive in time; raised while it is waited for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            408,
            f"The request did not arrive within {seconds:g} seconds. Send a smaller picture, or try again.",
            {"Connection": "close"},
        )


def not_found(what: str, key: str, field: str) -> ApiError:
    """The 404 of an id that the shop does not hold."""
    return ApiError(404, "not_found", f"There is no {what} {key!r} in this shop.", field)


def answer(
    status: int,
    code: str,
    message: str,
    field: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The one shape of a failure: ``{"error": {"code", "message", "field"}}``."""
    body = ErrorAnswer(error=ErrorBody(code=code, message=message, field=field))
    all_headers = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse(body.model_dump(), status_code=status, headers=all_headers | dict(headers or {}))


def describe(error: ShopError) -> tuple[int, str, str | None]:
    """Status, code and field of a failure of the rooms below."""
    if isinstance(error, ApiError):
        return error.status, error.code, error.field
    if isinstance(error, PictureError):
        status = PICTURE_STATUS.get(error.reason, 422)
        return status, error.reason, "photo"
    if isinstance(error, BoxError):
        return 422, "bad_box", "box"
    if isinstance(error, UnknownCategory):
        return 422, "unknown_category", "category"
    if isinstance(error, QueryError):
        return 422, "bad_query", error.field
    if isinstance(error, NotFound):
        return 404, "not_found", None
    return 400, "bad_request", getattr(error, "field", None)


def own_failure(error: BaseException) -> tuple[str, str] | None:
    """Code and message of a failure of what the server rests on; None where it is another failure.

    The message names neither files nor addresses: where the server keeps things is nobody's business.
    """
    no_storage = isinstance(error, OSError) and error.errno in _NO_STORAGE
    if no_storage or isinstance(error, CatalogError | PictureStoreError):
        return (
            "storage",
            "The server cannot read or write its storage right now; what it acknowledged before is kept. "
            "Its log says why.",
        )
    if isinstance(error, MilvusError):
        return (
            "index_unavailable",
            "The server cannot use its product index right now; no product is lost. Its log says why.",
        )
    return None


def field_name(location: Sequence[Any]) -> str | None:
    """``("body", "ids", 0)`` -> ``"ids.0"``."""
    words = [str(part) for part in location]
    if words and words[0] in {"body", "query", "path", "header"}:
        words = words[1:]
    # The tags of a body that is one thing or a list of them.
    if words and words[0] in {"one", "many"}:
        words = words[1:]
    return ".".join(words) or None


def install(app: FastAPI) -> None:
    """Make every failure of ``app`` answer in the one shape."""

    @app.exception_handler(ShopError)
    async def shop_error(_request: Request, error: ShopError) -> JSONResponse:
        own = own_failure(error)
        if own is not None:
            # Not what was asked is wrong.
            log.error("%s", error)
            return answer(503, *own)
        status, code, field = describe(error)
        return answer(status, code, str(error), field, getattr(error, "headers", None))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        problems = error.errors()
        names = [field_name(problem["loc"]) for problem in problems]
        if problems and problems[0]["type"] == "json_invalid":
            return answer(422, "bad_json", f"The body is not JSON: {problems[0]['ctx']['error']}.")
        text = "; ".join(
            f"{name}: {problem['msg']}" if name else str(problem["msg"])
            for name, problem in zip(names, problems, strict=True)
        )
        return answer(422, "invalid", text or "The request is malformed.", names[0] if names else None)

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        # FastAPI makes a malformed request of whatever happens while it reads a form.
        own = None if error.__cause__ is None else own_failure(error.__cause__)
        if own is not None:
            log.error("%s", error.__cause__)
            return answer(503, *own)
        code = HTTP_CODES.get(error.status_code, "error")
        field = "photo" if error.status_code == 413 else None
        return answer(error.status_code, code, str(error.detail), field, error.headers)


class Failures:
    """ASGI middleware: what nobody foresaw is logged and answered 500 without a word of the server's inside.

    Within the other middleware, so that this answer too is measured and has its headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            # Whoever went away before the request was here; nobody is left to be answered.
            log.debug("%s %s was not sent to its end", scope["method"], scope["path"])
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            own = own_failure(error)
            if own is not None:
                log.error("%s", error)
                await answer(503, *own)(scope, receive, send)
                return
            log.exception("%s %s failed", scope["method"], scope["path"], exc_info=error)
            response = answer(500, "internal", "The server failed on this request; its log says why.")
            await response(scope, receive, send)
