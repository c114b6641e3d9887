"""The page of a report in a browser, on a phone and on a desk, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from shopthelook.evaluation.detection import evaluate, open_measured
from shopthelook.evaluation.detection.report import write_report
from shopthelook.models import open_bundle
from tests.fixtures.tiny_bundles import make_tiny_detector
from tests.web.conftest import ARGS, browser_program


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, rooms: Path) -> Path:
    folder = tmp_path_factory.mktemp("page")
    bundles = [make_tiny_detector(folder, name) for name in ("a-detector-with-a-long-name", "second")]
    sets = [open_measured(rooms, "val")]
    write_report(evaluate([open_bundle(one) for one in bundles], sets, replicates=50), folder)
    return folder / "report.html"


def test_it_fits_and_shows_its_pictures(page_file: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_program(), args=ARGS)
        colors = set()
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
                page = context.new_page()
                asked: list[str] = []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.goto(page_file.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                # Pictures further down are decoded when they come near: bring each there.
                for image in page.locator("details[open] img").all():
                    image.scroll_into_view_if_needed()
                    image.evaluate("image => image.decode()")
                    assert image.evaluate("image => image.naturalWidth") > 0
                assert page.locator("details[open] img").count() > 0
                assert not [url for url in asked if not url.startswith(("file:", "data:"))]
                colors.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
                context.close()
        assert len(colors) == 2
        browser.close()
