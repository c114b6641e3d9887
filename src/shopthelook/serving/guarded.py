"""Routes that let the guard decide first, and their description."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute

from shopthelook.pipeline.security import SecurityRules
from shopthelook.serving.keys import Guard, access_of
from shopthelook.serving.limits import answer_within, unless_gone

_KEY = "ApiKey"
_SHOPPERS = "x-shoppers"
_FAILURE = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
# Every guarded call may answer these: what they say, and whether only calls with a body do.
_ANSWERS = {
    "400": ("The body cannot be read", True),
    "401": ("No key, or none that is valid", False),
    "403": ("The key is for other things", False),
    "408": ("The body did not arrive in time", True),
    "413": ("The body is too large", True),
    "429": ("Too many calls", False),
    "503": ("Too much to do, or the storage fails, or it takes too long", False),
}
_RETRY = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}


class GuardedRoute(APIRoute):
    """A route whose function declares with `needs` who may call it.

    The guard is asked before the body is read, so that who may not write cannot make the server read either. Reads
    have a limit of time; what writes is not given up half-way, and who asks for the server's health has a limit
    of their own.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        access = access_of(endpoint)
        extra = dict(options.pop("openapi_extra", None) or {})
        if access.scope is not None:
            extra |= {"security": [{_KEY: [access.scope]}], _SHOPPERS: access.shoppers}
        super().__init__(path, endpoint, openapi_extra=extra, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the guard."""
        handle = super().get_route_handler()
        access = access_of(self.endpoint)

        async def guarded(request: Request) -> Response:
            guard: Guard = request.app.state.guard
            await guard.admit(request, access)
            if access.scope in (None, "write"):
                return await handle(request)
            async with answer_within(request.scope, guard.rules.answer_timeout_s):
                # What runs a model costs most, and a page that was left asks no more.
                there = unless_gone(request.scope, request.receive) if access.search else nullcontext()
                async with there:
                    response = await handle(request)
            if access.shoppers and not guard.rules.public_reading:
                _keep_private(response)
            return response

        return guarded


class Api(FastAPI):
    """An application whose description says which calls need which key."""

    def openapi(self) -> dict[str, Any]:
        """The description; made once."""
        if self.openapi_schema is None:
            _describe(super().openapi(), self.state.guard.rules)
        return super().openapi()


def _describe(schema: dict[str, Any], rules: SecurityRules) -> None:
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = {
        _KEY: {
            "type": "http",
            "scheme": "bearer",
            "description": "made with `shopthelook keys create`; programs on the server's own machine may need none",
        }
    }
    for path, operation in ((path, one) for path, found in schema["paths"].items() for one in found.values()):
        if "security" not in operation:
            continue
        answers = operation["responses"]
        for status, (what, with_body) in _ANSWERS.items():
            if "requestBody" in operation or not with_body:
                answers.setdefault(status, {"description": what, "content": _FAILURE})
        answers["429"]["headers"] = _RETRY
        if "{" in path:
            answers.setdefault("404", {"description": "There is none", "content": _FAILURE})
        if operation.pop(_SHOPPERS) and rules.public_reading:
            operation["security"].insert(0, {})


def _keep_private(response: Response) -> None:
    """What needs a key is not for caches that many share."""
    kept = response.headers.get("cache-control", "")
    if kept.startswith("public"):
        response.headers["Cache-Control"] = f"private{kept.removeprefix('public')}"
