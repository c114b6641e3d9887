"""By touch on a phone: the sheet from below, pulled up and down."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import PHONE, OpenPage
from tests.web.journey import dot, first_scene, sees, sheet


def pull(page: Page, start: tuple[float, float], dy: float) -> None:
    """A slow pull of one finger, as the browser's own touch input."""
    session = page.context.new_cdp_session(page)
    x, y = start
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    steps = 12
    for step in range(1, steps + 1):
        point = {"x": x, "y": y + dy * step / steps}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def top(page: Page) -> float:
    box = sheet(page).bounding_box()
    assert box is not None
    return box["y"]


def at_rest(page: Page) -> None:
    """Wait until the sheet has stopped moving and its products are there, so that a tap hits what it aims at."""
    page.wait_for_load_state("networkidle")
    before = -1.0
    while (now := top(page)) != before:
        before = now
        page.wait_for_timeout(300)


def tap(page: Page, target: Locator, address: re.Pattern[str]) -> None:
    """A tap that leads to an address. One that comes while a pull runs out only stops it: then another is needed."""
    target.tap()
    try:
        expect(page).to_have_url(address, timeout=5000)
    except AssertionError:
        target.tap()
        expect(page).to_have_url(address)


def test_from_the_wall_to_the_feed_by_touch(open_page: OpenPage) -> None:
    page = open_page("/", **PHONE)
    first_scene(page).tap()
    dot(page, "Sofas").tap()
    sees(page, "Sofas", "Sofa")
    assert top(page) > 844 / 2
    picture = page.locator(".frame").bounding_box()
    assert picture is not None
    assert picture["y"] + picture["height"] <= top(page)

    pull(page, (195, top(page) + 14), -400)
    expect(page).to_have_url(re.compile(r"#object-1-all$"))
    at_rest(page)
    assert top(page) < 80

    tap(page, sheet(page).get_by_role("button", name="Chairs", exact=True), re.compile(r"#object-0-all$"))
    sees(page, "Chairs", "Chair")

    pull(page, (195, top(page) + 14), 450)
    expect(page).to_have_url(re.compile(r"#object-0$"))
    pull(page, (195, top(page) + 14), 280)
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))
    expect(sheet(page)).to_have_count(0)


def test_the_strip_can_be_pulled_up_by_its_products(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-1", **PHONE)
    sees(page, "Sofas", "Sofa")
    pull(page, (120, 760), -450)
    expect(page).to_have_url(re.compile(r"#object-1-all$"))
    assert len(page.context.pages) == 1


def test_the_strip_scrolls_sideways(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-1", **PHONE)
    sees(page, "Sofas", "Sofa")
    row = page.locator("stl-grid ul")
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")


def test_one_tap_switches_to_another_object(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-1", **PHONE)
    sees(page, "Sofas", "Sofa")
    dot(page, "Tables").tap()
    sees(page, "Tables", "Table")
    page.go_back()
    page.wait_for_timeout(100)


def test_the_button_opens_the_feed_too(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-1", **PHONE)
    page.locator("stl-sheet .turn").tap()
    expect(page).to_have_url(re.compile(r"#object-1-all$"))
    page.locator("stl-sheet").get_by_role("button", name="Close").tap()
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))


@pytest.mark.parametrize(
    "path",
    ["/", "/scene/room-00", "/scene/room-00#object-1", "/scene/room-00#object-1-all", "/product/chair-1"],
)
def test_targets_are_large_enough_for_a_finger(open_page: OpenPage, path: str) -> None:
    page = open_page(path, **PHONE)
    expect(page.locator("stl-card, stl-wall li a, .dot").first).to_be_visible()
    page.wait_for_timeout(200)
    small = [
        (element.evaluate("e => e.className + ' ' + e.textContent.trim()"), box)
        for element in page.locator("button:visible, a:visible:not(.skip)").all()
        if (box := element.bounding_box()) is not None
        # The grip is a second way to do what the button beside it does.
        and "grip" not in (element.get_attribute("class") or "")
        and (box["width"] < 44 or box["height"] < 44)
    ]
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_dots_of_crowded_objects_stand_apart(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00", viewport={"width": 320, "height": 480}, has_touch=True, is_mobile=True)
    expect(page.locator(".dot")).to_have_count(3)
    page.wait_for_timeout(100)
    boxes = [one.bounding_box() for one in page.locator(".dot").all()]
    middles = [(box["x"] + 22, box["y"] + 22) for box in boxes if box is not None]
    for i, (x, y) in enumerate(middles):
        for u, v in middles[i + 1 :]:
            assert ((x - u) ** 2 + (y - v) ** 2) ** 0.5 >= 44
