"""With a mouse on a desktop: wall, scene, products, feed, product."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.fixtures.tiny_shop import PER_KIND, SCENES
from tests.web.conftest import DESKTOP, OpenPage
from tests.web.journey import cards, dot, first_scene, sees, sheet, spot


def test_from_the_wall_to_the_feed_and_back(open_page: OpenPage) -> None:
    page = open_page("/")
    first_scene(page).click()
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))
    expect(page.locator(".dot")).to_have_count(3)

    dot(page, "Sofas").click()
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-1$"))
    sees(page, "Sofas", "Sofa")
    box = spot(page)
    assert box["x1"] == pytest.approx(0.349, abs=0.01)
    assert box["y2"] == pytest.approx(0.799, abs=0.01)

    sheet(page).get_by_role("button", name="See all that is like it").click()
    expect(page).to_have_url(re.compile(r"#object-1-all$"))
    sees(page, "Sofas", "Sofa")

    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"#object-2-all$"))
    sees(page, "Tables", "Table")

    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"#object-2$"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))
    expect(sheet(page)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/$"))
    expect(first_scene(page)).to_be_visible()


def test_back_and_forward_walk_the_same_steps(open_page: OpenPage) -> None:
    page = open_page("/")
    first_scene(page).click()
    dot(page, "Chairs").click()
    sees(page, "Chairs", "Chair")
    sheet(page).get_by_role("button", name="Tables").click()
    sees(page, "Tables", "Table")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))
    expect(sheet(page)).to_have_count(0)
    page.go_forward()
    sees(page, "Tables", "Table")
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(first_scene(page)).to_be_visible()


def test_an_address_opens_where_it_was_shared(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-2-all")
    sees(page, "Tables", "Table")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-2$"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))
    page.keyboard.press("Escape")
    expect(first_scene(page)).to_be_visible()


def test_a_click_beside_the_object_closes_it(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-0")
    sees(page, "Chairs", "Chair")
    page.locator(".frame").click(position={"x": 20, "y": 20})
    expect(sheet(page)).to_have_count(0)


def test_the_wall_and_the_feed_go_to_their_ends(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(first_scene(page)).to_be_visible()
    page.mouse.move(600, 500)
    for _ in range(30):
        if page.locator("stl-wall li a").count() == SCENES:
            break
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    expect(page.locator("stl-wall li a")).to_have_count(SCENES)

    page = open_page("/scene/room-00#object-0-all")
    sees(page, "Chairs", "Chair")
    page.mouse.move(900, 500)
    for _ in range(30):
        if cards(page).count() == PER_KIND:
            break
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    expect(cards(page)).to_have_count(PER_KIND)
    titles = page.locator("stl-card .title").all_inner_texts()
    assert len(set(titles)) == PER_KIND


def test_the_wall_keeps_its_place_behind_a_scene(open_page: OpenPage) -> None:
    page = open_page("/")
    expect(first_scene(page)).to_be_visible()
    page.mouse.move(600, 500)
    page.mouse.wheel(0, 700)
    page.wait_for_function("scrollY > 600")
    before = page.evaluate("scrollY")
    page.locator("stl-wall a[href='/scene/room-12']").click()
    expect(page.locator(".dot").first).to_be_visible()
    page.go_back()
    expect(page.locator("stl-wall")).to_be_visible()
    page.wait_for_function(f"Math.abs(scrollY - {before}) < 200 && scrollY > 100")


def test_a_card_leads_out_safely_and_to_more_like_it(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00#object-0-all")
    sees(page, "Chairs", "Chair")
    out = page.locator("stl-card a.body[target=_blank]").first
    assert "noopener" in (out.get_attribute("rel") or "")
    assert (out.get_attribute("href") or "").startswith("https://shop.example/chair-")
    own = page.locator("stl-card a.body:not([target])").first
    assert (own.get_attribute("href") or "").startswith("/product/chair-")
    page.locator("stl-card .like").first.click()
    expect(page).to_have_url(re.compile(r"/product/chair-\d+$"))
    expect(page.get_by_role("heading", name="More like this")).to_be_visible()
    expect(cards(page).first).to_contain_text("Chair number")
    title = page.locator("stl-product h1").inner_text()
    assert title not in page.locator("stl-card .title").all_inner_texts()
    page.go_back()
    sees(page, "Chairs", "Chair")


def test_prices_say_what_is_paid_now(open_page: OpenPage) -> None:
    page = open_page("/product/chair-4", locale="en-GB", **DESKTOP)
    expect(page.locator("p.price")).to_have_text("€83.00, was €103.50")


def test_a_box_drawn_by_hand(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00")
    page.get_by_role("button", name="Draw a box").click()
    frame = page.locator(".frame").bounding_box()
    assert frame is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]

    page.mouse.move(*at(0.35, 0.55))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.7))
    page.mouse.move(*at(0.7, 0.8))
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"#box-0\.35,0\.55,0\.7,0\.8$"))
    sees(page, "Your box", "Sofa")
    # The address alone brings the same box back.
    address = page.url.split("/", 3)[3]
    again = open_page(f"/{address}")
    sees(again, "Your box", "Sofa")
    expect(again.locator(".dot")).to_have_count(4)


@pytest.mark.parametrize("size", [{"width": 900, "height": 600}, {"width": 1920, "height": 1080}])
def test_nothing_overflows_sideways(open_page: OpenPage, size: dict[str, int]) -> None:
    for path in ("/", "/scene/room-00#object-1", "/scene/room-00#object-1-all", "/product/chair-1"):
        page = open_page(path, viewport=size)
        expect(page.locator("stl-card, stl-wall li a").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_things_that_are_not_there(open_page: OpenPage) -> None:
    page = open_page("/nowhere", expect=("404",))
    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    page.get_by_role("button", name="To all scenes").click()
    expect(first_scene(page)).to_be_visible()
    page = open_page("/scene/nowhere", expect=("404",))
    expect(page.get_by_role("alert")).to_contain_text("This scene is not here")
    page.get_by_role("button", name="To all scenes").click()
    expect(first_scene(page)).to_be_visible()
    page = open_page("/product/nothing", expect=("404",))
    expect(page.get_by_role("alert")).to_contain_text("This product is not here")


def test_with_motion_the_box_grows_out_of_the_dot(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00", reduced_motion="no-preference", **DESKTOP)
    dot(page, "Sofas").click()
    page.wait_for_timeout(600)
    assert spot(page)["x1"] == pytest.approx(0.349, abs=0.01)
    assert page.evaluate("document.getAnimations !== undefined")
