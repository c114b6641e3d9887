"""Limits of time: heads and bodies that do not come, answers that take too long, and packets that do not wait."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from benchmarks.serving.load import post_photo

from shopthelook import Shop
from shopthelook.serving import limits
from shopthelook.serving.connections import PromptConnection
from shopthelook.serving.errors import ApiError
from shopthelook.serving.limits import _ARRIVED, Arrival, answer_within
from tests.fixtures.tiny_shop import running
from tests.serving.conftest import Serve
from tests.serving.pictures import ROOM
from tests.serving.test_errors import check

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
UPLOAD = (
    b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: 500000\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
)


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    where = httpx.URL(address)
    assert where.port is not None
    with socket.create_connection((where.host, where.port), timeout=30) as connection:
        yield connection


def drip(connection: socket.socket, data: bytes) -> bytes:
    """Send a byte now and then until the server closes; what it answered."""
    answer = b""
    connection.settimeout(0.03)
    deadline = time.monotonic() + 30
    for byte in data:
        try:
            connection.sendall(bytes([byte]))
            part = connection.recv(65536)
        except TimeoutError:
            assert time.monotonic() < deadline, "the server still listens"
            continue
        except OSError:
            return answer
        if not part:
            return answer
        answer += part
    raise AssertionError("the server took everything")


def rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def test_a_body_that_does_not_come_is_not_waited_for(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_LINGER_S", 0.2)
    with serve(upload_timeout_s=1) as client, connected(str(client.base_url)) as connection:
        connection.sendall(UPLOAD)
        head, _, body = rest(connection).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head.lower()
        assert json.loads(body)["error"]["code"] == "too_slow"


def test_a_body_that_drips_is_not_waited_for(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_LINGER_S", 0.2)
    with serve(upload_timeout_s=1) as client, connected(str(client.base_url)) as connection:
        connection.sendall(UPLOAD)
        assert b"too_slow" in drip(connection, b"\0" * 2000)
        # The same limit leaves others alone.
        assert client.post("/v1/search", files={"photo": ROOM}).status_code == 200


@pytest.mark.parametrize("size", [1_000, 900_000, 1_100_000, 1_900_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_before_the_whole_request_arrives(serve: Serve, size: int, chunked: bool) -> None:
    """Whoever is refused early hears why, and not that the connection broke."""

    def pieces() -> Iterator[bytes]:
        yield from [b"\0" * 1000] * (size // 1000)

    with serve() as client:
        sent = pieces() if chunked else b"\0" * size
        answer = client.post("/v1/products", content=sent, headers={"content-type": "application/json"})
        assert answer.status_code == (413 if size > 1_000_000 and not chunked else 401)
        assert client.delete("/v1/products/x").status_code == 401


def test_an_upload_that_goes_on_for_good_is_left(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_LINGER_S", 0.3)
    with serve() as client, connected(str(client.base_url)) as connection:
        connection.sendall(
            b"POST /v1/products HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"
        )
        assert b"key_required" in drip(connection, b"hello" + b"\r\n1\r\nx" * 2000)


@pytest.mark.parametrize("said", [b"", HEAD[:7]])
def test_a_head_that_does_not_come_ends_the_connection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(PromptConnection, "head_timeout_s", 0.3)
    with running(shop) as address, connected(address) as connection:
        connection.sendall(said)
        assert rest(connection) == b""


def test_a_head_that_drips_ends_the_connection(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PromptConnection, "head_timeout_s", 0.3)
    with running(shop) as address:
        with connected(address) as connection:
            assert drip(connection, HEAD + b"X: " + b"x" * 2000) == b""
        with connected(address) as connection:
            connection.sendall(HEAD + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            assert b"200 OK" not in drip(connection, HEAD + b"X: " + b"x" * 2000)


ANSWERS = b"GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50


def reading_little(address: str) -> socket.socket:
    """A connection whose system takes in hardly anything before it is read."""
    where = httpx.URL(address)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(30)
    made.connect((where.host, where.port))
    return made


def ask_until_cut(connection: socket.socket) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection.sendall(ANSWERS)


def test_an_answer_that_nobody_takes_is_not_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PromptConnection, "read_timeout_s", 0.3)
    with (
        running(shop) as address,
        reading_little(address) as connection,
        pytest.raises((ConnectionResetError, BrokenPipeError)),
    ):
        ask_until_cut(connection)


def test_an_answer_that_is_taken_bit_by_bit_is_sent_to_its_end(shop: Shop) -> None:
    with running(shop) as address, reading_little(address) as connection:
        length = len(httpx.get(f"{address}/v1/openapi.json", timeout=60).content)
        connection.sendall(ANSWERS)
        taken = 0
        while taken < 50 * length:
            part = connection.recv(50_000)
            assert part, taken
            taken += len(part)


def test_one_answer_after_the_other_may_be_taken_slowly(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the next answer adds to what is left does not look as if nothing was taken."""
    monkeypatch.setattr(PromptConnection, "read_timeout_s", 1.5)
    with running(shop) as address, reading_little(address) as connection:
        length = len(httpx.get(f"{address}/v1/openapi.json", timeout=60).content)
        connection.sendall(4 * ANSWERS)
        total = 200 * length
        begun = time.monotonic()
        taken = 0
        while taken < total:
            part = connection.recv(50_000)
            assert part, taken
            taken += len(part)
            # Six seconds in all, in which each look at the reader finds more answers than before.
            while time.monotonic() - begun < 6 * taken / total:
                time.sleep(0.01)


def test_a_head_in_time_has_all_the_time_for_its_body(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PromptConnection, "head_timeout_s", 0.2)
    with running(shop) as address, connected(address) as connection:
        for _ in range(2):
            connection.sendall(
                b"POST /v1/products/delete HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 16\r\n\r\n"
            )
            time.sleep(0.5)
            connection.sendall(b'{"ids": ["no"]} ')
            answer = b""
            while not answer.endswith(b'{"removed":0}'):
                part = connection.recv(65536)
                assert part, answer
                answer += part


def test_an_answer_that_takes_too_long_is_given_up(
    serve: Serve, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    real = shop.catalog.scene_with_objects

    def slow(scene_id: str) -> object:
        release.wait(30)
        return real(scene_id)

    monkeypatch.setattr(shop.catalog, "scene_with_objects", slow)
    with serve(answer_timeout_s=0.2) as client:
        try:
            answer = client.get("/v1/scenes/room-00")
            check(answer, 503, "timeout", None)
            assert answer.headers["retry-after"]
        finally:
            release.set()
        deadline = time.monotonic() + 60
        while client.get("/v1/scenes/room-00").status_code != 200:
            assert time.monotonic() < deadline


def test_nobody_works_for_who_has_gone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, release = threading.Event(), threading.Event()
    real = shop.detector.detect

    def slow(*args: object, **options: object) -> object:
        begun.set()
        assert release.wait(60)
        return real(*args, **options)  # type: ignore[arg-type]

    def asked(status: int) -> bool:
        name = f'shopthelook_requests_total{{method="POST",route="/v1/search",status="{status}"}}'
        return name in httpx.get(f"{address}/metrics", timeout=60).text

    def stages() -> float:
        text = httpx.get(f"{address}/metrics", timeout=60).text
        lines = [line for line in text.splitlines() if 'stage_seconds_count{stage="embed"}' in line]
        return float(lines[0].split()[-1]) if lines else 0.0

    with running(shop) as address:
        assert httpx.post(f"{address}/v1/search", files={"photo": ROOM}, timeout=60).status_code == 200
        assert stages() == 1
        monkeypatch.setattr(shop.detector, "detect", slow)
        with connected(address) as connection:
            connection.sendall(post_photo("/v1/search", ROOM))
            assert begun.wait(60)
        deadline = time.monotonic() + 60
        while not asked(499):
            assert time.monotonic() < deadline
        release.set()
        while 'queue_running{pool="models"} 0.0' not in httpx.get(f"{address}/metrics", timeout=60).text:
            assert time.monotonic() < deadline
        # Its objects were found, but not embedded.
        assert stages() == 1
        assert httpx.post(f"{address}/v1/search", files={"photo": ROOM}, timeout=60).status_code == 200
        assert stages() == 2


def test_a_write_is_not_given_up_half_way(serve: Serve, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shop.delete_products

    def slow(ids: list[str]) -> int:
        time.sleep(0.4)
        return real(ids)

    monkeypatch.setattr(shop, "delete_products", slow)
    with serve(loopback=True, answer_timeout_s=0.1) as client:
        assert client.post("/v1/products/delete", json={"ids": ["never"]}).json() == {"removed": 0}


def test_the_time_for_an_answer_starts_when_the_request_is_here() -> None:
    async def late(arrival: Arrival) -> None:
        async with answer_within({_ARRIVED: arrival}, 0.01):
            await asyncio.sleep(0.1)
            arrival.complete()
            await asyncio.sleep(30)

    async def prompt() -> None:
        async with answer_within({_ARRIVED: Arrival(done=True)}, 0.01):
            await asyncio.sleep(30)

    arrival = Arrival(done=False)
    for scenario in (late(arrival), prompt()):
        with pytest.raises(ApiError) as refused:
            asyncio.run(scenario)
        assert (refused.value.status, refused.value.code) == (503, "timeout")
    # The first was not over before.
    assert arrival.done


def test_a_timeout_of_something_else_stays_what_it_is() -> None:
    async def scenario() -> None:
        with pytest.raises(TimeoutError, match="of the disk"):
            async with answer_within({_ARRIVED: Arrival(done=True)}, 30):
                raise TimeoutError("of the disk")

    asyncio.run(scenario())


def test_small_answers_do_not_wait_for_each_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head and a body in two packets, sent without waiting for the first to be confirmed."""
    options: list[int] = []
    made = PromptConnection.connection_made

    def noting(self: PromptConnection, transport: asyncio.Transport) -> None:
        made(self, transport)
        link = transport.get_extra_info("socket")
        options.append(link.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(PromptConnection, "connection_made", noting)
    with running(shop) as address:
        assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
    assert options
    assert all(options)
