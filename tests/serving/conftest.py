"""A painted shop and a real server for it, one for all tests of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from shopthelook import Shop
from shopthelook.pipeline.security import SecurityRules
from tests.fixtures.tiny_shop import make_shop, running


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Path, tiny_embedder: Path
) -> Iterator[Shop]:
    """Tests that change it use products of their own."""
    with make_shop(tmp_path_factory.mktemp("serving"), tiny_detector, tiny_embedder) as made:
        yield made


@pytest.fixture(scope="session")
def address(shop: Shop) -> Iterator[str]:
    """Where the shop is served; the largest request is 1 MB."""
    with running(shop, max_body_bytes=1_000_000) as served:
        yield served


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    """A client of the served shop."""
    with httpx.Client(base_url=address, timeout=20) as made:
        yield made


Serve = Callable[..., AbstractContextManager[httpx.Client]]
NewKey = Callable[..., dict[str, str]]


@pytest.fixture
def serve(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Serve the shop as one that others can reach, with settings of ``[security]``; gives a client."""

    @contextmanager
    def serving(*, loopback: bool = False, **rules: Any) -> Iterator[httpx.Client]:
        monkeypatch.setattr(shop, "config", replace(shop.config, security=SecurityRules(**rules)))
        with (
            running(shop, loopback=loopback, max_body_bytes=1_000_000) as address,
            httpx.Client(base_url=address, timeout=60) as made,
        ):
            yield made

    return serving


@pytest.fixture
def new_key(shop: Shop) -> Iterator[NewKey]:
    """Make a key for the given scopes; gives the header that carries it."""
    made: list[str] = []

    def make(*scopes: str, **options: Any) -> dict[str, str]:
        key, written = shop.catalog.keys.create("test", scopes, **options)
        made.append(key.id)
        return {"Authorization": f"Bearer {written}"}

    yield make
    for key_id in made:
        shop.catalog.keys.revoke(key_id)
