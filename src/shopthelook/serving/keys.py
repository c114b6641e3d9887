"""Who may call which route: API keys, scopes and rates, checked before anything of a body is read."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from starlette.types import Scope

from shopthelook.catalog import ApiKey, CatalogError, Keys
from shopthelook.pipeline.security import SecurityRules
from shopthelook.serving import callers
from shopthelook.serving.errors import ApiError
from shopthelook.serving.rates import Rates
from shopthelook.serving.workers import Workers

log = logging.getLogger(__name__)

# A database that cannot be written now is asked again after a while.
_NOTE_AGAIN_S = 600.0

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its callers.

    Attributes:
        scope: what a key has to be made for; None where nobody is asked, nor counted.
        shoppers: a shop's page calls it, so it needs no key where reading is public.
        search: it may run a model, and counts as a search.
    """

    scope: str | None
    shoppers: bool = False
    search: bool = False


def needs(scope: str | None, *, shoppers: bool = False, search: bool = False) -> Callable[[F], F]:
    """Declare what a route's function asks of its callers; see `Access`."""

    def declared(endpoint: F) -> F:
        endpoint.__access__ = Access(scope, shoppers, search)  # type: ignore[attr-defined]
        return endpoint

    return declared


def access_of(endpoint: Callable[..., Any]) -> Access:
    """What ``endpoint`` declares.

    Raises:
        RuntimeError: nothing; a route that was forgotten must not be open.
    """
    access = getattr(endpoint, "__access__", None)
    if not isinstance(access, Access):
        raise RuntimeError(f"the route of {endpoint.__name__} does not say what it needs: @needs(...)")
    return access


def asks_for_keys(rules: SecurityRules, loopback: bool) -> bool:
    """Whether callers from elsewhere need keys."""
    return rules.keys == "always" or (rules.keys == "auto" and not loopback)


def advice(keys: Keys, rules: SecurityRules, loopback: bool) -> str | None:
    """What the owner should know when the server starts, if anything."""
    if rules.keys == "never":
        if loopback:
            return None
        return 'No key is asked for ([security] keys = "never"): whoever reaches this server can change the shop.'
    if not asks_for_keys(rules, loopback):
        return None
    usable = [key for key in keys.all() if key.is_usable()]
    asked = ["write"] if rules.public_reading else ["read", "write"]
    missing = [scope for scope in asked if not any(key.allows(scope) for key in usable)]
    if not missing:
        return None
    what = " and ".join({"read": "reading", "write": "writing"}[scope] for scope in missing).capitalize()
    return (
        f"{what} over HTTP is refused until there is an API key for it. "
        f"Make one: shopthelook keys create NAME {' '.join(f'--scope {scope}' for scope in missing)}"
    )


class Guard:
    """Lets a call in, or says why not.

    Args:
        loopback: the server listens on this machine's own address only.
        reads: where the database is asked.
    """

    def __init__(self, keys: Keys, rules: SecurityRules, loopback: bool, reads: Workers) -> None:
        self.rules = rules
        self._keys = keys
        self._loopback = loopback
        self._reads = reads
        self._proxies = rules.proxy_networks()
        self._requests = Rates(rules.requests_per_minute)
        self._searches = Rates(rules.searches_per_minute)
        self._noting: set[asyncio.Task[None]] = set()
        self._noted: dict[str, float] = {}
        self._warned = False

    async def admit(self, request: Request, access: Access) -> None:
        """Return if this call may go on.

        Raises:
            ApiError: 401 without a usable key, 403 with a key for other things, 429 after too many calls.
            CatalogError: the database does not tell keys.
        """
        scope = request.scope
        if access.scope is None or self._is_at_home(scope):
            return
        written = None if self.rules.keys == "never" else _bearer(request)
        key = None if written is None else await self._usable(written)
        self._count(scope, key, access)
        if self.rules.keys == "never":
            return
        if key is not None:
            if not key.allows(access.scope):
                raise _missing_scope(key, access.scope)
            self._note_use(key)
        elif written is not None:
            raise _refused(
                access.scope, "key_invalid", "The API key is not known, or was revoked, or is over."
            )
        elif not (access.shoppers and self.rules.public_reading):
            raise _refused(access.scope, "key_required", "This needs an API key.")

    def _is_at_home(self, scope: Scope) -> bool:
        """Whether the caller is a program on this machine, and nobody else can call."""
        return self._loopback and self.rules.keys != "always" and callers.is_direct(scope)

    async def _usable(self, written: str) -> ApiKey | None:
        key = await self._reads.run(self._keys.find, written)
        if key is not None and not key.is_usable():
            log.info("the API key %s (%s) was used, but is revoked or over", key.id, key.name)
            return None
        return key

    def _count(self, scope: Scope, key: ApiKey | None, access: Access) -> None:
        found = callers.address(scope, self._proxies)
        caller = f"key {key.id}" if key is not None else callers.group(found)
        self._warn_of_proxy(scope, found)
        limits = [("requests", self._requests, self.rules.requests_per_minute)]
        if access.search:
            limits.append(("searches", self._searches, self.rules.searches_per_minute))
        for what, rates, most in limits:
            wait = rates.take(caller)
            if wait:
                whose = "key" if key is not None else "address"
                text = (
                    f"Too many {what} from this {whose}: {most} a minute are allowed. "
                    f"Try again in {wait} second{'' if wait == 1 else 's'}."
                )
                raise ApiError(429, "too_many_requests", text, headers={"Retry-After": str(wait)})

    def _warn_of_proxy(self, scope: Scope, found: callers.Address | None) -> None:
        """A proxy that nobody named makes all its callers one, who is soon refused."""
        # Not who is named by a trusted proxy: that may be a caller on the same network.
        if self._warned or found is None or not found.is_private or found != callers.address(scope, ()):
            return
        if any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._warned = True
            log.warning(
                "calls come by way of a proxy at %s and are counted as one caller's; name it in shop.toml: "
                "[security] trusted_proxies",
                found,
            )

    def _note_use(self, key: ApiKey) -> None:
        """Write the hour of the key's use down, without making the caller wait for it."""
        now = time.monotonic()
        if key.used_lately() or now - self._noted.get(key.id, -_NOTE_AGAIN_S) < _NOTE_AGAIN_S:
            return

        async def note() -> None:
            try:
                await self._reads.run(self._keys.note_use, key.id)
            except (CatalogError, ApiError) as error:
                # A shop that cannot be written can be read with a key all the same.
                log.debug("the use of the API key %s was not noted: %s", key.id, error)

        self._noted[key.id] = now
        task = asyncio.create_task(note())
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)


def _bearer(request: Request) -> str | None:
    """The key that comes with a call; other ways of signing in are for who stands before this server."""
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    return written.strip() if scheme.lower() == "bearer" else None


def _refused(needed: str, code: str, why: str) -> ApiError:
    challenge = f'Bearer realm="shopthelook", scope="{needed}"'
    if code == "key_invalid":
        challenge += ', error="invalid_token"'
    text = (
        f'{why} Send one with the scope "{needed}" as "Authorization: Bearer stl_..."; whoever runs the shop makes '
        "keys with: shopthelook keys create"
    )
    return ApiError(401, code, text, headers={"WWW-Authenticate": challenge})


def _missing_scope(key: ApiKey, needed: str) -> ApiError:
    challenge = f'Bearer realm="shopthelook", scope="{needed}", error="insufficient_scope"'
    has = ", ".join(f'"{name}"' for name in key.scopes)
    text = f'The API key may not do this: it needs the scope "{needed}" and has {has}.'
    return ApiError(403, "scope_missing", text, headers={"WWW-Authenticate": challenge})
