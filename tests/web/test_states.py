"""A shop without scenes, a server that is away, dark and bright, and the page's own policy."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Route, expect

from shopthelook import Shop
from tests.fixtures.tiny_shop import running
from tests.web.conftest import DESKTOP, OpenPage
from tests.web.journey import first_scene, hold, sees


def test_an_empty_shop_tells_the_command(
    open_page: OpenPage, tmp_path: Path, tiny_detector: Path, tiny_embedder: Path
) -> None:
    created = Shop.create(tmp_path / "empty", detector=str(tiny_detector), embedder=str(tiny_embedder))
    with created as shop, running(shop) as address:
        page = open_page("/", origin=address)
        expect(page.get_by_role("heading", name="No scenes yet")).to_be_visible()
        expect(page.locator("code")).to_have_text("shopthelook scenes import photos/")
        expect(page.get_by_role("button", name="Look at a photo of yours")).to_be_visible()


def test_a_server_that_is_away_can_be_tried_again(open_page: OpenPage) -> None:
    page = open_page("/photo", expect=("ERR_FAILED",))

    def away(route: Route) -> None:
        route.abort()

    page.route("**/v1/**", away)
    page.locator(".home").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/v1/**", away)
    page.get_by_role("button", name="Try again").click()
    expect(first_scene(page)).to_be_visible()

    page.route("**/products?**", away)
    first_scene(page).click()
    expect(page.locator(".dot")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.unroute("**/products?**", away)
    page.get_by_role("button", name="Try again").click()
    sees(page, "Chairs", "Chair")


def test_placeholders_while_products_are_on_their_way(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00")
    expect(page.locator(".dot")).to_have_count(3)
    release = hold(page, "**/products?**")
    page.keyboard.press("ArrowRight")
    expect(page.locator("stl-grid .skeleton").first).to_be_visible()
    release()
    sees(page, "Chairs", "Chair")
    expect(page.locator("stl-grid .skeleton")).to_have_count(0)


def test_dark_where_the_system_is_dark(open_page: OpenPage) -> None:
    def background(scheme: str) -> list[int]:
        page = open_page("/", color_scheme=scheme, **DESKTOP)
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return [int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(",")]

    assert sum(background("dark")) < 150
    assert sum(background("light")) > 700


def test_the_policy_stops_foreign_scripts(open_page: OpenPage) -> None:
    page = open_page("/", expect=("Content Security Policy", "violates", "TrustedHTML", "Trusted"))
    expect(first_scene(page)).to_be_visible()
    ran = page.evaluate(
        """() => {
            try { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 1'>"); }
            catch { return "refused"; }
            return "taken";
        }"""
    )
    assert ran == "refused"
