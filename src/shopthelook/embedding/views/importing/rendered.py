"""Rendered products and rooms, as `demo/` makes them.

``products.csv`` (file, product_id, category) lists several pictures of a product, of which the first is its main one;
the id of one that was given another colour than its model's ends with that colour. ``rooms.json`` holds ``scenes`` with
``objects`` (box in fractions, category, product_id, visible share). A room may show products that have no picture. In
place of ``products.csv`` there may be a feed, ``products.tsv`` (id, image_link, google_product_category).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from shopthelook.datasets.entries import Entry, read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.datasets.labels import plain
from shopthelook.datasets.problems import Problem
from shopthelook.datasets.tables import need_columns
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.embedding.views.importing.table import rows_of

LEAST_VISIBLE = 0.3  # share of an object that must be seen; what hides the rest would be learned instead
COLOR = re.compile(
    r"-((light|dark|navy)-)?(white|black|red|orange|yellow|green|teal|blue|purple|pink|beige|grey|brown)$"
)


def read_rendered(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """The products of ``products.csv`` and the boxes of ``rooms.json``, either of which may be missing."""
    table, feed, rooms = (source / name for name in ("products.csv", "products.tsv", "rooms.json"))
    if not any(path.exists() for path in (table, feed, rooms)):
        raise DataError(f"{source}: no renders here; products.csv, products.tsv or rooms.json is needed")
    rows: list[tuple[int, dict[str, str]]] = []
    if table.exists():
        rows = list(rows_of(table, "product_id"))
    elif feed.exists():
        rows = list(_feed(feed))
    scenes = read_json(rooms) if rooms.exists() else Entry({}, str(rooms))
    return Reading(len(rows) + scenes.count("scenes"), _units(rows, scenes, pictures))


def model_group(product: str) -> str:
    """What all colours of a rendered product's model share: the text that their split follows from."""
    return f"renders/{COLOR.sub('', product)}"


def _feed(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a feed under the names of ``products.csv``. Raises `DataError` where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    header = lines[0].split("\t") if lines else []
    need_columns(path, header, ("id", "image_link"))
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        row = dict(zip(header, line.split("\t"), strict=False))
        category = row.get("google_product_category", "")
        yield number, {"product_id": row["id"], "file": row.get("image_link", ""), "category": category}


def _units(
    rows: list[tuple[int, dict[str, str]]], scenes: Entry, pictures: PictureFolder
) -> Iterator[list[FoundView | Problem]]:
    shown: set[str] = set()
    for line, row in rows:
        product = plain(row["product_id"])
        try:
            if not product:
                raise DataError("a product's id is needed")
            found = pictures.find(row.get("file", ""))
        except DataError as error:
            yield [Problem(f"products: line {line}", str(error))]
            continue
        view = FoundView(found, "product", f"renders/{product}", row.get("category", ""))
        yield [_with(view, product, main=product not in shown)]
        shown.add(product)
    for i in range(scenes.count("scenes")):
        try:
            yield list(_room(scenes.item("scenes", i), pictures))
        except DataError as error:
            yield [Problem(f"rooms.json: scenes[{i}]", str(error))]


def _room(scene: Entry, pictures: PictureFolder) -> Iterator[FoundView]:
    path = pictures.find(scene.text("scene"))
    for thing in scene.objects("objects"):
        if thing.number("visible") < LEAST_VISIBLE:
            continue
        product = plain(thing.text("product_id"))
        view = FoundView(path, "scene", f"renders/{product}", thing.text("category"), thing.four("box"), True)
        yield _with(view, product)


def _with(view: FoundView, product: str, main: bool = False) -> FoundView:
    colour = COLOR.search(product)
    # "Light gray", as merchants write it: one colour of several data sets should have one name.
    name = "" if colour is None else colour[0][1:].replace("-", " ").replace("grey", "gray").capitalize()
    labels = {"color": name} if name else {}
    return replace(view, main=main, group=model_group(product), labels=labels)
