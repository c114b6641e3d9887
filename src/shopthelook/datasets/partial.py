"""A folder that is being made: written under another name, and renamed when whole."""

from __future__ import annotations

from pathlib import Path

from shopthelook.datasets.errors import DataError

_ORDER = "import.json"


def begin(out: Path, order: str) -> Path:
    """Make the folder ``OUT.partial``, or take the one that a stopped run of the same ``order`` left.

    Raises `DataError` when ``out`` exists, or another order left the folder.
    """
    if out.exists():
        raise DataError(f"{out} exists already; name another folder, or delete it first")
    partial = out.with_name(out.name + ".partial")
    note = partial / _ORDER
    if partial.exists() and (not note.exists() or note.read_text(encoding="utf-8") != order):
        raise DataError(f"{partial} is left of another import; delete it first")
    partial.mkdir(parents=True, exist_ok=True)
    note.write_text(order, encoding="utf-8")
    return partial


def finish(partial: Path, out: Path) -> None:
    """Give the folder its name."""
    (partial / _ORDER).unlink(missing_ok=True)
    partial.rename(out)
