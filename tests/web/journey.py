"""What tests ask of a page again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect


def first_scene(page: Page) -> Locator:
    return page.locator("stl-wall a[href='/scene/room-00']")


def dot(page: Page, name: str) -> Locator:
    return page.locator(f".dot[aria-label^='{name}']")


def sheet(page: Page) -> Locator:
    return page.locator("stl-sheet")


def cards(page: Page) -> Locator:
    return page.locator("stl-card")


def sees(page: Page, heading: str, product: str) -> None:
    """The sheet shows `heading`, and only products whose title starts with `product`."""
    expect(sheet(page).get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(cards(page).first).to_contain_text(product)
    titles = page.locator("stl-card .title").all_inner_texts()
    assert titles
    assert all(title.startswith(product) for title in titles), titles


def focused(page: Page) -> str:
    """The label or text of the element that has the focus, inside whatever shadow it is."""
    return str(
        page.evaluate(
            """() => {
                let at = document.activeElement;
                while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
                return at ? (at.getAttribute("aria-label") ?? at.textContent.trim()) : "";
            }"""
        )
    )


def spot(page: Page) -> dict[str, float]:
    """The bright box, as fractions of the picture."""
    box = page.locator(".spot").bounding_box()
    frame = page.locator(".frame").bounding_box()
    assert box is not None
    assert frame is not None
    return {
        "x1": (box["x"] - frame["x"]) / frame["width"],
        "y1": (box["y"] - frame["y"]) / frame["height"],
        "x2": (box["x"] + box["width"] - frame["x"]) / frame["width"],
        "y2": (box["y"] + box["height"] - frame["y"]) / frame["height"],
    }


def hold(page: Page, url: str) -> Callable[[], None]:
    """Keep requests for these addresses waiting; the first goes on when what comes back is called."""
    held: list[Route] = []
    page.route(url, lambda route: held.append(route))

    def release() -> None:
        # The page may show that it waits before it has sent anything.
        end = time.monotonic() + 10
        while not held:
            assert time.monotonic() < end, f"nothing was asked of {url}"
            page.wait_for_timeout(20)
        held[0].continue_()

    return release
