"""A real browser on a really served shop; every page is watched for errors and for strangers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shopthelook import Shop
from shopthelook.serving import pages
from tests.fixtures.tiny_shop import make_shop, running
from tests.web.site import Site, site

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}

# A browser without a graphics card on a busy machine is slow; what it shows does not depend on it.
expect.set_options(timeout=20_000)

OpenPage = Callable[..., Page]
Embed = Callable[..., Page]

COLORS = ("Red", "Navy Blue", "blue", "White")
"""Of the products of each kind, in turn."""

STORY = "<p>A text before.</p>{}<p>A text after.</p>"


def browser_program() -> str:
    """The browser of ``CHROMIUM``, or the first one that the machine has."""
    named = os.environ.get("CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
    )
    if not found:
        pytest.fail(
            "These tests drive a browser and found none. Install Chromium (Debian: apt-get install chromium) "
            "or set CHROMIUM to the program of a Chromium or Chrome."
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless browser for all tests."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser_program(), args=ARGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def painted(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Path, tiny_embedder: Path
) -> Iterator[Shop]:
    """A shop with scenes and products that the page can show."""
    if "index.html" not in pages.read() or not (pages.FOLDER / "index.html").is_file():
        pytest.fail("The page is not built. Run `npm ci && npm run build` in web/, or install the package.")
    folder = tmp_path_factory.mktemp("web")
    make_shop(folder, tiny_detector, tiny_embedder, COLORS).close()
    settings = folder / "shop" / "shop.toml"
    text = settings.read_text(encoding="utf-8")
    assert "cors_origins = []" in text
    settings.write_text(text.replace("cors_origins = []", 'cors_origins = ["*"]'), encoding="utf-8")
    with Shop.open(folder / "shop", threads=1) as shop:
        yield shop


@pytest.fixture(scope="session")
def served(painted: Shop) -> Iterator[str]:
    """Where the shop is."""
    with running(painted) as address:
        yield address


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Site]:
    """A site of another origin than the shop."""
    with site() as other:
        yield other


@pytest.fixture
def open_page(browser: Browser, served: str) -> Iterator[OpenPage]:
    """Opens a page of the shop. At the end no page may have said or fetched what it should not.

    ``expect`` lists parts of console messages that the test provokes.
    """
    contexts = []
    said: list[str] = []
    strangers: list[str] = []
    expected: list[str] = []

    def opened(path: str = "/", expect: tuple[str, ...] = (), origin: str = served, **options: Any) -> Page:
        expected.extend(expect)
        context = browser.new_context(**({"reduced_motion": "reduce"} | (options or DESKTOP)))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: (
                strangers.append(request.url)
                if not request.url.startswith((origin, served, "blob:", "data:"))
                else None
            ),
        )
        page.goto(origin + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [line for line in said if not any(part in line for part in expected)] == []
    assert strangers == []


@pytest.fixture
def embed(open_page: OpenPage, elsewhere: Site, served: str) -> Embed:
    """Opens a page with ``body`` on the other site; its policy lets in nothing but the shop."""
    policy = (
        f"default-src 'none'; script-src {served}; connect-src {served}; img-src {served}; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )

    def opened(body: str = '<shop-the-look scene="room-00"></shop-the-look>', **options: Any) -> Page:
        elsewhere.policy = policy + options.pop("more_policy", "")
        head = f'<script type="module" src="{served}/shop-the-look.js"></script>'
        elsewhere.put("/story", STORY.format(body), head=head, html=options.pop("html", "lang=en"))
        page = open_page("/story", origin=elsewhere.address, **(options or DESKTOP))
        expect(page.locator("shop-the-look").first).to_be_visible()
        return page

    return opened
