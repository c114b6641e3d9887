"""Make a feed and labels of real photos: street photos to ask about, garments to find.

    python -m shopthelook.evaluation.datasets --data DIR --out DIR [--split test]

`DIR/fashion-scenes` and `DIR/garments` are the data sets that the models are trained and measured on. Of both only
the pictures of one split are taken. It writes `products.csv`, a feed of the garments with their labelled
categories, and `labels.jsonl` with the annotated garments of the street photos, for

    shopthelook products import OUT/products.csv
    shopthelook eval kinds OUT/labels.jsonl
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from shopthelook.datasets.splits import Split
from shopthelook.embedding.training.data import MIN_SIDE, DataError, View, load_whole, read_views
from shopthelook.errors import ShopError
from shopthelook.geometry import Box, BoxError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m shopthelook.evaluation.datasets", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--split", choices=get_args(Split), default="test")
    chosen = parser.parse_args(arguments)
    try:
        products, objects = write(chosen.data, chosen.out, chosen.split)
    except (ShopError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{products} products in {chosen.out / 'products.csv'}")
    print(f"{objects} objects in {chosen.out / 'labels.jsonl'}")
    return 0


def write(data: Path, out: Path, split: Split) -> tuple[int, int]:
    """Write the feed and the labels of a split; returns how many products and objects they hold.

    A garment whose label has no coarse category is left out, and so is a box of less than 16 pixels a side.

    Raises:
        DataError: a data set is missing or broken, or has nothing of this split.
    """
    views = [view for view in read_views(data.absolute()) if view.split == split and view.category >= 0]
    garments = [view for view in views if view.source == "garments"]
    scenes = [view for view in views if view.source == "fashion-scenes" and view.kind == "scene"]
    for name, found in (("garments", garments), ("fashion-scenes", scenes)):
        if not found:
            raise DataError(f"there is no picture of {name} of the split {split!r} in {data}")
    out.mkdir(parents=True, exist_ok=True)
    with (out / "products.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "title", "image_link", "google_product_category"))
        rows.writerows((view.thing, view.thing, view.path, view.category) for view in garments)
    objects = [entry for view in scenes if (entry := _entry(view)) is not None]
    with (out / "labels.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in objects)
    return len(garments), len(objects)


def _entry(view: View) -> dict[str, object] | None:
    box = view.box
    if box is None or min(box[2] - box[0], box[3] - box[1]) < MIN_SIDE:
        return None
    height, width = load_whole(view).shape[:2]
    try:
        inside = Box.from_pixels(box, width, height)
    except BoxError:
        return None
    return {"photo": str(view.path), "box": inside.as_list(), "category": view.category}


if __name__ == "__main__":
    sys.exit(main())
