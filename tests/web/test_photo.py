"""A photo of one's own: chosen, dropped, pasted; found in, not found in, unreadable."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.fixtures.tiny_shop import paint_room
from tests.web.conftest import PHONE, OpenPage
from tests.web.journey import cards, dot, hold, sees, sheet


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "mine.jpg"
    paint_room(path, (0, 60, 200, 300, 500), (2, 500, 260, 760, 520), size=(800, 600))
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "wall.png"
    Image.new("RGB", (600, 400), (200, 196, 190)).save(path)
    return path


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("header stl-upload button").click()
    chooser.value.set_files(path)


def hand_over(page: Page, path: Path, kind: str) -> None:
    """Fires the events of a drop or a paste, with the file in them."""
    page.evaluate(
        """([data, kind]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
            const target = document.querySelector("stl-app");
            const how = { bubbles: true, cancelable: true, composed: true };
            if (kind === "paste") {
                target.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: transfer }));
                return;
            }
            for (const name of ["dragenter", "dragover"]) {
                target.dispatchEvent(new DragEvent(name, { ...how, dataTransfer: transfer }));
            }
        }""",
        [base64.b64encode(path.read_bytes()).decode(), kind],
    )
    if kind == "drop":
        expect(page.get_by_text("Drop the photo to look at it")).to_be_visible()
        page.evaluate(
            """(data) => {
                const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
                const transfer = new DataTransfer();
                transfer.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
                const how = { bubbles: true, cancelable: true, composed: true, dataTransfer: transfer };
                document.querySelector("stl-app").dispatchEvent(new DragEvent("drop", how));
            }""",
            base64.b64encode(path.read_bytes()).decode(),
        )


def looked_at(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/photo$"))
    expect(page.locator(".dot")).to_have_count(2)
    dot(page, "Tables").click()
    sees(page, "Tables", "Table")


def test_by_the_file_chooser(open_page: OpenPage, room: Path) -> None:
    page = open_page("/")
    choose(page, room)
    looked_at(page)
    page.keyboard.press("ArrowUp")
    page.mouse.move(900, 600)
    for _ in range(30):
        if cards(page).count() == 40:
            break
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    expect(cards(page)).to_have_count(40)
    assert len(set(page.locator("stl-card .title").all_inner_texts())) == 40


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_by_drop_and_paste(open_page: OpenPage, room: Path, kind: str) -> None:
    page = open_page("/")
    hand_over(page, room, kind)
    looked_at(page)
    expect(page.get_by_text("Drop the photo")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("stl-wall")).to_be_visible()


def test_progress_is_shown_while_waiting(open_page: OpenPage, room: Path) -> None:
    page = open_page("/", **PHONE)
    release = hold(page, "**/v1/search")
    choose(page, room)
    expect(page.get_by_text("Looking at your photo")).to_be_visible()
    expect(page.locator(".scan")).to_have_count(1)
    release()
    expect(page.locator(".dot")).to_have_count(2)
    expect(page.locator(".scan")).to_have_count(0)


def test_where_nothing_is_found_a_box_can_be_drawn(open_page: OpenPage, empty: Path) -> None:
    page = open_page("/")
    choose(page, empty)
    expect(sheet(page)).to_contain_text("Nothing was recognised")
    expect(cards(page).first).to_be_visible()
    sheet(page).get_by_role("button", name="Draw a box").click()
    paper = page.get_by_role("application")
    paper.press("ArrowLeft")
    paper.press("Shift+ArrowDown")
    paper.press("Enter")
    expect(page).to_have_url(re.compile(r"/photo#box-0\.27,0\.3,0\.67,0\.73$"))
    expect(sheet(page).get_by_role("heading", name="Your box")).to_be_visible()
    expect(cards(page).first).to_be_visible()


def test_a_file_that_is_no_picture(open_page: OpenPage, tmp_path: Path, room: Path) -> None:
    page = open_page("/", expect=("422",))
    text = tmp_path / "letter.jpg"
    text.write_text("Dear shop,")
    choose(page, text)
    expect(page.get_by_role("alert")).to_contain_text("This photo cannot be read")
    choose(page, room)
    looked_at(page)


def test_the_address_alone_asks_for_a_photo(open_page: OpenPage) -> None:
    page = open_page("/photo")
    expect(page.get_by_text("Choose one, drop it here, or paste it.")).to_be_visible()


def test_a_phone_offers_its_camera(open_page: OpenPage, room: Path) -> None:
    page = open_page("/photo", **PHONE)
    expect(page.get_by_text("Take one now, or choose one.")).to_be_visible()
    # What takes any picture, and no certain camera, lets the shopper choose between camera and album.
    field = page.locator("stl-notice stl-upload input[type=file]")
    assert (field.get_attribute("accept"), field.get_attribute("capture")) == ("image/*", None)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a photo").tap()
    chooser.value.set_files(room)
    expect(page.locator(".dot")).to_have_count(2)
