"""Filter chips and the order of products: in the sheet, on a product's page, in a photo's feed, by every hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fixtures.tiny_shop import PER_KIND, paint_room
from tests.web.axe import serious
from tests.web.conftest import PHONE, Embed, OpenPage
from tests.web.journey import cards, dot, focused, sees, sheet
from tests.web.test_photo import choose

FEED = "/scene/room-00#object-0-all"
COUNTS = ["Blue20, 20 products", "Red10, 10 products", "White10, 10 products"]
"""What is seen, and what is said."""


def opener(page: Page, field: str) -> Locator:
    return page.locator(f"stl-chips .opener[data-field={field}]")


def values(page: Page) -> Locator:
    return page.locator("stl-chips .values button")


def value(page: Page, name: str) -> Locator:
    return page.locator("stl-chips .values").get_by_role("button", name=re.compile(f"^{name}\\b"))


def taken(page: Page) -> Locator:
    return page.locator("stl-chips .taken")


def looks(page: Page) -> set[str]:
    return set(page.locator("stl-card .looks").all_inner_texts())


def prices(page: Page) -> list[float]:
    said = page.locator("stl-card .price").all_inner_texts()
    return [float(re.findall(r"[\d.]+", text)[0]) for text in said]


def test_values_of_one_field_are_alternatives_and_fields_restrict_each_other(open_page: OpenPage) -> None:
    page = open_page(FEED)
    sees(page, "Chairs", "Chair")
    opener(page, "color").click()
    # A quarter each is red, navy, blue and white; navy is blue.
    expect(values(page)).to_have_text(COUNTS)
    value(page, "Red").click()
    expect(page).to_have_url(re.compile(r"/scene/room-00\?color=Red#object-0-all$"))
    expect(cards(page)).to_have_count(10)
    assert looks(page) == {"Red"}
    # The other values can still be chosen, with their numbers.
    expect(values(page)).to_have_text(COUNTS)
    value(page, "White").click()
    expect(cards(page)).to_have_count(20)
    assert looks(page) == {"Red", "White"}
    opener(page, "price").click()
    expect(values(page).first).to_have_text(re.compile(r"€50\s–\s€100\s*6\b"))
    values(page).first.click()
    expect(cards(page)).to_have_count(6)
    assert all(50 <= price < 100 for price in prices(page))
    expect(page).to_have_url(re.compile(r"\?color=Red&color=White&price=50-100#object-0-all$"))
    expect(taken(page)).to_have_count(3)


def test_what_was_chosen_goes_by_its_cross_or_all_at_once(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00?color=Red&availability=in_stock&color=White#object-0-all")
    sees(page, "Chairs", "Chair")
    expect(taken(page)).to_have_text(["Red", "White", "In stock"])
    page.get_by_role("button", name="Remove filter: White").click()
    expect(page).to_have_url(re.compile(r"\?color=Red&availability=in_stock#"))
    expect(taken(page)).to_have_text(["Red", "In stock"])
    assert looks(page) == {"Red"}
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-0-all$"))
    expect(taken(page)).to_have_count(0)


def test_back_takes_a_choice_back_and_escape_leaves_the_feed(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00")
    dot(page, "Chairs").click()
    sees(page, "Chairs", "Chair")
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"#object-0-all$"))
    opener(page, "color").click()
    value(page, "Red").click()
    value(page, "Blue").click()
    expect(taken(page)).to_have_text(["Red", "Blue"])
    page.go_back()
    expect(taken(page)).to_have_text(["Red"])
    expect(cards(page)).to_have_count(10)
    page.go_forward()
    expect(taken(page)).to_have_text(["Red", "Blue"])
    # Once closes the values, once goes down to the strip, whatever was chosen between.
    opener(page, "color").focus()
    page.keyboard.press("Escape")
    expect(values(page)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"\?color=Red&color=Blue#object-0$"))
    expect(taken(page)).to_have_text(["Red", "Blue"])
    page.go_back()
    expect(page).to_have_url(re.compile(r"/scene/room-00$"))


def test_another_object_starts_without_filters(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00?color=Red&sort=price#object-0-all")
    sees(page, "Chairs", "Chair")
    expect(cards(page)).to_have_count(10)
    sheet(page).get_by_role("button", name="Tables").click()
    sees(page, "Tables", "Table")
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-2-all$"))
    expect(taken(page)).to_have_count(0)


def test_by_price_to_the_end(open_page: OpenPage) -> None:
    page = open_page(FEED)
    sees(page, "Chairs", "Chair")
    opener(page, "sort").click()
    page.get_by_role("radio", name="Highest price").click()
    expect(page).to_have_url(re.compile(r"\?sort=-price#object-0-all$"))
    expect(page.get_by_role("radio", name="Highest price")).to_have_attribute("aria-checked", "true")
    expect(cards(page).first).to_contain_text("Chair number 39")
    page.mouse.move(900, 600)
    while cards(page).count() < PER_KIND:
        before = cards(page).count()
        page.mouse.wheel(0, 6000)
        expect(cards(page).nth(before)).to_be_attached()
    paid = prices(page)
    assert len(paid) == PER_KIND
    assert paid == sorted(paid, reverse=True)
    assert len(set(page.locator("stl-card .title").all_inner_texts())) == PER_KIND


def test_what_nothing_fits_says_so_and_helps(open_page: OpenPage) -> None:
    page = open_page("/scene/room-00?color=Violet#object-0-all")
    expect(page.get_by_text("Nothing that looks like it fits these filters.")).to_be_visible()
    expect(taken(page)).to_have_text(["Violet"])
    page.locator("stl-grid .word").get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-0-all$"))
    sees(page, "Chairs", "Chair")


def test_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(FEED)
    sees(page, "Chairs", "Chair")
    opener(page, "sort").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Colour"
    page.keyboard.press("Enter")
    expect(opener(page, "color")).to_have_attribute("aria-expanded", "true")
    value(page, "Blue").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?color=Red#object-0-all$"))
    expect(page.locator("stl-chips .values button:focus")).to_contain_text("Red")
    taken(page).focus()
    page.keyboard.press("Enter")
    expect(taken(page)).to_have_count(0)
    expect(page.locator("stl-chips .opener:focus")).to_have_count(1)
    # The arrows went along the chips, not to another object.
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-0-all$"))


def test_on_a_phone_the_row_goes_sideways_and_the_strip_keeps_what_was_chosen(open_page: OpenPage) -> None:
    page = open_page(FEED, **PHONE)
    sees(page, "Chairs", "Chair")
    opener(page, "color").tap()
    value(page, "Red").tap()
    expect(cards(page)).to_have_count(10)
    row = page.locator("stl-chips .row").first
    assert row.evaluate("row => row.getBoundingClientRect().width <= innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tall = [one.bounding_box() for one in page.locator("stl-chips .chip").all()]
    assert all(box is not None and box["height"] >= 44 for box in tall)
    tops = {round(box["y"]) for box in tall if box is not None}
    assert len(tops) == 2
    sheet(page).get_by_role("button", name="Show fewer products").last.tap()
    expect(page).to_have_url(re.compile(r"\?color=Red#object-0$"))
    expect(page.locator("stl-chips .chip")).to_have_text(["Red"])
    taken(page).tap()
    expect(page).to_have_url(re.compile(r"/scene/room-00#object-0$"))
    expect(page.locator("stl-chips")).to_have_count(0)
    sees(page, "Chairs", "Chair")


def test_on_a_products_page_and_back_to_it(open_page: OpenPage) -> None:
    page = open_page("/product/chair-1?color=White")
    expect(cards(page)).to_have_count(10)
    opener(page, "sort").click()
    page.get_by_role("radio", name="Lowest price").click()
    expect(page).to_have_url(re.compile(r"/product/chair-1\?color=White&sort=price$"))
    expect(cards(page).first).to_contain_text("Chair number 3")
    page.locator("stl-card .like").first.click()
    expect(page).to_have_url(re.compile(r"/product/chair-3$"))
    expect(taken(page)).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/product/chair-1\?color=White&sort=price$"))
    expect(taken(page)).to_have_text(["White"])
    expect(cards(page).first).to_contain_text("Chair number 3")


def test_in_a_photo_of_ones_own(open_page: OpenPage, tmp_path: Path) -> None:
    photo = tmp_path / "mine.jpg"
    paint_room(photo, (0, 60, 200, 300, 500), (2, 500, 260, 760, 520), size=(800, 600))
    page = open_page("/")
    choose(page, photo)
    dot(page, "Tables").click()
    sees(page, "Tables", "Table")
    opener(page, "color").click()
    value(page, "Red").click()
    expect(page).to_have_url(re.compile(r"/photo\?color=Red#object-\d$"))
    expect(cards(page)).to_have_count(10)
    assert looks(page) == {"Red"}


def test_the_component_tells_its_page_and_may_be_stopped(embed: Embed) -> None:
    page = embed(
        '<shop-the-look scene="room-00" object="object-0" expanded filters="color=Red"></shop-the-look>'
    )
    expect(cards(page)).to_have_count(10)
    page.evaluate(
        """() => {
            window.told = [];
            document.addEventListener("stl-filter", (event) => {
                window.told.push([event.detail.object.key, event.detail.expanded, event.detail.filters]);
                if (event.detail.filters.includes("White")) event.preventDefault();
            });
        }"""
    )
    opener(page, "color").click()
    value(page, "White").click()
    value(page, "Blue").click()
    expect(page.locator("shop-the-look")).to_have_attribute("filters", "color=Red&color=Blue")
    expect(taken(page)).to_have_text(["Red", "Blue"])
    assert page.evaluate("window.told") == [
        ["object-0", True, "color=Red&color=White"],
        ["object-0", True, "color=Red&color=Blue"],
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(open_page: OpenPage, scheme: str) -> None:
    page = open_page(
        "/scene/room-00?color=Red&price=50-100#object-0-all",
        color_scheme=scheme,
        viewport={"width": 1280, "height": 800},
    )
    sees(page, "Chairs", "Chair")
    opener(page, "color").click()
    expect(values(page).first).to_be_visible()
    assert serious(page) == []
    opener(page, "sort").click()
    assert serious(page) == []


def test_in_another_language(open_page: OpenPage) -> None:
    page = open_page(
        "/scene/room-00?color=blue#object-0-all", locale="de-DE", viewport={"width": 1280, "height": 800}
    )
    sees(page, "Stühle & Sessel", "Chair")
    expect(taken(page)).to_have_text(["Blau"])
    expect(opener(page, "color")).to_have_text("Farbe")
