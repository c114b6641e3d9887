"""Each request has an id, and a line in the log when it is over."""

from __future__ import annotations

import logging
import re
import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
# What proxies make: UUIDs, ULIDs, hex, "Root=1-67891233-abcdef"; nothing that could steer a log or a terminal.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+/-]{0,127}")
_SECRET = "stl_"  # noqa: S105 - how a key begins
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
# Asked every few seconds by what looks after the server.
_ROUTINE = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(slots=True)
class Request:
    """A request that is being answered: its id, and the seconds that its stages took so far."""

    id: str
    stages: dict[str, float] = field(default_factory=dict)


_current: ContextVar[Request | None] = ContextVar("shopthelook_request", default=None)


def current_id() -> str | None:
    """The id of the request that this code runs for; threads that work for one know it too."""
    request = _current.get()
    return None if request is None else request.id


def note_stage(stage: str, seconds: float) -> None:
    """Add to what a stage of the present request took."""
    request = _current.get()
    if request is not None:
        request.stages[stage] = request.stages.get(stage, 0.0) + seconds


def template(scope: Scope) -> str:
    """The route's template, never the address itself: that may name who is asked about, and there is no end of them."""
    return getattr(scope.get("route"), "path_format", None) or "unmatched"


def method(scope: Scope) -> str:
    """The request's method; callers can make up their own, which are all "other"."""
    asked: str = scope["method"]
    return asked if asked in _METHODS else "other"


class RequestLog:
    """ASGI middleware: give each request an id, send it back as ``X-Request-Id``, and log the request at its end.

    The caller's own ``X-Request-Id`` is taken where it is sane: 1 to 128 letters, digits and ``._:=+/-``. The line
    has the method, the route's template, the status, milliseconds to the end of the answer, its bytes, and the
    milliseconds of each stage. It has no address, query, header or body of the caller's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        request = Request(_given_id(scope) or secrets.token_hex(16))
        # Stays set: what the server logs of a failure after this has returned, in the same task, is this request's.
        _current.set(request)
        status: int | None = None
        size = 0

        async def noted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request.id
            elif message["type"] == "http.response.body" and scope["method"] != "HEAD":
                # The server sends none of it where only the head was asked for.
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            _tell(scope, request, status, size, time.perf_counter() - start)


def _given_id(scope: Scope) -> str | None:
    """The caller's id for the request; None where there is none, more than one, or one that is no id."""
    given: list[str] = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"
    ]
    if len(given) != 1 or not _SANE.fullmatch(given[0]) or _SECRET in given[0]:
        return None
    return given[0]


def _tell(scope: Scope, request: Request, status: int | None, size: int, seconds: float) -> None:
    route = template(scope)
    is_routine = route in _ROUTINE and status is not None and status < 400
    level = logging.DEBUG if is_routine else logging.INFO
    if not log.isEnabledFor(level):
        return
    # A copy: a thread that works for a request that was given up may still add to it.
    stages = {stage: round(1000 * took, 1) for stage, took in request.stages.copy().items()}
    fields = {
        "message": "request",
        "method": method(scope),
        "route": route,
        "status": status,
        "ms": round(1000 * seconds, 1),
        "bytes": size,
        "stages_ms": stages,
    }
    shown = ", ".join(f"{stage} {took:g}" for stage, took in stages.items())
    log.log(
        level,
        "%s %s %s %g ms %d bytes%s",
        fields["method"],
        route,
        "no answer" if status is None else status,
        fields["ms"],
        size,
        f" ({shown})" if shown else "",
        extra={"fields": fields},
    )
