"""Limits on the size of requests and on the time that they take, which hold whatever a request declares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopthelook.serving.errors import ApiError, UploadTooLarge, UploadTooSlow, answer

_ARRIVED = "shopthelook.arrived"
# A body of which no more than this is left is not worth another connection.
_SMALL = 64 * 1024
_LINGER_S = 5.0


class Arrival:
    """Whether all of a request is here, and what to do when it is."""

    def __init__(self, done: bool) -> None:
        self.done = done
        self._then: list[Callable[[], object]] = []

    def complete(self) -> None:
        """All is here."""
        self.done = True
        calls, self._then = self._then, []
        for call in calls:
            call()

    def then(self, call: Callable[[], object]) -> None:
        """Call ``call`` when all is here, now if it is."""
        if self.done:
            call()
        else:
            self._then.append(call)


class BodyLimit:
    """ASGI middleware: refuse a body over ``limit`` bytes at once, or at the byte that goes over.

    A body that has not arrived after ``seconds`` is refused too: else who sends a byte now and then could keep
    the server waiting for good.
    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrival = scope[_ARRIVED] = Arrival(not has_body(scope))
        send = _Lingering(scope, arrival, receive, send, self._limit).send
        declared = declared_length(scope)
        if declared is not None and declared > self._limit:
            too_large = UploadTooLarge(self._limit)
            response = answer(413, "too_large", too_large.detail, "photo", too_large.headers)
            await response(scope, receive, send)
            return
        seen = 0
        end = asyncio.get_running_loop().time() + self._seconds

        async def counted() -> Message:
            nonlocal seen
            # What comes after the body is the caller's going away, for which one may wait long.
            until = None if arrival.done else end
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise UploadTooSlow(self._seconds) from None
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._limit:
                    raise UploadTooLarge(self._limit)
                if not message.get("more_body", False):
                    arrival.complete()
            return message

        await self._app(scope, counted, send)


class _Lingering:
    """Sends an answer; where it comes before the whole request, goes on reading for a while and forgets what it reads.

    A connection that is closed while its caller still sends is reset, and the answer is lost with it.
    """

    def __init__(self, scope: Scope, arrival: Arrival, receive: Receive, send: Send, most: int) -> None:
        self._arrival = arrival
        self._receive = receive
        self._send = send
        self._most = most
        length = declared_length(scope)
        self._closes = length is None or length > _SMALL
        # Who waits to be told to go on does not send when told not to.
        self._expects = any(name == b"expect" for name, _ in scope["headers"])

    async def send(self, message: Message) -> None:
        """As the server's own ``send``."""
        if self._arrival.done:
            await self._send(message)
        elif message["type"] == "http.response.start":
            if self._closes:
                MutableHeaders(scope=message)["Connection"] = "close"
            await self._send(message)
        elif message.get("more_body", False) or self._expects:
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await self._drain()
            await self._send({"type": "http.response.body", "body": b""})

    async def _drain(self) -> None:
        seen = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                while seen <= self._most:
                    message = await self._receive()
                    seen += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return


@asynccontextmanager
async def answer_within(scope: Scope, seconds: float) -> AsyncIterator[None]:
    """End what runs inside ``seconds`` after the request has arrived.

    A call that a thread has begun goes on to its end there; one that waits for a thread is dropped.

    Raises:
        ApiError: 503, it took longer.
    """
    loop = asyncio.get_running_loop()
    limit = asyncio.timeout(None)
    try:
        async with limit:
            arrival: Arrival = scope[_ARRIVED]
            arrival.then(lambda: limit.reschedule(loop.time() + seconds))
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        text = f"The answer took longer than {seconds:g} seconds. Try again later."
        raise ApiError(503, "timeout", text) from None


@asynccontextmanager
async def unless_gone(scope: Scope, receive: Receive) -> AsyncIterator[None]:
    """End what runs inside when the caller closes the connection: nobody would read the answer.

    Raises:
        ApiError: 499, as others log it; it is sent to nobody.
    """
    limit = asyncio.timeout(None)
    watching: list[asyncio.Task[None]] = []

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        limit.reschedule(asyncio.get_running_loop().time())

    try:
        async with limit:
            arrival: Arrival = scope[_ARRIVED]
            # Before, it is for others to read what comes.
            arrival.then(lambda: watching.append(asyncio.create_task(watch())))
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise ApiError(499, "gone", "The caller has closed the connection.") from None
    finally:
        for task in watching:
            task.cancel()


def declared_length(scope: Scope) -> int | None:
    """How long the request says that its body is."""
    declared = dict(scope["headers"]).get(b"content-length", b"")
    return int(declared) if declared.isdigit() else None


def has_body(scope: Scope) -> bool:
    """Whether the request has a body, of a declared length or not."""
    return bool(declared_length(scope)) or b"transfer-encoding" in dict(scope["headers"])
