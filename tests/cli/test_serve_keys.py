"""A server that other machines can reach: what it says, refuses and takes, and keys made while it runs."""

from __future__ import annotations

import signal
import sys
import time

import httpx
import pytest

from shopthelook import Shop
from tests.cli.test_serve import serving

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")


def test_writing_waits_for_a_key_and_the_page_does_not(shop: Shop) -> None:
    with serving(shop, "--host", "0.0.0.0") as (process, address):  # the owner's own machine asks here
        with httpx.Client(base_url=address, timeout=60) as client:
            deadline = time.monotonic() + 240
            while client.get("/readyz").status_code == 503:  # the search engine may be compiled now
                assert time.monotonic() < deadline
                time.sleep(0.1)
            for path in ("/", "/v1/scenes", "/v1/status", "/healthz", "/readyz"):
                assert client.get(path).status_code == 200, path
            refused = client.delete("/v1/products/never")
            assert refused.status_code == 401
            assert "shopthelook keys create" in refused.json()["error"]["message"]
            made, written = shop.catalog.keys.create("importer", ["write"])
            key = {"Authorization": f"Bearer {written}"}
            assert client.delete("/v1/products/never", headers=key).status_code == 404
            assert client.get("/metrics", headers=key).status_code == 403
            assert shop.catalog.keys.revoke(made.id)
            assert client.delete("/v1/products/never", headers=key).status_code == 401
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert "Writing over HTTP is refused until there is an API key" in errors
    assert "shopthelook keys create NAME --scope write" in errors
    assert written.rpartition("_")[2] not in errors


def test_on_this_machine_alone_nothing_is_asked_for(shop: Shop) -> None:
    with serving(shop) as (process, address):
        assert httpx.delete(f"{address}/v1/products/never", timeout=60).status_code == 404
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert "key" not in errors
