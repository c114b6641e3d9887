"""The page's files: served from memory, compressed, kept or asked for anew."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from shopthelook.serving import pages


@pytest.mark.parametrize("path", ["/", "/scene/room-00", "/scene/a/b/c", "/photo", "/product/chair-1"])
def test_the_pages_own_addresses_answer_the_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<stl-app>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_script_is_small_and_kept(client: httpx.Client) -> None:
    page = client.get("/").text
    script = re.search(r'src="(/assets/[^"]+\.js)"', page)
    assert script is not None
    answer = client.get(script[1])
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert int(answer.headers["content-length"]) < 60_000
    plain = client.get(script[1], headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_the_page_names_no_other_origin(client: httpx.Client) -> None:
    page = client.get("/").text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


@pytest.mark.parametrize(
    "path",
    ["/assets/nothing.js", "/assets/..%2f..%2fapp.py", "/assets/%2e%2e/%2e%2e/app.py", "/app.py", "/.npmrc"],
)
def test_nothing_but_the_build_is_served(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["/nowhere", "/scenes/room-00", "/assets/nothing.js", "/product"])
def test_a_wrong_link_shows_the_page_which_says_so(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html,application/xhtml+xml"})
    assert answer.status_code == 404
    assert "<stl-app>" in answer.text
    again = client.get(path, headers={"Accept": "text/html", "If-None-Match": answer.headers["etag"]})
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("GET", "/v1/search", 405), ("POST", "/nowhere", 404)],
)
def test_the_api_answers_browsers_as_it_answers_programs(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer.json()["error"]["field"] is None


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(pages.router(tmp_path / "pages"))
    answer = TestClient(app).get("/")
    assert answer.status_code == 200
    assert "npm run build" in answer.text


def test_the_component_is_for_pages_of_every_origin(client: httpx.Client) -> None:
    asked = {"Origin": "https://blog.example"}
    answer = client.get("/shop-the-look.js", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "immutable" not in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) < 60_000
    again = client.get("/shop-the-look.js", headers=asked | {"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["access-control-allow-origin"] == "*"
    # Everything is in the one file.
    assert not re.search(r'\bimport\s*\(|\bfrom\s*"|\bimport\s*"', answer.text)


def test_the_manifest_bears_the_shops_name(client: httpx.Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    title = client.get("/v1/status").json()["title"]
    assert (answer.json()["name"], answer.json()["short_name"]) == (title, title)
    again = client.get("/manifest.webmanifest", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert "manifest-src 'self'" in answer.headers["content-security-policy"]
