"""The clients of the serving benchmark: every request is answered, counted, and none is made up."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from benchmarks.serving.load import Connection, Load, get, joined, loaded, post_photo

from shopthelook import Shop
from tests.fixtures.tiny_shop import running
from tests.serving.conftest import shop
from tests.serving.pictures import ROOM

__all__ = ["shop"]


@pytest.fixture
def address(shop: Shop) -> Iterator[str]:
    with running(shop) as found:
        yield found


def test_a_request_is_what_another_client_sends(address: str) -> None:
    connection = Connection(address)
    try:
        scene = connection.ask(get("/v1/scenes/room-00"))
        assert json.loads(scene) == httpx.get(f"{address}/v1/scenes/room-00", timeout=60).json()
        found = connection.ask(post_photo("/v1/search", ROOM, k=3))
        other = httpx.post(f"{address}/v1/search", files={"photo": ROOM}, data={"k": "3"}, timeout=60)
        assert json.loads(found) == other.json()
    finally:
        connection.close()


def test_all_that_was_asked_is_counted(address: str) -> None:
    name = "shopthelook_requests_total"
    line = f'{name}{{method="GET",route="/v1/scenes/{{scene_id}}",status="200"}}'

    def counted() -> float:
        lines = httpx.get(f"{address}/metrics", timeout=60).text.splitlines()
        return sum(float(one.split()[-1]) for one in lines if one.startswith(line))

    before = counted()
    load = loaded(address, [get("/v1/scenes/room-00"), get("/v1/scenes/room-01")], clients=3, seconds=0.3)
    assert counted() - before == len(load.milliseconds) >= 3
    assert load.per_second == len(load.milliseconds) / load.seconds
    assert 0 < load.quantile(0.5) <= load.quantile(0.99) <= 1000 * load.seconds


def test_a_failure_is_no_figure(address: str) -> None:
    with pytest.raises(RuntimeError, match="404"):
        loaded(address, [get("/v1/scenes/nowhere")], clients=2, seconds=5)


def test_rounds_are_joined() -> None:
    both = joined([Load(4, 2.0, [1.0, 3.0]), Load(4, 1.0, [2.0])])
    assert (both.clients, both.seconds, both.per_second) == (4, 3.0, 1.0)
    assert both.quantile(0.5) == 2.0
