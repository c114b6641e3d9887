"""What is said of a product's looks, on its page and on cards."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from shopthelook import Shop
from tests.fixtures.tiny_shop import running
from tests.fixtures.wardrobe import DARK, MIDDLE, RED, looks, make_wardrobe, on_white
from tests.web.conftest import DESKTOP, OpenPage


def test_the_merchants_and_the_models_words_stand_in_a_line(open_page: OpenPage, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text(
        "id,title,image_link,color,gender\nteal,Teal dress,women.png,Teal,female\n"
        "women,Wrap dress,women.png,,\nboth,Plain dress,both.png,,\nmen,Robe,men.png,,\n",
        encoding="utf-8",
    )
    for name, thing in (
        ("women", looks(RED)),
        ("both", looks(RED, MIDDLE)),
        ("men", looks(RED, DARK, striped=True)),
    ):
        (tmp_path / f"{name}.png").write_bytes(on_white(thing))
    with Shop.create(tmp_path / "shop", threads=1, **make_wardrobe(tmp_path)) as shop:
        shop.import_products(feed)
        with running(shop) as address:
            page = open_page("/product/teal", origin=address, **DESKTOP)
            line = page.locator(".top .looks")
            expect(line).to_have_text("Teal · Solid · Women")
            # Nothing but what is for women, and of that which nobody is sure of no gender is shown.
            expect(page.locator("stl-card .looks")).to_have_text(["Red · Solid · Women", "Red · Solid"])
            page.wait_for_load_state("networkidle")
            page = open_page("/product/men", origin=address, locale="de-DE", **DESKTOP)
            expect(page.locator(".top .looks")).to_have_text("Rot · Gestreift · Herren")
            page.wait_for_load_state("networkidle")
