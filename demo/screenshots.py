"""python -m demo.screenshots: the pictures of the page in README and docs, from a served demo shop.

Needs the extra [dev] and a Chromium; start `make demo` first.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def browser_path() -> str:
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for path in map(shutil.which, filter(None, names)) if path), None)
    if found is None:
        sys.exit("no Chromium here; install it, or set CHROMIUM to its path")
    return found


def settle(page: Page) -> None:
    """Wait until pictures are there and movement has ended."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1200)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.screenshots", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--scene", default="room-001")
    parser.add_argument("--object", type=int, default=0, help="number of the object to open")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    opened = f"{asked.address}/scene/{asked.scene}#object-{asked.object}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path(), args=QUIET)
        desktop = browser.new_page(viewport={"width": 1280, "height": 800})
        desktop.goto(opened)
        settle(desktop)
        desktop.screenshot(path=asked.out / "scene-desktop.png")
        phone = browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=1
        ).new_page()
        phone.goto(asked.address)
        settle(phone)
        phone.screenshot(path=asked.out / "wall-phone.png")
        phone.goto(opened)
        settle(phone)
        phone.screenshot(path=asked.out / "scene-phone.png")
        phone.goto(f"{opened}-all")
        phone.reload()
        settle(phone)
        phone.screenshot(path=asked.out / "feed-phone.png")
        browser.close()


if __name__ == "__main__":
    main()
