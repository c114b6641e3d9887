"""The whole journey with the keyboard alone, and what a screen reader is told."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.web.conftest import OpenPage
from tests.web.journey import focused, sees, sheet


def tab_to(page: Page, start: str, most: int = 30) -> None:
    """Presses Tab until something whose label starts with `start` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).startswith(start):
            return
    raise AssertionError(f"Tab does not reach {start!r}; it stands on {focused(page)!r}")


def test_the_whole_journey(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(page.locator("stl-wall li a").first).to_be_visible()
    tab_to(page, "room-00")
    page.keyboard.press("Enter")
    expect(page.locator(".dot")).to_have_count(3)

    tab_to(page, "Sofas, object 2 of 3")
    page.keyboard.press("Enter")
    sees(page, "Sofas", "Sofa")
    assert focused(page).startswith("Sofas")

    page.keyboard.press("ArrowLeft")
    sees(page, "Chairs", "Chair")
    assert focused(page).startswith("Chairs")
    page.keyboard.press("ArrowLeft")
    sees(page, "Tables", "Table")

    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"#object-2-all$"))
    tab_to(page, "Table number")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"#object-2$"))
    page.keyboard.press("Escape")
    expect(sheet(page)).to_have_count(0)
    assert focused(page).startswith("Tables")
    page.keyboard.press("Escape")
    expect(page.locator("stl-wall li a").first).to_be_visible()


def test_arrows_start_at_the_ends(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00")
    expect(page.locator(".dot")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    sees(page, "Chairs", "Chair")
    page = open_page("/scene/room-00")
    expect(page.locator(".dot")).to_have_count(3)
    page.keyboard.press("ArrowLeft")
    sees(page, "Tables", "Table")


def test_focus_is_seen(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00")
    expect(page.locator(".dot")).to_have_count(3)
    tab_to(page, "Chairs")
    style = page.locator(".dot").first.evaluate("dot => getComputedStyle(dot).outlineStyle")
    assert style == "solid"


def test_the_skip_link_leads_to_the_content(open_page: OpenPage) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    assert focused(page) == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('stl-app').shadowRoot.activeElement.id") == "main"


def test_names_and_states_for_screen_readers(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-1")
    sees(page, "Sofas", "Sofa")
    expect(page.get_by_role("button", name="Sofas, object 2 of 3")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Chairs, object 1 of 3")).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(page.get_by_role("region", name="Products like Sofas")).to_be_visible()
    expect(page.get_by_role("list", name="Products like Sofas")).to_be_visible()
    expect(page.get_by_role("img", name="room-00")).to_be_visible()
    unnamed = [
        element.evaluate("e => e.outerHTML")
        for element in page.locator("button:visible, a:visible").all()
        if not (element.get_attribute("aria-label") or element.inner_text().strip())
    ]
    assert unnamed == []
