"""A server that is not ready yet says that it is alive, and that it is loading."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from shopthelook import Shop
from shopthelook.serving import create_app
from shopthelook.serving.loading import Loading


def ask(app: object, *paths: str) -> list[httpx.Response]:
    async def asking() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(asking())


def test_health_tells_loading_from_ready(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()
    real = shop.index.refresh

    def slow() -> object:
        begun.set()
        release.wait(60)
        try:
            return real()
        finally:
            ended.set()

    monkeypatch.setattr(shop.index, "refresh", slow)
    loading = Loading(shop, failed=lambda: None)
    app = create_app(shop, loopback=True, loading=loading)
    loading.start()
    assert begun.wait(60)
    alive, ready, scenes = ask(app, "/healthz", "/readyz", "/v1/scenes")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.json() == {"status": "loading", "reason": "Models and index are being loaded."}
    # What needs neither a model nor the index is answered.
    assert scenes.status_code == 200
    release.set()
    assert ended.wait(60)
    monkeypatch.undo()
    while not loading.is_done:
        assert loading.error is None
    (ready,) = ask(app, "/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok"})


def test_what_cannot_be_loaded_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise OSError("the index is away")

    monkeypatch.setattr(shop.index, "refresh", broken)
    told = threading.Event()
    loading = Loading(shop, failed=told.set)
    loading.start()
    assert told.wait(60)
    assert isinstance(loading.error, OSError)
    assert not loading.is_done
