"""Folds of a set of views, so that each instance can be judged by an embedder that has never seen it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from shopthelook.datasets.cleaning import fold_of
from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views.rows import VIEWS_FILE, Row, read_rows
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import ViewSet
from shopthelook.embedding.views.writing import write_views


def fold_of_view(view: View, folds: int) -> int:
    """The fold, 0 to ``folds`` - 1, that follows from a view's group, as its split does."""
    group = view.group
    if group.startswith("sha256:"):
        return fold_of(bytes.fromhex(group[7:]), folds)
    return fold_of(hashlib.sha256(group.encode()).digest(), folds)


def write_without(data: ViewSet, fold: int, folds: int, out: Path) -> int:
    """Write the set of views ``out`` without those of a fold, to train the embedder that judges these.

    Pictures are named where they lie. Returns how many views are in it. Raises `DataError` when ``out`` exists or
    nothing is left.
    """
    if not 0 <= fold < folds:
        raise DataError(f"folds go from 0 to {folds - 1}, not {fold}")
    if out.exists():
        raise DataError(f"{out} exists already; name another folder, or delete it first")
    folder = data.folder.absolute()
    kept = [
        _in_place(row, folder)
        for row, view in zip(rows_of(data), data.views, strict=True)
        if fold_of_view(view, folds) != fold
    ]
    if not kept:
        raise DataError(f"{data.folder}: without fold {fold} of {folds} no view is left")
    write_views(out, kept, data.description, data.licence)
    return len(kept)


def rows_of(data: ViewSet) -> list[Row]:
    """The rows that the views of a set were read from, one for each. Raises `DataError`."""
    rows = []
    for _, row in read_rows(data.folder / VIEWS_FILE):
        if isinstance(row, DataError):
            raise row
        rows.append(row)
    return rows


def _in_place(row: Row, folder: Path) -> Row:
    return replace(
        row,
        picture=str(folder / row.picture),
        mask=str(folder / row.mask) if row.mask else "",
    )
