"""Scenes and pictures over HTTP."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from tests.fixtures.tiny_shop import SCENES


def test_the_cursor_walks_all_scenes_once(client: httpx.Client) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = client.get("/v1/scenes", params={"limit": 20} | ({"cursor": cursor} if cursor else {})).json()
        seen += [scene["id"] for scene in page["scenes"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"room-{n:02d}" for n in range(SCENES)]


def test_a_page_that_ends_exactly_has_no_next(client: httpx.Client) -> None:
    assert client.get("/v1/scenes", params={"limit": SCENES}).json()["next"] is None


def test_a_scene_has_its_objects(client: httpx.Client) -> None:
    scene = client.get("/v1/scenes/room-00").json()
    assert (scene["width"], scene["height"]) == (800, 600)
    assert [one["id"] for one in scene["objects"]] == ["room-00/0", "room-00/1", "room-00/2"]
    for found in scene["objects"]:
        x1, y1, x2, y2 = found["box"]
        assert 0 <= x1 < x2 <= 1
        assert 0 <= y1 < y2 <= 1


@pytest.mark.parametrize("width", [160, 320, 640, 1280])
def test_thumbnails(client: httpx.Client, width: int) -> None:
    image = client.get("/v1/scenes/room-00").json()["image"]
    answer = client.get(image, params={"w": width})
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "WEBP"
        assert picture.width <= width
    again = client.get(image, params={"w": width}, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_etags_tell_widths_apart(client: httpx.Client) -> None:
    image = client.get("/v1/scenes/room-00").json()["image"]
    tags = {client.get(image, params={"w": width}).headers["etag"] for width in (160, 320)}
    assert len(tags) == 2


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        (f"/v1/pictures/{'0' * 64}", 404, "photo"),
        ("/v1/pictures/no-hash", 422, "picture"),
        ("/v1/pictures/..%2f..%2fshop.toml", 404, None),
        ("/v1/pictures/%2e%2e%2fshop.db", 404, None),
        (f"/v1/pictures/{'0' * 64}?w=123", 422, "w"),
        (f"/v1/pictures/{'0' * 64}?w=big", 422, "w"),
    ],
)
def test_pictures_that_are_not_there(client: httpx.Client, path: str, status: int, field: str | None) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]["field"] == field
