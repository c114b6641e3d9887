"""A limit on the size of requests that holds while they are read, whatever they declare."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopthelook.serving.errors import UploadTooLarge, answer


class BodyLimit:
    """ASGI middleware: refuse a body over ``limit`` bytes at once, or at the byte that goes over."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._limit:
            too_large = UploadTooLarge(self._limit)
            response = answer(413, "too_large", too_large.detail, "photo", too_large.headers)
            await response(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._limit:
                    raise UploadTooLarge(self._limit)
            return message

        await self._app(scope, counted, send)
