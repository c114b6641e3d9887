"""A change of the embedder while the shop is served."""

from __future__ import annotations

import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from shopthelook import Shop
from shopthelook.pipeline.background import embedding
from shopthelook.pipeline.reembedding import changeover_turn, embed_products
from shopthelook.pipeline.reports import ImportReport
from tests.pipeline.feeds import Feed
from tests.pipeline.test_crash import everything, rebuilt
from tests.pipeline.test_reembedding import N, by_picture, changed, name_embedder, old, other  # noqa: F401
from tests.pipeline.test_two_processes import get, served


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def workers() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "shopthelook-embedding"]


def test_it_is_done_in_the_background(changed: Shop, old: Shop) -> None:  # noqa: F811
    key = changed.wanted_bundle.key
    before = by_picture(old)
    seen = []
    with embedding(changed):
        while changed.catalog.changeover.serving() != key:
            seen.append(by_picture(changed))
        after = by_picture(changed)
        wait_for(lambda: not workers())
    assert seen
    assert all(answer in (before, after) for answer in seen)
    assert len(after) == N
    assert before != after
    assert by_picture(old) == after
    assert changed.catalog.codes_by_bundle() == {key: N}
    assert changed.status().next_embedder is None
    with embedding(changed):
        assert not workers()


def test_leaving_stops_it_and_the_next_goes_on(changed: Shop) -> None:  # noqa: F811
    key = changed.wanted_bundle.key
    with embedding(changed):
        wait_for(lambda: changed.catalog.changeover.count(key).done > 0)
    assert not workers()
    with embedding(changed):
        wait_for(lambda: not workers())
    assert changed.status().embedder == "other-embedder@1"


def test_another_process_goes_on_where_one_ends(changed: Shop, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("shopthelook.pipeline.background._AGAIN_S", 0.02)
    with Shop.open(changed.directory, threads=1) as second, embedding(second):
        pass
    with ExitStack() as held:
        held.enter_context(changeover_turn(changed))
        with Shop.open(changed.directory, threads=1) as second, embedding(second):
            assert workers()
            assert second.status().next_codes < N
            held.close()
            wait_for(lambda: not workers())
    assert changed.status().embedder == "other-embedder@1"


def test_a_failure_of_the_machine_is_told_and_tried_again(
    changed: Shop,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures = [OSError(28, "No space left on device")]

    def embed(*args: Any, **kwargs: Any) -> ImportReport:
        if failures:
            raise failures.pop()
        return embed_products(*args, **kwargs)

    monkeypatch.setattr("shopthelook.pipeline.background.embed_products", embed)
    monkeypatch.setattr("shopthelook.pipeline.background._AFTER_A_FAILURE_S", 0.02)
    with embedding(changed):
        wait_for(lambda: not workers())
    assert changed.status().embedder == "other-embedder@1"
    assert "No space left on device" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="stopped by a signal")
def test_servers_switch_without_a_failed_request(shop: Shop, feed: Feed, other: Path) -> None:  # noqa: F811
    """One server was started before the change; of two that were started after it, one does the work."""
    feed.fill(300)
    shop.import_products(feed.path)
    with ExitStack() as stack:
        first = stack.enter_context(served(shop))
        query = f"{first}/v1/products/p0000/similar?k=100"
        before = [hit["distance"] for hit in get(query)["hits"]]
        assert get(f"{first}/v1/status")["next_embedder"] is None
        name_embedder(shop, other)
        addresses = [first, *(stack.enter_context(served(shop)) for _ in range(2))]
        seen: set[str] = set()
        while len(seen) < 3:
            for address in addresses:
                # A failed request raises.
                hits = get(f"{address}/v1/products/p0000/similar?k=100")["hits"]
                distances = [hit["distance"] for hit in hits]
                status = get(f"{address}/v1/status")
                assert len(hits) == 99
                if status["embedder"] == "tiny-embedder@1":
                    assert distances == before
                elif distances != before:
                    seen.add(address)
        for address in addresses:
            status = get(f"{address}/v1/status")
            assert (status["embedder"], status["next_embedder"]) == ("other-embedder@1", None)
            assert (status["with_code"], status["note"]) == (300, None)
            with urllib.request.urlopen(f"{address}/metrics", timeout=120) as answer:
                assert b'shopthelook_next_codes{state="left"} 0.0' in answer.read()
            assert get(f"{address}/readyz") == {"status": "ok"}
    assert everything(shop, shop.index) == everything(shop, rebuilt(shop))
