"""What Prometheus is told of queues, models, index and process, and that its labels are few."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from shopthelook import Shop
from shopthelook.serving.errors import ApiError
from shopthelook.serving.gauges import State
from shopthelook.serving.loading import Loading
from shopthelook.serving.workers import Workers
from tests.serving.pictures import EMPTY, ROOM
from tests.serving.test_products import chair, picture_host

__all__ = ["picture_host"]

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """Name and labels of every sample, with its value."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def measured(client: httpx.Client) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return samples(answer.text)


def test_the_state_of_the_server(client: httpx.Client, shop: Shop) -> None:
    assert client.post("/v1/search", files={"photo": ROOM}).status_code == 200
    now = measured(client)
    for pool in ("models", "reads"):
        # This question is one call of the pool for reads.
        assert now["shopthelook_queue_length", (("pool", pool),)] == 0
        assert now["shopthelook_queue_rejected_total", (("pool", pool),)] == 0
    assert now["shopthelook_queue_running", (("pool", "reads"),)] == 1
    assert now["shopthelook_model_loaded", (("kind", "detector"), ("model", "tiny-detector@1"))] == 1
    assert now["shopthelook_model_loaded", (("kind", "embedder"), ("model", "tiny-embedder@1"))] == 1
    assert now["shopthelook_index_rows", ()] == len(shop.index)
    assert now["shopthelook_index_seq", ()] == now["shopthelook_last_seq", ()] == shop.catalog.last_seq()
    assert 0 < now["shopthelook_index_changed_timestamp_seconds", ()] <= time.time()
    assert now["shopthelook_index_generation_info", (("embedder", shop.generation.bundle.key),)] == 1
    assert now["shopthelook_loaded", ()] == 1
    if sys.platform == "linux":
        assert now["process_resident_memory_bytes", ()] > 2**20


def test_batches_and_waits_are_counted(client: httpx.Client) -> None:
    def count(now: Samples, name: str) -> float:
        return now[name, ()]

    wait = ("shopthelook_stage_seconds_count", (("stage", "wait"),))
    client.post("/v1/search", files={"photo": ROOM})
    before = measured(client)
    client.post("/v1/search", files={"photo": ROOM})
    client.post("/v1/search", files={"photo": EMPTY})
    after = measured(client)
    assert count(after, "shopthelook_batch_size_count") == count(before, "shopthelook_batch_size_count") + 2
    # Two objects in the one, the whole picture in the other.
    assert count(after, "shopthelook_batch_size_sum") == count(before, "shopthelook_batch_size_sum") + 3
    assert after[wait] == before[wait] + 2


def test_a_change_is_seen_in_the_index(client: httpx.Client, shop: Shop, picture_host: str) -> None:
    client.get("/v1/products/chair-1/similar")
    before = measured(client)
    assert client.post("/v1/products", json=chair("seen", picture_host)).status_code == 200
    behind = measured(client)
    assert behind["shopthelook_last_seq", ()] > behind["shopthelook_index_seq", ()]
    client.get("/v1/products/chair-1/similar")
    after = measured(client)
    assert after["shopthelook_last_seq", ()] == after["shopthelook_index_seq", ()]
    name = "shopthelook_index_changed_timestamp_seconds"
    assert after[name, ()] > before[name, ()]
    shop.delete_products(["seen"])


def test_labels_do_not_grow_with_what_is_asked(client: httpx.Client) -> None:
    def ask(word: str) -> None:
        client.get(f"/v1/scenes/{word}")
        client.get(f"/v1/products/{word}/similar")
        client.get(f"/{word}.php?{word}={word}")
        client.request(f"BREW{word}".upper(), "/v1/scenes")
        client.request(f"STIR{word}".upper(), f"/{word}")

    ask("first")
    before = set(measured(client))
    for n in range(5):
        ask(f"other{n}")
    after = set(measured(client))
    assert after == before
    assert not [one for one in after if "BREW" in str(one) or "first" in str(one)]


def test_who_is_refused_is_counted(shop: Shop) -> None:
    async def scenario() -> str:
        pool = Workers("small", threads=1, queue=1)
        registry = CollectorRegistry()
        registry.register(State(shop, (pool,), None))
        release = threading.Event()
        calls = [asyncio.create_task(pool.run(release.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        for _ in range(3):
            with pytest.raises(ApiError):
                await pool.run(release.wait)
        text = generate_latest(registry).decode()
        release.set()
        await asyncio.gather(*calls)
        pool.close()
        return text

    now = samples(asyncio.run(scenario()))
    assert now["shopthelook_queue_rejected_total", (("pool", "small"),)] == 3
    assert now["shopthelook_queue_length", (("pool", "small"),)] == 1
    assert now["shopthelook_queue_running", (("pool", "small"),)] == 1


def test_a_server_that_loads_is_measured(shop: Shop) -> None:
    registry = CollectorRegistry()
    registry.register(State(shop, (), Loading(shop, failed=lambda: None)))
    now = samples(generate_latest(registry).decode())
    assert now["shopthelook_loaded", ()] == 0
    assert not [name for name, _ in now if "index" in name or "model" in name]
