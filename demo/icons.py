"""python -m demo.icons: the page's icons in the sizes that phones ask for, from web/public/icon.svg.

Needs the extra [dev] and a Chromium.
"""

from __future__ import annotations

import argparse
import base64
from pathlib import Path

from playwright.sync_api import sync_playwright

from demo.screenshots import QUIET, browser_path

FOLDER = Path(__file__).parents[1] / "web" / "public"
SIZES = {"icon-192.png": 192, "icon-512.png": 512, "apple-touch-icon.png": 180, "icon-maskable-512.png": 512}
# A phone may cut a maskable icon to any shape that keeps the middle 80 percent; Apple's are cut to a square.
FULL = {"apple-touch-icon.png": 1.0, "icon-maskable-512.png": 0.86}


def main() -> None:
    """Write the pictures anew."""
    argparse.ArgumentParser(prog="python -m demo.icons", description=__doc__).parse_args()
    svg = (FOLDER / "icon.svg").read_bytes()
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path(), args=QUIET)
        for name, size in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            share = FULL.get(name)
            inside = size * (share or 1)
            # Behind a whole picture the ground goes on to the edges, where the icon has round corners.
            ground = "transparent" if share is None else ground_of(svg.decode())
            page.set_content(
                f"<body style='margin:0;display:grid;place-items:center;height:100vh;background:{ground}'>"
                f"<img src='{source}' width='{inside}' height='{inside}'></body>"
            )
            page.locator("img").evaluate("img => img.decode()")
            page.screenshot(path=FOLDER / name, omit_background=True)
            page.close()
        browser.close()


def ground_of(svg: str) -> str:
    """The colour that the icon stands on: that of its first shape."""
    return svg.split('fill="', 1)[1].split('"', 1)[0]


if __name__ == "__main__":
    main()
