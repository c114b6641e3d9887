"""python -m benchmarks.listing: what counts and price order add to a search, in milliseconds of one core.

A stored object of a shop (the demo's: `make demo` makes it) is searched for 24 hits in all of the shop: plainly, with
the values of seven fields counted, and sorted by price. Told is the processor's time in the thread that searches.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

from shopthelook import Shop
from shopthelook.pipeline import Listing
from shopthelook.pipeline.listing import FACETS, PLAIN

WAYS = {
    "plain": PLAIN,
    "counted among 50": Listing(facets=FACETS, among=50),
    "counted among 200": Listing(facets=FACETS),
    "by price among 200": Listing("price"),
    "both": Listing("price", FACETS),
}


def main() -> None:
    """Print a table, and write the rows with --json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listing", description=__doc__)
    parser.add_argument("--shop", type=Path, default=Path("demo-shop"))
    parser.add_argument("--object", default="room-001/1")
    parser.add_argument("--where", default='category:Furniture OR category:"Home & Garden"')
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    with Shop.open(asked.shop, threads=1) as shop:
        products = len(shop.search_object(asked.object, 10_000, where=asked.where))
        for _ in range(asked.rounds):
            for name, listing in WAYS.items():
                start = time.thread_time()
                shop.search_object(asked.object, 24, where=asked.where, listing=listing)
                taken[name].append((time.thread_time() - start) * 1000)
    rows = [{"way": name, "p50_ms": round(statistics.median(one), 2)} for name, one in taken.items()]
    print(f"{products} products qualify; 24 hits, {asked.rounds} rounds")
    for row in rows:
        print(f"{row['way']:20} {row['p50_ms']:6.2f} ms")
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
