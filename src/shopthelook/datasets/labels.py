"""The labels that data sets use, and the categories that they mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory


def own_labels(path: Path) -> Iterator[tuple[str, Category | None]]:
    """Pairs of a folder's own labels; no category after the tab says that the label has none."""
    if not path.exists():
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        label, tab, category = line.partition("\t")
        if not tab or not label.strip():
            raise DataError(
                f"{path}: line {number}: a label, a tab and a category are needed, not {line[:60]!r}"
            )
        try:
            yield label.strip(), Taxonomy.builtin().get(category.strip()) if category.strip() else None
        except UnknownCategory as error:
            raise DataError(f"{path}: line {number}: {error}") from None


def called(name: str) -> Category | None:
    """The one category of this name, or of its plural."""
    if name.isdigit():
        return None  # the taxonomy would take it for an id
    for form in (name, name + "s", name + "es"):
        with suppress(UnknownCategory):
            return Taxonomy.builtin().get(form)
    return None


def plain(text: str) -> str:
    """The text on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
