"""What docs/web-component.md says about the component is so."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.web.conftest import OpenPage
from tests.web.journey import cards, dot, sees
from tests.web.site import Site

TOLD = (Path(__file__).parents[2] / "docs" / "web-component.md").read_text(encoding="utf-8")


def test_the_complete_page_works(open_page: OpenPage, elsewhere: Site, served: str) -> None:
    example = re.search(r"```html\n(.*?)```", TOLD, re.DOTALL)
    assert example is not None
    page_text = example[1].replace("https://look.example", served).replace("living-room", "room-00")
    elsewhere.pages["/example"] = page_text
    elsewhere.policy = f"default-src {served}; script-src {served} 'unsafe-inline'; style-src 'unsafe-inline'"
    page = open_page("/example", origin=elsewhere.address, expect=("debug: ",))
    dot(page, "Sofas").click()
    sees(page, "Sofas", "Sofa")
    first = cards(page).first
    title = first.locator(".title").inner_text().strip()
    first.locator(".cart").click()
    expect(page.locator("#cart")).to_have_text(title)
    first.locator(".body").click()
    expect(page).to_have_url(re.compile(r"/example#product-sofa-\d+$"))
    expect(page.locator("stl-card .price").first).to_have_css("font-weight", "700")
    assert len(page.context.pages) == 1


def test_every_attribute_is_told(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00")
    expect(page.locator(".dot")).to_have_count(3)
    known = page.evaluate("customElements.get('shop-the-look').observedAttributes")
    section = TOLD[TOLD.index("## Attributes") : TOLD.index("These are properties only")]
    assert sorted(re.findall(r"^\| `([a-z]+)` \|", section, re.MULTILINE)) == sorted(known)
