"""A sample catalogue of clothes: several pictures of each product in each colour, with attributes.

``catalogue.csv`` has a row for each product and colour (``sku_colour``, ``gender``, ``category``, ``color``,
``material``, ``pattern``, ``image``); ``images`` holds ``<sku>-<colour>_main.jpg``, ``_back``, ``_alt1``, ... in lower
case. Main pictures were given the colours that their rows say, and many of the others were not, so only main pictures
get that label.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.labels import plain
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.embedding.views.importing.table import rows_of

ATTRIBUTES = ("gender", "color", "material", "pattern")


def read_luma(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """All pictures of the products in ``catalogue.csv``; the colours of one product are in one split."""
    path = annotation_files(source, ("catalogue.csv",), "catalogue.csv")[0]
    rows = list(rows_of(path, "sku_colour"))
    return Reading(len(rows), _units(path, rows, pictures))


def _units(
    path: Path, rows: list[tuple[int, dict[str, str]]], pictures: PictureFolder
) -> Iterator[list[FoundView | Problem]]:
    views: dict[str, list[Path]] = {}
    for stem, found in sorted(pictures.by_stem.items()):
        views.setdefault(stem.rpartition("_")[0].casefold(), []).extend(found)
    for line, row in rows:
        name = plain(row["sku_colour"])
        some = views.get(name.casefold(), []) if name else []
        unit: list[FoundView | Problem] = []
        try:
            main = pictures.find(row.get("image", ""))
        except DataError as error:
            main = None
            unit.append(Problem(f"{path.name}: line {line}", str(error)))
        labels = {key: value for key in ATTRIBUTES if (value := single(row.get(key, "")))}
        without_colour = {key: value for key, value in labels.items() if key != "color"}
        for picture in some:
            unit.append(
                FoundView(
                    picture,
                    "product",
                    f"luma/{name}",
                    row.get("category", ""),
                    main=picture == main,
                    group=f"luma/{name.rpartition('-')[0] or name}",
                    labels=labels if picture == main else without_colour,
                )
            )
        yield unit


def single(value: str) -> str:
    """The value of an attribute that has one; "" where several are listed, for none of them is the only right one."""
    return "" if "|" in value else plain(html.unescape(value))
