"""Callers who are slow on purpose, or send more than they should: others are served meanwhile."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import numpy as np
import pytest
from benchmarks.load.server import Server
from benchmarks.load.slow import BODY, HEAD, connected
from PIL import Image

from tests.serving.pictures import ROOM

MANY = 150


@contextmanager
def going_on(work: Callable[[threading.Event], None], threads: int) -> Iterator[None]:
    """Work that threads do meanwhile."""
    stop = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(work, stop) for _ in range(threads)]
        try:
            yield
        finally:
            stop.set()
            for one in running:
                one.result()


def others_are_served(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=120) as client:
        scene = client.get("/v1/scenes/room-00")
        assert scene.status_code == 200
        for path in ("/v1/scenes", "/v1/scenes/room-00/objects/0/products", scene.json()["image"], "/readyz"):
            assert client.get(path).status_code == 200
        found = client.post("/v1/search", files={"photo": ROOM})
        assert found.status_code == 200
        assert found.json()["objects"]


def test_heads_and_bodies_that_do_not_come(server: Server) -> None:
    with ExitStack() as open_connections:
        for turn in range(MANY):
            connection = open_connections.enter_context(connected(server.address))
            connection.sendall(HEAD if turn % 2 else BODY)
        others_are_served(server)


def test_answers_that_nobody_reads(server: Server) -> None:
    with ExitStack() as open_connections:
        for _ in range(MANY):
            connection = open_connections.enter_context(connected(server.address, receive=4096))
            connection.sendall(b"GET /v1/scenes?limit=200 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10)
        others_are_served(server)


def test_a_flood_of_large_uploads(server: Server) -> None:
    """As large as photos may be, by more callers at once than there are threads for models."""
    noise = np.random.default_rng(0).integers(0, 255, (2400, 2400, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=0)
    large = file.getvalue()
    assert 15_000_000 < len(large) < 20_000_000
    statuses: set[int] = set()

    def flood(stop: threading.Event) -> None:
        with httpx.Client(base_url=server.address, timeout=300) as client:
            while not stop.is_set():
                statuses.add(client.post("/v1/search", files={"photo": large}).status_code)

    before = server.resident()
    with going_on(flood, threads=6):
        others_are_served(server)
    # Some may be told that there is too much to do; none fails.
    assert statuses <= {200, 503}
    assert statuses
    # A photo may be there as bytes and as pixels, for each of those that are here at once; no more.
    assert server.resident() - before < 6 * 4 * 3 * 2400**2


def test_uploads_over_the_limit_are_refused_and_others_served(server: Server) -> None:
    def flood(stop: threading.Event) -> None:
        with httpx.Client(base_url=server.address, timeout=300) as client:
            while not stop.is_set():
                answer = client.post("/v1/search", files={"photo": b"\xff\xd8\xff" + bytes(21_000_000)})
                assert answer.status_code == 413

    with going_on(flood, threads=4):
        others_are_served(server)


@pytest.mark.parametrize("size", [100, 600_000])
def test_garbage_instead_of_a_photo(server: Server, size: int) -> None:
    def flood(stop: threading.Event) -> None:
        with httpx.Client(base_url=server.address, timeout=300) as client:
            while not stop.is_set():
                answer = client.post("/v1/search", files={"photo": ROOM[:50] + bytes(size)})
                assert answer.status_code == 422

    with going_on(flood, threads=4):
        others_are_served(server)
