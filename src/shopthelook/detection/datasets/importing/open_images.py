"""Open Images: boxes as CSV (fractions of the sides), class descriptions as CSV, pictures named by their id.

The boxes' file is called ``*annotations-bbox.csv``, that of the classes ``*class-descriptions*.csv``, with or
without a header; or, as FiftyOne fetches them, ``labels/detections.csv`` and ``metadata/classes.csv`` of each split.
Only the pictures that lie there are read: few people fetch all nine million.
https://storage.googleapis.com/openimages/web/download.html
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.tables import csv_lines, need_columns
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem, Reading

BOXES = (
    "*annotations-bbox*.csv",
    "*/*annotations-bbox*.csv",
    "labels/detections.csv",
    "*/labels/detections.csv",
)
CLASSES = (
    "*class-descriptions-boxable.csv",
    "*/*class-descriptions-boxable.csv",
    "*class-descriptions*.csv",
    "*/*class-descriptions*.csv",
    "metadata/classes.csv",
    "*/metadata/classes.csv",
)
COLUMNS = ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax")


def read_open_images(source: Path, pictures: PictureFolder) -> Reading:
    """The boxes of all pictures that are there; a box around a group is a crowd."""
    classes = annotation_files(source, CLASSES, "class-descriptions-boxable.csv of Open Images")[0]
    files = annotation_files(source, BOXES, "annotations-bbox.csv of Open Images")
    names = dict(_rows(classes))
    boxes: dict[str, list[FoundBox]] = {}
    problems: list[Problem] = []
    for path in files:
        _boxes(path, names, pictures, boxes, problems)
    if not boxes:
        raise DataError(
            f"{source}: none of the pictures that {files[0].name} names lie below {pictures.root}; "
            "each is called by its id, as in 000002b66c9c498e.jpg"
        )
    return Reading(len(boxes), _pictures(boxes, problems, pictures))


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    for _, row in csv_lines(path):
        # Newer versions begin with a header; ids look like /m/01mzpv.
        if len(row) >= 2 and row[0].startswith("/"):
            yield row[0], row[1]


def _boxes(
    path: Path,
    names: dict[str, str],
    pictures: PictureFolder,
    boxes: dict[str, list[FoundBox]],
    problems: list[Problem],
) -> None:
    lines = csv_lines(path)
    _, header = next(lines, (0, []))
    need_columns(path, header, COLUMNS)
    for line, values in lines:
        row = dict(zip(header, values, strict=False))
        key = row["ImageID"] if values else ""
        if key not in pictures.by_stem:
            continue
        found = boxes.setdefault(key, [])
        label = names.get(row.get("LabelName", ""))
        try:
            x1, x2, y1, y2 = (float(row[name]) for name in COLUMNS[2:])
        except (KeyError, ValueError):
            problems.append(Problem(f"{path.name}: line {line}", "the box is not four numbers"))
            continue
        if label is None:
            reason = f"no class has the id {row['LabelName']!r}"
            problems.append(Problem(f"{path.name}: line {line}", reason))
            continue
        found.append(FoundBox(label, (x1, y1, x2, y2), row.get("IsGroupOf") == "1"))


def _pictures(
    boxes: dict[str, list[FoundBox]], problems: list[Problem], pictures: PictureFolder
) -> Iterator[FoundPicture | Problem]:
    yield from problems
    for key, found in boxes.items():
        paths = pictures.by_stem[key]
        if len(paths) > 1:
            shown = ", ".join(str(path.relative_to(pictures.root)) for path in paths[:3])
            yield Problem(key, f"{len(paths)} pictures have this id: {shown}")
        else:
            yield FoundPicture(paths[0], found, fractions=True)
