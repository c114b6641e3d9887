"""What the first picture may cost, and that nothing jumps. Times are in `python -m benchmarks.page`: a busy machine
makes them long, and bytes, requests and shifts are the same everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.page import WATCH
from playwright.sync_api import Browser, Request, expect

from tests.web.conftest import DESKTOP, PHONE
from tests.web.journey import cards, dot, first_scene

SCRIPT_BYTES = 60_000
BYTES_BEFORE_PICTURE = 80_000
"""The page, its script and style, and the answers that name the pictures: half a second on 4G."""

REQUESTS_BEFORE_PICTURE = 8


@pytest.mark.parametrize(
    "path",
    ["/", "/scene/room-00", "/scene/room-00#object-0", "/product/chair-1"],
    ids=["wall", "scene", "sheet", "product"],
)
@pytest.mark.parametrize("width", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_little_comes_before_the_first_picture(browser: Browser, served: str, path: str, width: Any) -> None:
    with browser.new_context(reduced_motion="reduce", **width) as context:
        page = context.new_page()
        asked: list[Request] = []
        page.on("request", lambda request: asked.append(request))
        with page.expect_request_finished(lambda request: "/v1/pictures/" in request.url):
            page.goto(served + path)
        page.wait_for_load_state("networkidle")
        first = next(n for n, request in enumerate(asked) if "/v1/pictures/" in request.url)
        before = asked[:first]
        assert 2 < len(before) <= REQUESTS_BEFORE_PICTURE, [one.url for one in before]
        assert all(one.url.startswith(served) for one in asked)
        sizes = {one.url: one.sizes() for one in before}
        taken = {url: size["responseBodySize"] + size["responseHeadersSize"] for url, size in sizes.items()}
        assert 10_000 < sum(taken.values()) < BYTES_BEFORE_PICTURE, taken
        scripts = [taken[one.url] for one in before if one.resource_type == "script"]
        assert 0 < sum(scripts) < SCRIPT_BYTES


@pytest.mark.parametrize("width", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_jumps(browser: Browser, served: str, width: Any) -> None:
    with browser.new_context(**width) as context:
        context.add_init_script(WATCH)
        page = context.new_page()

        def shift() -> float:
            page.wait_for_load_state("networkidle")
            # What was measured is told with a later frame.
            page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            return float(page.evaluate("window.seen.shift"))

        page.goto(f"{served}/")
        expect(first_scene(page)).to_be_visible()
        assert shift() < 0.01
        page.goto(f"{served}/scene/room-00")
        expect(dot(page, "Chairs")).to_be_visible()
        assert shift() < 0.01
        page.goto(f"{served}/scene/room-00?color=Red#object-0-all")
        expect(cards(page).first).to_be_visible()
        assert shift() < 0.01
        page.goto(f"{served}/product/chair-1")
        expect(cards(page).first).to_be_visible()
        assert shift() < 0.01
