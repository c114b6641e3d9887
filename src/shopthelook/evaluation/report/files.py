"""Writing the files of a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ReportError(ShopError):
    """A report cannot be written; the message says where and why."""


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write each of the files to ``folder``, which is made. Raises `ReportError` where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            data = content.encode("utf-8") if isinstance(content, str) else content
            (folder / name).write_bytes(data)
    except OSError as error:
        raise ReportError(f"{folder}: the report cannot be written: {error.strerror}") from None


def file_name(text: str) -> str:
    """A plain name for a file that holds what ``text`` names."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "data"
