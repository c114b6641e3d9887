"""Photos of one thing each, with a label: ``labels.csv`` beside the pictures, with the columns ``image`` and ``label``.

Where several pictures show one thing, ``instance`` says which; ``group`` says what must be in one split. Other columns
are labels of their own. So is the "clothing dataset" published (A. Grigorev, CC0).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.labels import plain
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading
from shopthelook.embedding.views.importing.table import rows_of

_OWN = ("image", "label", "instance", "group")


def read_labelled_photos(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """The photos of ``labels.csv``, or of the file that ``source`` is."""
    path = annotation_files(source, ("labels.csv",), "labels.csv with the columns image and label")[0]
    rows = list(rows_of(path, "image"))
    return Reading(len(rows), _units(path, rows, pictures))


def _units(
    path: Path, rows: list[tuple[int, dict[str, str]]], pictures: PictureFolder
) -> Iterator[list[FoundView | Problem]]:
    for line, row in rows:
        try:
            found = pictures.find(row["image"])
        except DataError as error:
            yield [Problem(f"{path.name}: line {line}", str(error))]
            continue
        instance = plain(row.get("instance", ""))
        yield [
            FoundView(
                found,
                "product",
                instance,
                row.get("label", ""),
                group=plain(row.get("group", "")) or ("" if instance else None),
                labels={
                    name: plain(value) for name, value in row.items() if name not in _OWN and plain(value)
                },
            )
        ]
