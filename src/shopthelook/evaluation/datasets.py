"""Make a feed and labels of sets of views: photos to ask about, products to find.

    python -m shopthelook.evaluation.datasets --scenes VIEWS --products VIEWS --out DIR [--split test]

Both are sets that ``shopthelook dataset views import`` makes; of each only the views of one split are taken. It writes
``products.csv``, a feed of the products with their labelled categories, and ``labels.jsonl`` with the boxes of the
scenes, for

    shopthelook products import OUT/products.csv
    shopthelook eval kinds OUT/labels.jsonl
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from shopthelook.datasets.splits import Split
from shopthelook.embedding.views import DataError, View, load_whole, open_views
from shopthelook.errors import ShopError
from shopthelook.geometry import Box, BoxError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m shopthelook.evaluation.datasets", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--scenes", type=Path, required=True, help="set of views with boxes to ask about")
    parser.add_argument("--products", type=Path, required=True, help="set of views of products to find")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--split", choices=get_args(Split), default="test")
    chosen = parser.parse_args(arguments)
    try:
        products, objects = write(chosen.scenes, chosen.products, chosen.out, chosen.split)
    except (ShopError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{products} products in {chosen.out / 'products.csv'}")
    print(f"{objects} objects in {chosen.out / 'labels.jsonl'}")
    return 0


def write(scenes: Path, products: Path, out: Path, split: Split) -> tuple[int, int]:
    """Write the feed and the labels of a split; returns how many products and objects they hold.

    An object is a scene's box. A product is an instance, shown by its main picture or else its first, or where nobody
    knows the instance a picture; parts of pictures are no product, as a feed could not say which part. Views without a
    coarse category are left out.

    Raises:
        DataError: a set is missing or broken, or has nothing of this split.
    """
    asked = [view for view in _known(scenes, split) if view.role == "scene" and view.box is not None]
    if not asked:
        raise DataError(f"{scenes}: no scene with a box and a category in the split {split!r}")
    sold = _products(_known(products, split))
    if not sold:
        raise DataError(f"{products}: no whole picture of a product with a category in the split {split!r}")
    objects = [_entry(view) for view in asked]
    out.mkdir(parents=True, exist_ok=True)
    with (out / "products.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "title", "image_link", "google_product_category"))
        rows.writerows((name, name, view.path, view.category) for name, view in sorted(sold.items()))
    with (out / "labels.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in objects)
    return len(sold), len(objects)


def _known(folder: Path, split: Split) -> list[View]:
    # Absolute, as what is written names pictures that lie elsewhere.
    return [view for view in open_views(folder.resolve()).of_split(split) if view.category >= 0]


def _products(views: Iterable[View]) -> dict[str, View]:
    """The picture of each product by its id, which is the instance's name or the view's key."""
    found: dict[str, View] = {}
    for view in views:
        if view.role == "product" and view.box is None and view.mask is None:
            name = view.instance or view.key
            if name not in found or (view.main and not found[name].main):
                found[name] = view
    return found


def _entry(view: View) -> dict[str, object]:
    height, width = load_whole(view).shape[:2]
    try:
        box = Box.from_pixels(view.box or (0, 0, width, height), width, height)
    except BoxError as error:
        raise DataError(f"{view.path}: {error}") from None
    return {"photo": str(view.path), "box": box.as_list(), "category": view.category}


if __name__ == "__main__":
    sys.exit(main())
