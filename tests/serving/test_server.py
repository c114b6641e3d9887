"""Health, metrics, the API's description, headers, and what happens under load."""

from __future__ import annotations

import json
import threading
import time

import httpx
import pytest

from shopthelook import Shop
from shopthelook.serving.errors import ApiError
from shopthelook.serving.security import HEADERS
from shopthelook.serving.workers import Workers
from tests.fixtures.tiny_shop import running
from tests.serving.pictures import ROOM


def test_health(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_not_ready_without_a_database(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> int:
        raise OSError("the database is away")

    monkeypatch.setattr(shop.catalog, "last_seq", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reason": "The server's log says why."}
    assert client.get("/healthz").status_code == 200


def test_status(client: httpx.Client) -> None:
    status = client.get("/v1/status").json()
    assert (status["products"], status["with_code"]) == (120, 120)
    assert (status["scenes"], status["objects"]) == (45, 105)
    assert status["detector"] == "tiny-detector@1"
    assert status["title"] == "Shop The Look"


def test_metrics_count_by_route_and_stage(client: httpx.Client) -> None:
    client.get("/v1/scenes/room-00")
    client.get("/v1/scenes/nowhere")
    client.get("/v1/there-is-no/such-thing")
    client.post("/v1/search", files={"photo": ROOM})
    text = client.get("/metrics").text
    assert 'shopthelook_requests_total{method="GET",route="/v1/scenes/{scene_id}",status="200"}' in text
    assert 'shopthelook_requests_total{method="GET",route="/v1/scenes/{scene_id}",status="404"}' in text
    assert 'route="unmatched"' in text
    assert "nowhere" not in text
    assert "such-thing" not in text
    assert 'shopthelook_request_seconds_count{method="POST",route="/v1/search"}' in text
    for stage in ("search_picture", "decode", "detect", "embed", "retrieve", "fill"):
        assert f'shopthelook_stage_seconds_count{{stage="{stage}"}}' in text
    assert 'shopthelook_held{what="products"} 120.0' in text


@pytest.mark.parametrize("path", ["/", "/v1/status", "/v1/nothing", "/v1/scenes?limit=x", "/metrics"])
def test_every_answer_has_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    for name, value in HEADERS.items():
        assert headers[name] == value


def test_the_policy_lets_no_other_origin_in() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "http" not in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_openapi_describes_every_route(client: httpx.Client) -> None:
    described = client.get("/v1/openapi.json").json()
    operations = [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) >= 14
    for path, method, operation in operations:
        assert operation["summary"], (method, path)
        assert operation["tags"], (method, path)
    search = described["paths"]["/v1/search"]["post"]["requestBody"]["content"]
    assert set(search) == {"multipart/form-data", "application/json"}
    assert "photo" in search["multipart/form-data"]["schema"]["properties"]
    # Every reference leads somewhere.
    text = json.dumps(described)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in described["components"]["schemas"], name


def test_a_failure_of_the_server_says_nothing_of_its_inside(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret path /srv/x")

    monkeypatch.setattr(shop.catalog, "scene_with_objects", broken)
    answer = client.get("/v1/scenes/room-00")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text


def test_a_slow_model_does_not_stop_the_rest(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop and the reads go on while every model thread is busy."""
    release = threading.Event()
    real = shop.detector.detect

    def slow(*args: object, **kwargs: object) -> object:
        release.wait(20)
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(shop.detector, "detect", slow)
    with running(shop) as address:
        answers: list[int] = []

        def ask() -> None:
            answer = httpx.post(f"{address}/v1/decompose", files={"photo": ROOM}, timeout=30)
            answers.append(answer.status_code)

        waiting = [threading.Thread(target=ask) for _ in range(6)]
        for thread in waiting:
            thread.start()
        try:
            time.sleep(0.2)
            start = time.monotonic()
            assert httpx.get(f"{address}/healthz").status_code == 200
            assert httpx.get(f"{address}/v1/scenes").status_code == 200
            assert time.monotonic() - start < 5
            assert answers == []
        finally:
            release.set()
            for thread in waiting:
                thread.join()
        assert answers == [200] * 6


def test_more_than_can_wait_is_refused() -> None:
    import asyncio

    async def scenario() -> None:
        workers = Workers("test", threads=1, queue=1)
        release = threading.Event()
        first = asyncio.create_task(workers.run(release.wait))
        second = asyncio.create_task(workers.run(lambda: "second"))
        await asyncio.sleep(0)
        with pytest.raises(ApiError) as refused:
            await workers.run(lambda: "third")
        assert refused.value.status == 503
        release.set()
        assert await first is True
        assert await second == "second"
        assert await workers.run(lambda: "fourth") == "fourth"
        workers.close()

    asyncio.run(scenario())
