"""SIGTERM: calls that are being answered are answered, new ones find nobody, and the process ends with 0."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from benchmarks.load.slow import BODY, connected

from shopthelook import Shop
from tests.load.conftest import Serve
from tests.serving.pictures import ROOM

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are asked to end as on Unix")


def refused(address: str) -> bool:
    """Whether nobody takes new connections there."""
    try:
        connected(address).close()
    except ConnectionError:
        return True
    return False


def whole(photo: bytes) -> tuple[bytes, bytes]:
    """A search by the photo, in two halves."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
        + photo
        + b"\r\n--b--\r\n"
    )
    head = (
        b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n"
    )
    half = len(body) // 2
    return head + body[:half], body[half:]


def answered(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of what comes until the server closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return head, body


def test_what_is_here_is_answered_and_nothing_new_is_taken(own: Path, serve: Serve) -> None:
    first, second = whole(ROOM)
    with serve(own) as server, connected(server.address) as uploading, connected(server.address) as idle:
        uploading.sendall(first)
        # An answer to a later call says that the server has begun to read the upload.
        assert httpx.get(f"{server.address}/v1/scenes", timeout=120).status_code == 200
        with ThreadPoolExecutor(4) as pool:
            searches = [
                pool.submit(httpx.post, f"{server.address}/v1/search", files={"photo": ROOM}, timeout=300)
                for _ in range(4)
            ]
            # One of them has come far enough that all are at the server.
            while not any(one.done() for one in searches):
                time.sleep(0.01)
            server.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 120
            while not refused(server.address):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            assert server.process.poll() is None
            uploading.sendall(second)
            head, body = answered(uploading)
            assert head.startswith(b"HTTP/1.1 200 ")
            assert json.loads(body)["objects"]
            for one in searches:
                try:
                    assert one.result().status_code == 200
                except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                    # It had not come to the server yet.
                    continue
        # Who has asked nothing is not waited for.
        assert idle.recv(1) == b""
        assert server.process.wait(timeout=300) == 0


def test_a_write_that_was_acknowledged_before_is_there_after(own: Path, serve: Serve) -> None:
    with serve(own) as server:
        with httpx.Client(base_url=server.address, timeout=120) as client:
            assert client.delete("/v1/products/chair-3").json() == {"removed": 1}
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text(encoding="utf-8")
    with Shop.open(own, threads=1) as again:
        assert again.catalog.product("chair-3") is None


def test_a_caller_who_does_not_go_on_does_not_keep_the_server(own: Path, serve: Serve) -> None:
    """A body that never comes is given up after `upload_timeout_s`, also then."""
    settings = own / "shop.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[security]\n", "[security]\nupload_timeout_s = 1\n"), encoding="utf-8")
    with serve(own) as server, connected(server.address) as connection:
        connection.sendall(BODY)
        assert httpx.get(f"{server.address}/v1/scenes", timeout=120).status_code == 200
        assert server.stop() == 0
