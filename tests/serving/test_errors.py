"""Every malformed request is a 4xx that names its field; none is a 5xx."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving.pictures import ROOM, noise

PHOTO = {"photo": ROOM}


def check(answer: httpx.Response, status: int, code: str, field: str | None) -> None:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "field"}
    assert (error["code"], error["field"]) == (code, field), error
    assert error["message"]


@pytest.mark.parametrize(
    ("sent", "status", "code", "field"),
    [
        ({"files": PHOTO, "data": {"k": "many"}}, 422, "invalid", "k"),
        ({"files": PHOTO, "data": {"k": "0"}}, 422, "invalid", "k"),
        ({"files": PHOTO, "data": {"k": "201"}}, 422, "invalid", "k"),
        ({"files": PHOTO, "data": {"threshold": "2"}}, 422, "invalid", "threshold"),
        ({"files": PHOTO, "data": {"threshold": "nan"}}, 422, "invalid", "threshold"),
        ({"files": PHOTO, "data": {"box": "1,2"}}, 422, "invalid", "box"),
        ({"files": PHOTO, "data": {"box": "a,b,c,d"}}, 422, "invalid", "box"),
        ({"files": PHOTO, "data": {"box": "0.5,0,0.5,1"}}, 422, "bad_box", "box"),
        ({"files": PHOTO, "data": {"box": "0,0,nan,1"}}, 422, "bad_box", "box"),
        ({"files": PHOTO, "data": {"box": "2,2,3,3"}}, 422, "bad_box", "box"),
        ({"files": PHOTO, "data": {"category": "Spaceships"}}, 422, "unknown_category", "category"),
        ({"files": PHOTO, "data": {"wish": "a pony"}}, 422, "invalid", "wish"),
        ({"files": PHOTO, "data": {"scene_id": "room-00"}}, 422, "invalid", "scene_id"),
        ({"files": {"photo": b"no picture"}}, 422, "not_a_picture", "photo"),
        ({"files": {"photo": b""}}, 422, "not_a_picture", "photo"),
        ({"files": {"photo": ROOM[: len(ROOM) // 2]}}, 422, "truncated", "photo"),
        ({"files": {"k": b"3"}}, 422, "invalid", "k"),
        ({"data": {"photo": "text"}}, 422, "invalid", "photo"),
        ({"files": [("photo", ROOM), ("photo", ROOM)]}, 400, "bad_request", None),
        ({"json": {}}, 422, "invalid", "photo"),
        ({"json": []}, 422, "invalid", None),
        ({"json": {"photo": "aGk="}}, 422, "invalid", "photo"),
        ({"json": {"scene_id": 5}}, 422, "invalid", "scene_id"),
        ({"json": {"scene_id": "room-00", "box": [1, 2]}}, 422, "invalid", "box"),
        ({"json": {"object_id": "room-00/0", "box": [0, 0, 1, 1]}}, 422, "invalid", "box"),
        ({"json": {"scene_id": "nowhere"}}, 404, "not_found", "scene_id"),
        ({"json": {"object_id": "room-00/99"}}, 404, "not_found", "object_id"),
        ({"json": {"product_id": "nothing"}}, 404, "not_found", "product_id"),
        ({"json": {"product_id": "a\0b"}}, 422, "invalid", "product_id"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "bad_json", None),
        (
            {"content": b'{"scene_id": "\\ud800"}', "headers": {"content-type": "application/json"}},
            422,
            "invalid",
            "scene_id",
        ),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "unsupported_media_type", None),
        ({}, 415, "unsupported_media_type", None),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, 400, "bad_request", None),
        (
            {"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}},
            400,
            "bad_request",
            None,
        ),
    ],
)
def test_malformed_searches(
    client: httpx.Client, sent: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    check(client.post("/v1/search", **sent), status, code, field)


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "field"),
    [
        ("GET", "/v1/nothing", 404, "not_found", None),
        ("PATCH", "/v1/scenes", 405, "method_not_allowed", None),
        ("GET", "/v1/scenes?limit=0", 422, "invalid", "limit"),
        ("GET", "/v1/scenes?limit=x", 422, "invalid", "limit"),
        ("GET", "/v1/scenes?cursor=%00", 422, "invalid", "cursor"),
        ("GET", "/v1/scenes/nowhere", 404, "not_found", "scene_id"),
        ("GET", "/v1/scenes/a%00b", 422, "invalid", "scene_id"),
        ("GET", "/v1/scenes/room-00/objects/77/products", 404, "not_found", "n"),
        ("GET", "/v1/scenes/room-00/objects/x/products", 422, "invalid", "n"),
        ("GET", "/v1/scenes/room-00/objects/0/products?k=0", 422, "invalid", "k"),
        ("GET", "/v1/scenes/room-00/objects/0/products?offset=-1", 422, "invalid", "offset"),
        ("GET", "/v1/scenes/room-00/objects/0/products?offset=99999", 422, "invalid", "offset"),
        ("GET", "/v1/products/nothing", 404, "not_found", "product_id"),
        ("GET", "/v1/products/nothing/similar", 404, "not_found", "product_id"),
        ("DELETE", "/v1/products/nothing", 404, "not_found", "product_id"),
        ("POST", "/v1/decompose", 422, "invalid", "photo"),
        ("POST", "/v1/products", 422, "invalid", None),
        ("POST", "/v1/products/delete", 422, "invalid", None),
    ],
)
def test_malformed_requests(
    client: httpx.Client, method: str, path: str, status: int, code: str, field: str | None
) -> None:
    check(client.request(method, path), status, code, field)


def test_decompose_names_the_field(client: httpx.Client) -> None:
    check(client.post("/v1/decompose", files=PHOTO, data={"threshold": "7"}), 422, "invalid", "threshold")
    check(client.post("/v1/decompose", files={"photo": b"?"}), 422, "not_a_picture", "photo")
    check(client.post("/v1/decompose", data={"photo": "text"}), 422, "invalid", "photo")


def test_a_picture_over_the_limit_is_refused(client: httpx.Client) -> None:
    large = noise(700)
    assert len(large) > 1_000_000
    check(client.post("/v1/search", files={"photo": large}), 413, "too_large", "photo")
    check(client.post("/v1/decompose", files={"photo": large}), 413, "too_large", "photo")


def test_an_endless_upload_is_stopped_while_it_is_read(address: str) -> None:
    """Nothing declares the length here, so only counting can stop it."""
    where = urlsplit(address)
    assert where.hostname is not None
    assert where.port is not None
    with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
        connection.sendall(
            b"POST /v1/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        )
        start = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
        chunk = start + b"\0" * (64 * 1024 - len(start))
        sent = 0
        try:
            # 64 MB are far more than the limit and whatever is buffered on the way.
            for _ in range(1024):
                connection.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
                sent += len(chunk)
        except OSError:
            pass
        else:
            pytest.fail("the server read 64 MB")
        assert sent < 64 * 1024 * 1024


def test_an_endless_upload_gets_an_answer(client: httpx.Client) -> None:
    def pieces() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
        for _ in range(18):
            yield b"\0" * 65536

    answer = client.post(
        "/v1/search", content=pieces(), headers={"content-type": "multipart/form-data; boundary=b"}
    )
    check(answer, 413, "too_large", "photo")


def test_json_has_the_same_limit(client: httpx.Client) -> None:
    answer = client.post("/v1/products", json=[{"id": "x", "title": "y" * 1_100_000}])
    check(answer, 413, "too_large", "photo")
