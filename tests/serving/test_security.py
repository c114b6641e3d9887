"""What a browser of another site may do, what every answer carries, and that no request names a file."""

from __future__ import annotations

import random
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from shopthelook import Shop
from shopthelook.serving.security import HEADERS
from tests.images.test_decode_damaged import damaged, files
from tests.serving.conftest import Serve
from tests.serving.pictures import ROOM
from tests.serving.test_errors import check

SHOP = "https://shop.example"
PREFLIGHT = {
    "Origin": SHOP,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization,content-type",
}


def test_without_settings_no_other_site_reads_answers(serve: Serve) -> None:
    with serve() as client:
        answer = client.get("/v1/scenes", headers={"Origin": SHOP})
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert client.options("/v1/products/x", headers=PREFLIGHT).status_code == 405


def test_named_sites_read_answers_and_others_do_not(serve: Serve) -> None:
    with serve(cors_origins=(SHOP,)) as client:
        for path in ("/v1/scenes", "/v1/nothing", "/metrics"):
            answer = client.get(path, headers={"Origin": SHOP})
            assert answer.headers["access-control-allow-origin"] == SHOP, path
            assert "access-control-allow-credentials" not in answer.headers
            other = client.get(path, headers={"Origin": "https://other.example"})
            assert "access-control-allow-origin" not in other.headers
        allowed = client.options("/v1/products/x", headers=PREFLIGHT)
        assert allowed.status_code == 200
        assert "PUT" in allowed.headers["access-control-allow-methods"]
        assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
        refused = client.options("/v1/products/x", headers=PREFLIGHT | {"Origin": "https://other.example"})
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
        # Also what is refused before a route is reached can be read, or a page could not say why.
        large = client.post("/v1/search", content=b"x" * 1_200_000, headers={"Origin": SHOP})
        assert (large.status_code, large.headers["access-control-allow-origin"]) == (413, SHOP)


def test_every_site_where_that_is_set(serve: Serve) -> None:
    with serve(cors_origins=("*",)) as client:
        assert (
            client.get("/v1/scenes", headers={"Origin": SHOP}).headers["access-control-allow-origin"] == "*"
        )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
@pytest.mark.parametrize("path", ["/v1/products", "/v1/products/delete"])
def test_another_sites_form_cannot_write(
    client: httpx.Client, shop: Shop, path: str, kind: str | None
) -> None:
    """What a browser sends to other sites without asking first is no JSON, so it is not taken for it."""
    before = shop.catalog.last_seq()
    headers = {} if kind is None else {"Content-Type": kind}
    body = b'{"ids": ["chair-1"], "id": "chair-1", "title": "Taken over"}'
    assert client.post(path, content=body, headers=headers).status_code == 422
    # Where the browser says whose page it is, as all do today, nothing is taken from it without a key.
    for more in ({}, {"Content-Type": "application/json"}):
        sent = client.post(path, content=body, headers=headers | more | {"Origin": "https://evil.example"})
        check(sent, 401, "key_required", None)
    assert shop.catalog.last_seq() == before


def test_every_failure_has_the_security_headers(
    serve: Serve, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(shop.catalog, "scene_with_objects", broken)
    with serve(requests_per_minute=16, cors_origins=(SHOP,)) as client:
        found = {}
        for answer in (
            client.get("/v1/scenes"),
            client.get("/v1/scenes/room-00", headers={"Origin": SHOP}),
            client.get("/v1/nothing"),
            client.delete("/v1/products/x"),
            client.get("/v1/scenes", headers={"Authorization": "Bearer x"}),
            client.patch("/v1/scenes"),
            client.post("/v1/search", content=b"x" * 1_200_000),
            *[client.get("/v1/scenes") for _ in range(5)],
        ):
            found[answer.status_code] = answer
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, answer.status_code
        assert set(found) == {200, 401, 404, 405, 413, 429, 500}
        assert found[500].headers["access-control-allow-origin"] == SHOP


MARK = "zqmarkzq"
NAMES = [
    MARK,
    f"../{MARK}",
    f"../../../../tmp/{MARK}",
    f"/tmp/{MARK}",
    f"..%2f..%2f{MARK}",
    f"%2e%2e/{MARK}",
    f"..\\{MARK}",
    f"file:///tmp/{MARK}",
    f"{MARK}%00.png",
    f"{MARK}/../../shop.toml",
]


class Opened:
    """Notes the names of files that this process touches."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.on = True
        # A hook stays for good; it is only switched off.
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in ("open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove"):
            self.names += [str(one) for one in arguments if isinstance(one, str | bytes | Path)]


@pytest.fixture(scope="module")
def opened() -> Any:
    """What the server's process touches while the tests of this module run."""
    noting = Opened()
    yield noting
    noting.on = False


@pytest.mark.parametrize("name", NAMES)
def test_no_request_names_a_file(client: httpx.Client, opened: Opened, name: str, tmp_path: Path) -> None:
    (tmp_path / MARK).touch()
    assert any(MARK in one for one in opened.names), "the hook hears"
    opened.names.clear()
    for method, path in (
        ("GET", f"/{name}"),
        ("GET", f"/assets/{name}"),
        ("GET", f"/scene/{name}"),
        ("GET", f"/v1/pictures/{name}"),
        ("GET", f"/v1/pictures/{name}?w=160"),
        ("GET", f"/v1/scenes/{name}"),
        ("GET", f"/v1/scenes/{name}/objects/0/products"),
        ("GET", f"/v1/scenes?cursor={name}"),
        ("GET", f"/v1/products/{name}"),
        ("GET", f"/v1/products/{name}/similar"),
        ("DELETE", f"/v1/products/{name}"),
    ):
        assert client.request(method, path).status_code in (200, 404, 422), (method, path)
    for field in ("scene_id", "object_id", "product_id"):
        assert client.post("/v1/search", json={field: name}).status_code in (404, 422)
    photo = {"photo": (name, ROOM, "image/png")}
    for sent in ({}, {"category": name}, {"where": f'brand:"{name}"'}):
        assert client.post("/v1/search", files=photo, data=sent).status_code in (200, 422)
    assert client.post("/v1/decompose", files=photo).status_code == 200
    for link in (name, f"file:///{name}", f"/tmp/{name}"):
        product = {"id": name, "title": name, "image_link": link, "additional_image_link": link}
        answer = client.post("/v1/products", json=product)
        assert answer.status_code == 200
        assert answer.json()["results"][0]["status"] == "failed"
    assert not [one for one in opened.names if MARK in one]
    check(client.get("/v1/products/nothing"), 404, "not_found", "product_id")


def test_damaged_pictures_are_the_callers_fault(client: httpx.Client) -> None:
    chance = random.Random(7)
    for name, data in files().items():
        for _ in range(3):
            changes = [
                (
                    chance.choice(["set", "cut", "huge", "end"]),
                    chance.randrange(len(data)),
                    40,
                    chance.randrange(256),
                )
                for _ in range(chance.choice([1, 4]))
            ]
            answer = client.post("/v1/decompose", files={"photo": damaged(data, changes)})
            assert answer.status_code in (200, 422), (name, changes, answer.text)


def test_pictures_with_more_pixels_than_set_are_refused(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop, "config", replace(shop.config, max_pixels=320 * 240 - 1))
    check(client.post("/v1/search", files={"photo": ROOM}), 422, "too_many_pixels", "photo")
    monkeypatch.setattr(shop, "config", replace(shop.config, max_pixels=320 * 240))
    assert client.post("/v1/search", files={"photo": ROOM}).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_a_products_picture_does_not_come_from_inside(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(shop, "config", replace(shop.config, allow_private=False))
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0)
        link = f"http://{host}:{inside.getsockname()[1]}/latest/meta-data"
        answer = client.put("/v1/products/sly", json={"title": "Sly", "image_link": link})
        check(answer, 422, "refused", "image_link")
        assert "has a private address" in answer.json()["error"]["message"]
        with pytest.raises(BlockingIOError):
            inside.accept()
