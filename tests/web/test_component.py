"""`<shop-the-look>` on a page of another origin, which has nothing of ours but one script tag."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fixtures.tiny_shop import PER_KIND
from tests.web.conftest import DESKTOP, PHONE, Embed
from tests.web.journey import cards, dot, focused, hold, sees, sheet, spot
from tests.web.test_phone import at_rest, pull, top

STEPS = ("load", "open", "switch", "expand", "collapse", "close", "product", "cart", "draw", "error")
# Of each event the step, and what of its detail a shop's own script would use.
NOTE = """(steps) => {
    window.steps = [];
    for (const step of steps) {
        document.addEventListener(`stl-${step}`, (event) => {
            const { object, expanded, product } = event.detail;
            window.steps.push([step, object?.label ?? null, expanded ?? null, product?.product_id ?? null]);
        });
    }
}"""


def look(page: Page) -> Locator:
    return page.locator("shop-the-look")


def steps(page: Page) -> list[list[Any]]:
    return list(page.evaluate("window.steps"))


def test_one_script_tag_is_enough(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    dot(page, "Sofas").click()
    sees(page, "Sofas", "Sofa")
    assert spot(page)["x1"] == pytest.approx(0.349, abs=0.01)
    for shown in (page.locator("stl-stage img"), page.locator("stl-card img").first):
        page.wait_for_function("img => img.complete && img.naturalWidth > 0", arg=shown.element_handle())
    picture, products = page.locator(".frame").bounding_box(), sheet(page).bounding_box()
    assert picture is not None
    assert products is not None
    assert picture["x"] + picture["width"] <= products["x"]
    sheet(page).get_by_role("button", name="See all that is like it").click()
    expect(look(page)).to_have_attribute("expanded", "")
    sheet(page).get_by_role("button", name="Chairs", exact=True).click()
    sees(page, "Chairs", "Chair")
    sheet(page).get_by_role("button", name="Close").click()
    expect(sheet(page)).to_have_count(0)
    page.wait_for_function("document.activeElement === document.querySelector('shop-the-look')")
    assert focused(page) == "Chairs, object 1 of 3"
    assert page.url.endswith("/story")
    assert page.evaluate("history.length") <= 2


def test_the_text_around_does_not_move(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    after = page.get_by_text("A text after.")
    before = after.bounding_box()
    dot(page, "Sofas").click()
    sees(page, "Sofas", "Sofa")
    assert after.bounding_box() == before


def test_by_keyboard_alone(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    expect(sheet(page)).to_have_count(0)
    page.keyboard.press("Tab")
    assert focused(page) == "Chairs, object 1 of 3"
    page.keyboard.press("Enter")
    sees(page, "Chairs", "Chair")
    page.keyboard.press("ArrowRight")
    sees(page, "Sofas", "Sofa")
    assert focused(page) == "Sofas, object 2 of 3"
    page.keyboard.press("ArrowUp")
    expect(look(page)).to_have_attribute("expanded", "")
    page.keyboard.press("ArrowRight")
    sees(page, "Tables", "Table")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(sheet(page)).to_have_count(0)
    assert focused(page) == "Tables, object 3 of 3"


def test_by_touch_the_sheet_comes_from_below(embed: Embed) -> None:
    page = embed(**PHONE)
    dot(page, "Sofas").tap()
    sees(page, "Sofas", "Sofa")
    box = page.locator(".spot").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= top(page)
    pull(page, (195, top(page) + 14), -400)
    expect(look(page)).to_have_attribute("expanded", "")
    at_rest(page)
    assert top(page) < 20
    page.locator("stl-sheet div.body").evaluate("body => body.scrollTo(0, body.scrollHeight)")
    expect(cards(page)).to_have_count(PER_KIND)
    pull(page, (195, top(page) + 14), 450)
    expect(look(page)).not_to_have_attribute("expanded", "")
    pull(page, (195, top(page) + 14), 280)
    expect(sheet(page)).to_have_count(0)


def test_a_picture_at_the_end_of_a_page_gets_room_for_the_sheet(embed: Embed) -> None:
    page = embed("<p>Text.</p>" * 40 + '<shop-the-look scene="room-00"></shop-the-look>', **PHONE)
    dot(page, "Tables").tap()
    sees(page, "Tables", "Table")
    box = page.locator(".spot").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= top(page)
    sheet(page).get_by_role("button", name="Close").tap()
    expect(sheet(page)).to_have_count(0)
    assert look(page).locator("stl-look").evaluate("one => one.style.getPropertyValue('--room')") == ""


def test_a_picture_that_is_scrolled_away_takes_its_sheet_along(embed: Embed) -> None:
    page = embed('<shop-the-look scene="room-00"></shop-the-look>' + "<p>Text.</p>" * 80, **PHONE)
    dot(page, "Chairs").tap()
    sees(page, "Chairs", "Chair")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(sheet(page)).to_have_count(0)


def test_one_picture_is_open_at_a_time(embed: Embed) -> None:
    one = '<shop-the-look scene="room-0{}"></shop-the-look>'
    page = embed(one.format(0) + one.format(3))
    expect(page.locator(".dot")).to_have_count(6)
    look(page).nth(0).locator(".dot").first.click()
    expect(look(page).nth(0).locator("stl-sheet")).to_have_count(1)
    look(page).nth(1).locator(".dot").first.click()
    expect(look(page).nth(1).locator("stl-sheet")).to_have_count(1)
    expect(look(page).nth(0).locator("stl-sheet")).to_have_count(0)


def test_placeholders_while_products_are_on_their_way(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    release = hold(page, "**/products?**")
    dot(page, "Chairs").click()
    expect(page.locator("stl-grid .skeleton").first).to_be_visible()
    release()
    sees(page, "Chairs", "Chair")
    expect(page.locator("stl-grid .skeleton")).to_have_count(0)


def test_every_step_is_told(embed: Embed) -> None:
    page = embed('<shop-the-look scene="room-00" cart drawable></shop-the-look>')
    expect(page.locator(".dot")).to_have_count(3)
    page.evaluate(NOTE, STEPS)
    # The products of this shop lie elsewhere; nothing is to leave the page here.
    page.evaluate("document.addEventListener('stl-product', (event) => event.preventDefault())")
    dot(page, "Sofas").click()
    sees(page, "Sofas", "Sofa")
    page.keyboard.press("ArrowLeft")
    sees(page, "Chairs", "Chair")
    page.keyboard.press("ArrowUp")
    first = cards(page).first
    first.locator(".cart").click()
    first.locator(".body").click()
    page.keyboard.press("Escape")
    sheet(page).get_by_role("button", name="Close").click()
    expect(sheet(page)).to_have_count(0)
    product = steps(page)[3][3]
    assert product.startswith("chair-")
    assert steps(page) == [
        ["open", "Sofas", False, None],
        ["switch", "Chairs", False, None],
        ["expand", "Chairs", True, None],
        ["cart", "Chairs", None, product],
        ["product", "Chairs", None, product],
        ["collapse", "Chairs", False, None],
        ["close", None, False, None],
    ]
    assert len(page.context.pages) == 1


def test_products_and_what_is_seen_of_them_are_told(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    page.evaluate(
        """() => {
            window.came = []; window.saw = [];
            document.addEventListener("stl-products", ({ detail }) => window.came.push(...detail.products));
            document.addEventListener("stl-impression", ({ detail }) => window.saw.push(detail.product.product_id));
        }"""
    )
    dot(page, "Chairs").click()
    sees(page, "Chairs", "Chair")
    page.wait_for_function("saw.length > 3")
    came = page.evaluate("came.map((one) => one.product_id)")
    saw = page.evaluate("saw")
    assert len(came) == 24
    assert len(set(saw)) == len(saw) < len(came)
    assert set(saw) == set(came[: len(saw)])


def test_a_site_can_stop_a_step(embed: Embed) -> None:
    page = embed()
    expect(page.locator(".dot")).to_have_count(3)
    page.evaluate("document.addEventListener('stl-open', (event) => event.preventDefault())")
    dot(page, "Sofas").click()
    expect(look(page)).not_to_have_attribute("object", "object-1")
    expect(sheet(page)).to_have_count(0)


def test_attributes_open_and_close(embed: Embed) -> None:
    page = embed('<shop-the-look scene="room-00" object="object-1" expanded></shop-the-look>')
    sees(page, "Sofas", "Sofa")
    look(page).evaluate("one => one.setAttribute('object', 'object-2')")
    sees(page, "Tables", "Table")
    look(page).evaluate("one => one.removeAttribute('object')")
    expect(sheet(page)).to_have_count(0)
    look(page).evaluate("one => one.setAttribute('scene', 'room-01')")
    expect(page.locator(".dot")).to_have_count(2)


def test_a_box_drawn_by_hand(embed: Embed) -> None:
    page = embed('<shop-the-look scene="room-00" drawable></shop-the-look>')
    page.get_by_role("button", name="Draw a box").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".dot")).to_have_count(4)
    expect(sheet(page).get_by_role("heading", name="Your box")).to_be_visible()
    expect(cards(page).first).to_be_visible()


def test_a_scene_that_is_not_there(embed: Embed) -> None:
    page = embed('<shop-the-look scene="nowhere"></shop-the-look>', expect=("404",), **DESKTOP)
    expect(page.get_by_role("alert")).to_contain_text("This scene is not here")


def test_a_script_that_is_loaded_twice_does_no_harm(embed: Embed, served: str) -> None:
    again = f'<script type="module" src="{served}/shop-the-look.js?again"></script>'
    body = again + '<shop-the-look scene="room-00"></shop-the-look>'
    page = embed(body, more_policy=" 'allow-duplicates'")
    dot(page, "Sofas").click()
    sees(page, "Sofas", "Sofa")
