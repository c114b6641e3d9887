"""axe-core finds nothing serious: on the page and in the component, in each state, bright and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.axe import serious
from tests.web.conftest import DESKTOP, PHONE, Embed, OpenPage

SIZES = {"desktop": DESKTOP, "phone": PHONE}
STATES = {
    "shut": '<shop-the-look scene="room-00"></shop-the-look>',
    "strip": '<shop-the-look scene="room-00" object="object-1" cart></shop-the-look>',
    "feed": '<shop-the-look scene="room-00" object="object-1" expanded drawable></shop-the-look>',
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("path", ["/", "/scene/room-00", "/scene/room-00#object-1", "/product/chair-1"])
def test_the_page(open_page: OpenPage, path: str, size: str, scheme: str) -> None:
    page = open_page(path, color_scheme=scheme, reduced_motion="reduce", **SIZES[size])
    expect(page.locator("stl-card, stl-wall li a, .dot").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert serious(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("state", list(STATES))
def test_the_component(embed: Embed, state: str, size: str, theme: str) -> None:
    body = STATES[state].replace("<shop-the-look", f'<shop-the-look theme="{theme}"')
    page = embed(f"<main><h1>A story</h1>{body}</main>", reduced_motion="reduce", **SIZES[size])
    expect(page.locator(".dot")).to_have_count(3)
    if state != "shut":
        expect(page.locator("stl-card").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert serious(page) == []


def test_axe_sees_into_the_shadows(embed: Embed) -> None:
    page = embed("<main><h1>A story</h1>" + STATES["shut"] + "</main>")
    expect(page.locator(".dot")).to_have_count(3)
    page.locator(".dot").first.evaluate("dot => { dot.removeAttribute('aria-label'); dot.textContent = ''; }")
    assert any("button-name" in one for one in serious(page))
