"""A plain CSV file: the columns of ``views.csv``, of which only ``picture`` (or ``image``) is needed.

Without ``role`` a picture with a box is a scene, and any other a product.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.problems import Problem
from shopthelook.datasets.tables import csv_lines, need_columns
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.embedding.views.rows import CORNERS, parse, split_mask


def read_table(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """The rows of the file that ``source`` is, or of the CSV files in it."""
    files = annotation_files(source, ("views.csv", "*.csv"), "CSV file")
    listed = [(path, line, row) for path in files for line, row in rows_of(path, "picture", ("image",))]
    return Reading(len(listed), _units(listed, pictures))


def rows_of(path: Path, needed: str, or_else: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table by column, with their lines; a column of ``or_else`` may stand in for ``needed``."""
    lines = csv_lines(path)
    _, header = next(lines, (0, []))
    names = [name.strip() for name in header]
    if needed not in names:
        names = [needed if name in or_else else name for name in names]
    need_columns(path, names, (needed,))
    for line, values in lines:
        if any(values):
            yield line, dict(zip(names, (value.strip() for value in values), strict=False))


def _units(
    listed: list[tuple[Path, int, dict[str, str]]], pictures: PictureFolder
) -> Iterator[list[FoundView | Problem]]:
    for path, line, values in listed:
        try:
            role = "scene" if any(values.get(side) for side in CORNERS) else "product"
            row = parse({**values, "role": values.get("role") or role})
            mask = None
            if row.mask:
                file, value = split_mask(row.mask)
                mask = (pictures.find(file), value)
            yield [
                FoundView(
                    pictures.find(row.picture),
                    row.role,
                    row.instance,
                    row.category,
                    row.box,
                    mask=mask,
                    main=row.main,
                    group=row.group or ("" if row.instance else None),
                    labels=row.labels,
                )
            ]
        except DataError as error:
            yield [Problem(f"{path.name}: line {line}", str(error))]
