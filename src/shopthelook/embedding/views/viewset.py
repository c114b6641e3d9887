"""A data set of views: a folder with ``views.csv``, ``info.json`` and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shopthelook.datasets.entries import read_json
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.splits import Split, split_of, split_of_digest
from shopthelook.embedding.views.rows import VIEWS_FILE, Row, read_rows, split_mask
from shopthelook.embedding.views.view import View
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory

INFO_FILE = "info.json"


@dataclass(frozen=True, slots=True)
class ViewSet:
    """A data set as its files say it. Pictures are not opened before `load` is asked for one."""

    folder: Path
    name: str
    licence: str
    views: tuple[View, ...]
    description: str = ""

    def of_split(self, split: Split) -> tuple[View, ...]:
        """The views of one split."""
        return tuple(view for view in self.views if view.split == split)


def open_views(folder: Path) -> ViewSet:
    """Read a data set of views, in the order of its rows.

    A category that is not in the built-in taxonomy, or has no coarse category above it, is -1; `check` tells those.

    Raises:
        DataError: there is no such data set, or a row is wrong; the message names the file and the line.
    """
    table = folder / VIEWS_FILE
    if not table.exists():
        raise DataError(
            f"{folder}: no views here; a folder with {VIEWS_FILE} is needed, "
            "which 'shopthelook dataset views import' makes of published sets and tables"
        )
    licence, description = read_info(folder)
    name = folder.resolve().name
    views = []
    for line, row in read_rows(table):
        if isinstance(row, DataError):
            raise row
        try:
            views.append(view_of(row, folder, name))
        except DataError as error:
            raise DataError(f"{table}: line {line}: {error}") from None
    if not views:
        raise DataError(f"{table}: it has no rows")
    return ViewSet(folder, name, licence, tuple(views), description)


def read_info(folder: Path) -> tuple[str, str]:
    """Licence and description of ``info.json``. Raises `DataError`."""
    if not (folder / INFO_FILE).exists():
        return "as its source states", ""
    info = read_json(folder / INFO_FILE)
    return info.text("license", "as its source states"), info.text("description", "")


def view_of(row: Row, folder: Path, source: str) -> View:
    """The view that a row of the data set ``source`` in ``folder`` speaks of.

    Raises `DataError` where its split follows from the picture's bytes, and these cannot be read.
    """
    mask = None
    if row.mask:
        file, value = split_mask(row.mask)
        mask = (folder / file, value)
    path = folder / row.picture
    group = row.group or row.instance
    return View(
        path,
        row.picture,
        source,
        row.instance or None,
        row.role,
        coarse_id(row.category),
        split_of_group(group) if group else _split_of_file(path),
        group or row.picture,
        row.box,
        mask,
        row.main,
        row.labels,
    )


def split_of_group(group: str) -> Split:
    """The split of a group: of its text, or of the hash that "sha256:..." says."""
    if group.startswith("sha256:"):
        return split_of_digest(bytes.fromhex(group[7:]))
    return split_of(group)


def _split_of_file(path: Path) -> Split:
    try:
        return split_of(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: this picture cannot be read: {reason}") from None


@cache
def coarse_id(category: str) -> int:
    """The id of the coarse category above a path, name or id; -1 where there is none."""
    if not category:
        return -1
    taxonomy = Taxonomy.builtin()
    try:
        coarse = taxonomy.coarse(taxonomy.get(category))
    except UnknownCategory:  # the built-in taxonomy leaves out branches without coarse categories
        return -1
    return -1 if coarse is None else coarse.id


def coarse_categories() -> tuple[Category, ...]:
    """The categories that a view can have."""
    return Taxonomy.builtin().coarse_categories


def open_all(folders: Iterable[Path]) -> list[ViewSet]:
    """Several data sets. Raises `DataError` as `open_views` does, and where two have one name."""
    sets = [open_views(folder) for folder in folders]
    names = [one.name for one in sets]
    for one in sets:
        if names.count(one.name) > 1:
            raise DataError(f"{one.folder}: two of the data sets are called {one.name!r}")
    return sets
