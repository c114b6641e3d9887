"""Writing a data set of views."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from shopthelook.datasets.entries import is_text
from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views.rows import COLUMNS, CORNERS, VIEWS_FILE, Row, parse
from shopthelook.embedding.views.viewset import INFO_FILE

_DIGITS = 2  # hundredths of a pixel


def write_views(
    folder: Path,
    rows: Iterable[Row],
    description: str = "",
    licence: str = "",
    notes: Mapping[str, object] | None = None,
) -> None:
    """Write ``views.csv`` and ``info.json`` to ``folder``, which is made; the pictures are there already.

    ``notes`` is what else goes into ``info.json``. Columns that no row has a value in are left out, but for picture and
    role. Boxes are rounded to hundredths.

    Raises:
        DataError: a text in a row could not be read back as it is.
    """
    texts = [texts_of(row) for row in rows]
    used = {name for values in texts for name, value in values.items() if value}
    labels = sorted(used - set(COLUMNS))
    names = [name for name in COLUMNS if name in used | {"picture", "role"}] + labels
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, names, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(texts)
    folder.mkdir(parents=True, exist_ok=True)
    info = {"description": description, "license": licence or "as its source states", **(notes or {})}
    _write(folder / INFO_FILE, json.dumps(info, ensure_ascii=False, indent=1) + "\n")
    _write(folder / VIEWS_FILE, out.getvalue())


def texts_of(row: Row) -> dict[str, str]:
    """What a row has in each column. Raises `DataError` for what could not be read back as it is."""
    corners = (
        {}
        if row.box is None
        else {
            name: f"{round(side, _DIGITS):.{_DIGITS}f}".rstrip("0").rstrip(".")
            for name, side in zip(CORNERS, row.box, strict=True)
        }
    )
    texts = {
        **row.labels,
        **corners,
        "picture": row.picture,
        "role": row.role,
        "instance": row.instance,
        "category": row.category,
        "main": "1" if row.main else "",
        "group": row.group,
        "mask": row.mask,
    }
    for name, value in texts.items():
        if not name or name != name.strip() or not all(_can_be_read_back(text) for text in (name, value)):
            raise DataError(f"{row.picture!r}: {name!r} cannot be written: {value[:60]!r}")
    try:
        parse(texts)
    except DataError as error:
        raise DataError(f"{row.picture!r} cannot be written: {error}") from None
    return texts


def _can_be_read_back(text: str) -> bool:
    return not text or (text.isprintable() and text == text.strip() and is_text(text))


def _write(path: Path, text: str) -> None:
    aside = path.with_name(path.name + ".new")
    aside.write_text(text, encoding="utf-8", newline="")
    aside.replace(path)
