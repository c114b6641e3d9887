"""The page as an app on a phone: what Chromium reads of its manifest, and its pictures."""

from __future__ import annotations

import io
import json

import httpx
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.web.conftest import PHONE, OpenPage
from tests.web.journey import first_scene


def test_chromium_finds_nothing_against_installing_it(open_page: OpenPage) -> None:
    page = open_page("/", **PHONE)
    expect(first_scene(page)).to_be_visible()
    devtools = page.context.new_cdp_session(page)
    found = devtools.send("Page.getAppManifest")
    assert found["url"].endswith("/manifest.webmanifest")
    assert found["errors"] == []
    told = json.loads(found["data"])
    assert (told["name"], told["start_url"], told["display"]) == ("Shop The Look", "/", "standalone")
    problems = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A context of its own, as every test has one, counts as a private window, which installs nothing.
    assert [one["errorId"] for one in problems if one["errorId"] != "in-incognito"] == []


@pytest.mark.parametrize(("name", "size"), [("icon-192", 192), ("icon-512", 512), ("icon-maskable-512", 512)])
def test_the_pictures_are_of_their_sizes(served: str, name: str, size: int) -> None:
    told = httpx.get(f"{served}/manifest.webmanifest")
    assert told.headers["content-type"].startswith("application/manifest+json")
    icons = {one["src"]: one for one in told.json()["icons"]}
    assert icons[f"/{name}.png"]["sizes"] == f"{size}x{size}"
    answer = httpx.get(f"{served}/{name}.png")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (size, size)
        # What is cut to any shape has no corners of its own; what is shown as it is has.
        corner = picture.convert("RGBA").getpixel((0, 0))
        middle = picture.convert("RGBA").getpixel((size // 2, size // 2))
    assert corner[3] == (255 if "maskable" in name else 0)
    assert middle == (255, 255, 255, 255)
    assert icons[f"/{name}.png"].get("purpose", "any") == ("maskable" if "maskable" in name else "any")
