"""Photos that are searched at the same time share runs of the embedder, and answer as if they were alone."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook import Shop
from shopthelook.embedding import Embeddings
from tests.fixtures.tiny_shop import running
from tests.serving.pictures import EMPTY, ROOM
from tests.serving.test_metrics import measured

ASKED = 12


def test_photos_at_the_same_time_share_batches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder, go = shop.embedder, threading.Event()
    real = embedder.embed_prepared
    runs: list[int] = []

    def held(pixels: NDArray[np.uint8]) -> Embeddings:
        runs.append(len(pixels))
        assert go.wait(60)
        return real(pixels)

    def ask(photo: bytes) -> Any:
        with httpx.Client(base_url=address, timeout=60) as client:
            answer = client.post("/v1/search", files={"photo": photo}, data={"k": "5"})
        assert answer.status_code == 200
        return answer.json()

    with running(shop, model_threads=ASKED) as address:
        # Two objects in the one, none in the other, which is searched as a whole.
        alone = {photo: ask(photo) for photo in (ROOM, EMPTY)}
        photos = [ROOM, EMPTY] * (ASKED // 2)
        monkeypatch.setattr(shop.batching, "_lines", type(shop.batching._lines)())
        monkeypatch.setattr("shopthelook.pipeline.batching.usable_cores", lambda: 1)
        monkeypatch.setattr(embedder, "embed_prepared", held)
        with httpx.Client(base_url=address, timeout=60) as client:
            before = measured(client)
            with ThreadPoolExecutor(ASKED) as pool:
                answers = [pool.submit(ask, photo) for photo in photos]
                deadline = time.monotonic() + 60
                while not runs or shop.batching.waiting < ASKED - runs[0]:
                    assert time.monotonic() < deadline
                    time.sleep(0.001)
                go.set()
                found = [answer.result(60) for answer in answers]
            after = measured(client)
    assert found == [alone[photo] for photo in photos]
    assert sum(runs) == ASKED + ASKED // 2
    assert len(runs) < ASKED
    count = ("shopthelook_batch_size_count", ())
    assert after[count] - before[count] == len(runs)
