"""python -m demo.evaluate: does a rendered room find its own products?

For every object of ``demo/rooms.json`` it asks, with the true box and the product's own category: is the right product
among the first 1, 5 and 10 hits? Then the same through the detector: is there a detected box of that object (IoU at
least 0.5) with its coarse category, and does that box find the product? No demo model was seen in any training.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shopthelook import Shop
from shopthelook.geometry import iou

HERE = Path(__file__).parent
DEPTHS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One object of one room: the rank of its product from 0, None where it is not among the hits."""

    category: str
    by_box: int | None
    detected: bool
    by_detector: int | None


def evaluate(shop: Shop, rooms: Path = HERE / "rooms.json", limit: int | None = None) -> list[Outcome]:
    """Search every object of the first ``limit`` rooms (default: all)."""
    outcomes = []
    for room in json.loads(rooms.read_text())["scenes"][:limit]:
        photo = rooms.parent / room["scene"]
        found = shop.search(photo, k=max(DEPTHS)).objects
        boxes = np.array([one.box.as_list() for one in found], np.float32).reshape(-1, 4)
        for thing in room["objects"]:
            category = shop.taxonomy.get(thing["category"])
            [given] = shop.search(photo, box=thing["box"], category=category, k=max(DEPTHS)).objects
            coarse = shop.taxonomy.coarse(category)
            overlap = iou(np.array([thing["box"]], np.float32), boxes)[0]
            same = [
                i
                for i in np.argsort(-overlap)
                if overlap[i] >= 0.5 and coarse is not None and found[i].category == coarse
            ]
            outcomes.append(
                Outcome(
                    (coarse or category).full,
                    rank(given.hits, thing["product_id"]),
                    bool(same),
                    rank(found[same[0]].hits, thing["product_id"]) if same else None,
                )
            )
    return outcomes


def rank(hits: Any, product_id: str) -> int | None:
    """Where a product stands among hits."""
    return next((i for i, hit in enumerate(hits) if hit.product_id == product_id), None)


def share(ranks: list[int | None], depth: int) -> float:
    """The share of ranks below ``depth``."""
    return sum(at is not None and at < depth for at in ranks) / max(1, len(ranks))


def summary(outcomes: list[Outcome]) -> dict[str, float]:
    """The figures over all outcomes."""
    figures = {f"given boxes, top {d}": share([o.by_box for o in outcomes], d) for d in DEPTHS}
    figures["detected"] = sum(o.detected for o in outcomes) / max(1, len(outcomes))
    return figures | {f"detected, top {d}": share([o.by_detector for o in outcomes], d) for d in DEPTHS}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo.evaluate", description=__doc__)
    parser.add_argument("--shop", type=Path, default=Path("demo-shop"), help="a shop with the demo products")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    with Shop.open(asked.shop) as shop:
        outcomes = evaluate(shop)
        bundles = [shop.detector_bundle.id, shop.embedder_bundle.id]
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.category].append(outcome)
    names = list(summary(outcomes))
    print(f"{len(outcomes)} objects; {', '.join(bundles)}")
    for name, value in summary(outcomes).items():
        print(f"  {name:22} {value:.3f}")
    print(f"\n{'':52}{'n':>5}" + "".join(f"{name.replace('given boxes, ', 'box '):>17}" for name in names))
    for category, some in sorted(groups.items(), key=lambda item: -len(item[1])):
        cells = "".join(f"{value:17.2f}" for value in summary(some).values())
        print(f"{category:52}{len(some):5}{cells}")
    if asked.json:
        asked.json.write_text(
            json.dumps({"n": len(outcomes), "bundles": bundles, **summary(outcomes)}) + "\n"
        )
    return 0


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has seen enough, as `head` does. What is still to be written at the end has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)
