"""Photos of one thing each, with a label and no box: ``labels.csv`` beside the pictures.

Columns are ``image`` (a path) and ``label``, and ``group`` where several pictures show one thing; others are ignored.
So is the "clothing dataset" published (A. Grigorev, CC0), whose 17 labels are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook import images
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.tables import csv_lines, need_columns
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem, Reading
from shopthelook.detection.datasets.products.extent import LOOK, main_extent
from shopthelook.images import PictureError

TABLES = ("labels.csv",)
COLUMNS = ("image", "label")
GROUP = "group"


def read_labelled_photos(source: Path, pictures: PictureFolder) -> Reading:
    """The photos of ``labels.csv``, or of the file that ``source`` is, each with the box of what stands out in it."""
    path = annotation_files(source, TABLES, "labels.csv with the columns image and label")[0]
    lines = csv_lines(path)
    _, header = next(lines, (0, []))
    need_columns(path, header, COLUMNS)
    rows = [(line, dict(zip(header, values, strict=False))) for line, values in lines if values]
    return Reading(len(rows), _pictures(path, rows, pictures))


def _pictures(
    path: Path, rows: list[tuple[int, dict[str, str]]], pictures: PictureFolder
) -> Iterator[FoundPicture | Problem]:
    for line, row in rows:
        where = f"{path.name}: line {line}"
        if not all(row.get(name) for name in COLUMNS):
            yield Problem(where, "a picture and a label are needed")
            continue
        try:
            found = pictures.find(row["image"])
            extent = main_extent(small := images.read(found, max_side=LOOK))
        except (DataError, PictureError) as error:
            yield Problem(f"{where}: {row['image']}", str(error))
            continue
        height, width = small.shape[:2]
        x1, y1, x2, y2 = extent.box.tolist()
        corners = (x1 / width, y1 / height, x2 / width, y2 / height)
        box = FoundBox(row["label"], corners, more={} if extent.is_seen else {"guessed": True})
        yield FoundPicture(found, [box], fractions=True, more={GROUP: row[GROUP]} if row.get(GROUP) else {})
