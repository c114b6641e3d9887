"""Products over HTTP: added, changed, removed, and seen by the next search."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from tests.serving.pictures import ROOM, encoded
from tests.serving.test_errors import check

WHOLE_CHAIR = encoded((0, 0, 0, 320, 240))


@pytest.fixture(scope="module")
def picture_host() -> Iterator[str]:
    """A merchant's server: a picture at /chair.png, nothing anywhere else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/chair.png"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            if found:
                self.wfile.write(WHOLE_CHAIR)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def found_ids(client: httpx.Client) -> list[str]:
    sent = {"box": "0.125,0.25,0.375,0.75", "category": "Chairs", "k": "100"}
    body = client.post("/v1/search", files={"photo": ROOM}, data=sent).json()
    return [hit["product_id"] for hit in body["objects"][0]["hits"]]


def chair(key: str, host: str, **more: object) -> dict[str, object]:
    return {
        "id": key,
        "title": "Fresh chair",
        "image_link": f"{host}/chair.png",
        "price": "12.00 EUR",
        "google_product_category": "Furniture > Chairs",
        **more,
    }


def test_a_product_is_there_for_the_next_search_and_gone_after(
    client: httpx.Client, picture_host: str
) -> None:
    assert "fresh" not in found_ids(client)
    first = client.put("/v1/products/fresh", json=chair("fresh", picture_host))
    assert first.status_code == 200, first.text
    assert first.json() == {"id": "fresh", "status": "added", "problems": []}
    assert "fresh" in found_ids(client)
    assert client.put("/v1/products/fresh", json=chair("fresh", picture_host)).json()["status"] == "unchanged"
    changed = chair("fresh", picture_host, price="9.00 EUR")
    assert client.put("/v1/products/fresh", json=changed).json()["status"] == "updated"
    assert client.get("/v1/products/fresh").json()["price"] == "9.00"
    assert client.delete("/v1/products/fresh").json() == {"removed": 1}
    assert "fresh" not in found_ids(client)
    check(client.get("/v1/products/fresh"), 404, "not_found", "product_id")


def test_an_id_may_hold_a_slash(client: httpx.Client, picture_host: str) -> None:
    address = "/v1/products/brand/chair%2F1"
    assert client.put(address, json=chair("brand/chair/1", picture_host)).json()["id"] == "brand/chair/1"
    assert client.get(address).json()["title"] == "Fresh chair"
    assert client.get(f"{address}/similar").status_code == 200
    assert client.delete(address).status_code == 200


def test_a_list_answers_for_each_product(client: httpx.Client, picture_host: str) -> None:
    products = [
        chair("list-1", picture_host),
        chair("list-2", f"{picture_host}/gone"),
        chair("", picture_host),
        chair("list-4", picture_host, price="cheap"),
        chair("list-5", picture_host, google_product_category=443, color=["red", "blue"]),
        {"title": "No id"},
    ]
    body = client.post("/v1/products", json=products)
    assert body.status_code == 200, body.text
    results = body.json()["results"]
    assert [one["id"] for one in results] == ["list-1", "list-2", "", "list-4", "list-5", ""]
    assert [one["status"] for one in results] == ["added", "failed", "failed", "added", "added", "failed"]
    assert results[1]["problems"][0]["field"] == "image_link"
    assert results[2]["problems"][0]["field"] == "id"
    assert results[3]["problems"][0]["field"] == "price"
    assert results[5]["problems"][0]["field"] == "id"
    assert {"list-1", "list-4", "list-5"} <= set(found_ids(client))
    ids = ["list-1", "list-2", "list-4", "list-5", "never"]
    assert client.post("/v1/products/delete", json={"ids": ids}).json()["removed"] >= 3
    assert not any(one.startswith("list-") for one in found_ids(client))


def test_one_product_may_be_sent_without_a_list(client: httpx.Client, picture_host: str) -> None:
    results = client.post("/v1/products", json=chair("single", picture_host)).json()["results"]
    assert [one["status"] for one in results] == ["added"]
    client.delete("/v1/products/single")


def test_a_refused_product_names_the_field(client: httpx.Client, picture_host: str) -> None:
    check(
        client.put("/v1/products/bad", json=chair("bad", f"{picture_host}/gone")),
        422,
        "refused",
        "image_link",
    )
    check(client.put("/v1/products/bad", json=chair("other", picture_host)), 422, "invalid", "id")


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "/etc/passwd", "../shop.toml", "ftp://127.0.0.1/x.png", "data:image/png,x"]
)
def test_pictures_come_by_http_only(client: httpx.Client, link: str) -> None:
    answer = client.put("/v1/products/sly", json={"title": "Sly", "image_link": link})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "image_link"


@pytest.mark.parametrize(
    "body",
    [
        5,
        "text",
        None,
        [],
        ["chair"],
        [[]],
        {"title": {"deep": [1, {"er": None}]}},
        {"id": {"a": 1}},
        {"id": "x" * 5000},
        {"id": "a\0b"},
        {"id": "deep", "title": 1e400},
        {"id": "p", "price": True, "link": 7, "image_link": []},
        {"ids": 3},
    ],
)
def test_odd_bodies_are_never_the_servers_fault(client: httpx.Client, body: object) -> None:
    for method, path in (
        ("POST", "/v1/products"),
        ("PUT", "/v1/products/odd"),
        ("POST", "/v1/products/delete"),
    ):
        answer = client.request(method, path, json=body) if body != {"id": "deep", "title": 1e400} else None
        if answer is None:
            answer = client.request(
                method,
                path,
                content=b'{"id": "deep", "title": 1e400, "brand": "\\ud800"}',
                headers={"content-type": "application/json"},
            )
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code >= 400:
            assert answer.json()["error"]["message"]


def test_ids_to_remove_are_checked(client: httpx.Client) -> None:
    check(client.post("/v1/products/delete", json={"ids": []}), 422, "invalid", "ids")
    check(client.post("/v1/products/delete", json={"ids": [1]}), 422, "invalid", "ids.0")
    check(client.post("/v1/products/delete", json={"ids": "all"}), 422, "invalid", "ids")
