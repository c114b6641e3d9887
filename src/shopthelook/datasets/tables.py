"""Tables as CSV, as publishers of data sets give them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from shopthelook.datasets.errors import DataError


def csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the number of its line. Raises `DataError` where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as CSV: {error}") from None


def need_columns(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    """Raise `DataError` where a table lacks one of ``columns``."""
    missing = [name for name in columns if name not in header]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}; it has {', '.join(header)[:200] or 'none'}")
