"""The rows of ``views.csv``: text that people and programs write, checked value by value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from shopthelook.datasets.entries import is_text
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.tables import csv_lines, need_columns
from shopthelook.embedding.views.view import BoxPixels, Role

VIEWS_FILE = "views.csv"
CORNERS = ("x1", "y1", "x2", "y2")
COLUMNS = ("picture", "role", "instance", "category", *CORNERS, "main", "group", "mask")
NEEDED = ("picture", "role")
_MOST = 1e7  # of a coordinate, in pixels


@dataclass(frozen=True, slots=True)
class Row:
    """A row of ``views.csv``, as it is written there.

    ``picture`` and the file in ``mask`` ("FILE#VALUE") are relative to the data set's folder, or absolute; ``category``
    is a path, a name or an id of Google's taxonomy; "" is what nobody knows. ``group`` is a text, "sha256:" and 64
    digits for the bytes of a picture, or "" for the instance (where there is none: for the picture's bytes).
    """

    picture: str
    role: Role
    instance: str = ""
    category: str = ""
    box: BoxPixels | None = None
    main: bool = False
    group: str = ""
    mask: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


def read_rows(path: Path) -> Iterator[tuple[int, Row | DataError]]:
    """Yield each row of a table with the number of its last line, or what is wrong with that row.

    Raises:
        DataError: the table itself cannot be read.
    """
    lines = csv_lines(path)
    _, header = next(lines, (0, []))
    names = [name.strip() for name in header]
    need_columns(path, names, NEEDED)
    for name in names:
        if not name or names.count(name) > 1:
            raise DataError(f"{path}: " + (f"two columns {name!r}" if name else "a column without a name"))
    for line, values in lines:
        if not any(values):
            continue
        try:
            if len(values) > len(names):
                raise DataError(f"{len(values)} values, and there are {len(names)} columns")
            yield line, parse(dict(zip(names, (value.strip() for value in values), strict=False)))
        except DataError as error:
            yield line, DataError(f"{path}: line {line}: {error}")


def parse(values: Mapping[str, str]) -> Row:
    """The row of these values by column. Raises `DataError`, which says what is wrong but not where."""
    for name, value in values.items():
        if value and not is_text(value):
            raise DataError(f"{name}: {value[:60]!r} is no text")
    picture = values.get("picture", "")
    if not picture:
        raise DataError("picture: a path is needed")
    role = values.get("role", "")
    if role not in get_args(Role):
        raise DataError(f"role: {' or '.join(get_args(Role))} is needed, not {role[:60]!r}")
    main = values.get("main", "")
    if main not in ("", "0", "1"):
        raise DataError(f"main: 0 or 1 is needed, not {main[:60]!r}")
    mask, group = values.get("mask", ""), values.get("group", "")
    if mask:
        split_mask(mask)
    if group.startswith("sha256:") and not re.fullmatch("[0-9a-f]{64}", group[7:]):
        raise DataError(f"group: 64 hexadecimal digits are needed after 'sha256:', not {group[7:80]!r}")
    return Row(
        picture,
        role,  # type: ignore[arg-type]  # checked above
        values.get("instance", ""),
        values.get("category", ""),
        _box(values),
        main == "1",
        group,
        mask,
        {name: value for name, value in values.items() if value and name not in COLUMNS},
    )


def split_mask(mask: str) -> tuple[str, int]:
    """The file and the value of a "FILE#VALUE". Raises `DataError` for anything else."""
    file, _, value = mask.rpartition("#")
    if not file or not re.fullmatch("[0-9]{1,3}", value) or int(value) > 255:
        raise DataError(f"mask: FILE#VALUE with a value from 0 to 255 is needed, not {mask[:60]!r}")
    return file, int(value)


def _box(values: Mapping[str, str]) -> BoxPixels | None:
    texts = [values.get(name, "") for name in CORNERS]
    if not any(texts):
        return None
    shown = " ".join(texts)[:60]
    try:
        x1, y1, x2, y2 = (float(text) for text in texts)
    except ValueError:
        raise DataError(f"x1 y1 x2 y2: four numbers are needed, or none, not {shown!r}") from None
    if not all(math.isfinite(side) and abs(side) <= _MOST for side in (x1, y1, x2, y2)):
        raise DataError(f"x1 y1 x2 y2: numbers of pixels are needed, not {shown!r}")
    if x2 <= x1 or y2 <= y1:
        raise DataError(f"x1 y1 x2 y2: the box {shown} is empty")
    return x1, y1, x2, y2
