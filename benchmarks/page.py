"""python -m benchmarks.page: how soon a shopper sees the first picture of a served shop, and what that takes.

A fresh headless Chromium opens each view several times, at phone and desktop width: on this machine's own network, and
slowed down as by a phone on 4G (CPU four times slower, 150 ms a round trip, 1.6 Mbit/s down). Reported are the moments
of the first picture and of the largest paint, layout shift, requests and bytes. Start `make demo` first.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from demo.screenshots import QUIET, browser_path
from playwright.sync_api import Browser, sync_playwright

VIEWS = {
    "wall": "/",
    "scene": "/scene/{scene}",
    "products": "/scene/{scene}#object-{object}",
    "product": "/product/{product}",
}
WIDTHS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}

WATCH = """
window.seen = { shift: 0, largest: 0, picture: 0 };
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    seen.largest = one.startTime;
    if (seen.picture === 0 && one.url.includes("/v1/pictures/")) seen.picture = one.startTime;
  }
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
"""Counts layout shift that no press caused, and notes when the first picture of the shop was painted."""


def look(browser: Browser, address: str, width: dict[str, Any], slow: bool) -> dict[str, float]:
    """One visit with empty caches: milliseconds since the start, layout shift, requests and kilobytes."""
    context = browser.new_context(**width)
    context.add_init_script(WATCH)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    received = {"requests": 0, "bytes": 0}
    devtools.on("Network.requestWillBeSent", lambda _: received.update(requests=received["requests"] + 1))
    devtools.on(
        "Network.loadingFinished",
        lambda told: received.update(bytes=received["bytes"] + told["encodedDataLength"]),
    )
    if slow:
        devtools.send("Network.emulateNetworkConditions", SLOW)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address)
    page.wait_for_function("() => window.seen.picture > 0", timeout=60_000)
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("window.seen")
    context.close()
    return {
        "first_picture_ms": seen["picture"],
        "largest_paint_ms": seen["largest"],
        "layout_shift": seen["shift"],
        "requests": received["requests"],
        "kilobytes": received["bytes"] / 1000,
    }


def main() -> None:
    """Print a table, and write the rows with --json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--scene", default="room-001")
    parser.add_argument("--object", type=int, default=1)
    parser.add_argument("--product", default="blendswap-cc-0-armchair")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=browser_path(), args=QUIET)
        for network, width, (view, path) in (
            (network, width, one) for network in ("local", "4G") for width in WIDTHS for one in VIEWS.items()
        ):
            address = asked.address + path.format(
                scene=asked.scene, object=asked.object, product=asked.product
            )
            looks = [look(browser, address, WIDTHS[width], network == "4G") for _ in range(asked.rounds)]
            middle = {name: round(statistics.median(one[name] for one in looks), 3) for name in looks[0]}
            rows.append({"network": network, "width": width, "view": view, "n": len(looks), **middle})
        browser.close()
    print("network  width    view      first picture   largest  shift  requests     kB")
    for row in rows:
        times = f"{row['first_picture_ms']:10.0f} ms {row['largest_paint_ms']:6.0f} ms"
        sizes = f"{row['layout_shift']:6.3f} {row['requests']:9.0f} {row['kilobytes']:6.0f}"
        print(f"{row['network']:8} {row['width']:8} {row['view']:9} {times} {sizes}")
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
