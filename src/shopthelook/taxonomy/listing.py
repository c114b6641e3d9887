"""Reading and writing lists of categories: Google's "id - A > B" lines, or "id<tab>A > B"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from shopthelook.taxonomy.category import TaxonomyError

_LINE = re.compile(r"\s*([0-9]{1,18})(?:\s*\t\s*|\s+-\s+)(.*\S)\s*", re.DOTALL)


class Entry(NamedTuple):
    """One line of a list."""

    line: int
    id: int
    path: tuple[str, ...]


def read_entries(lines: Iterable[str]) -> list[Entry]:
    """Parse a list, skipping blank lines and `#` comments; order is kept, a parent may follow its child.

    Raises `TaxonomyError` with the line number for a malformed line, an id or a path given twice, and
    for a category whose parent is not in the list.
    """
    entries: list[Entry] = []
    ids: dict[int, int] = {}
    paths: dict[tuple[str, ...], int] = {}
    for number, raw in enumerate(lines, start=1):
        text = raw.removeprefix("\ufeff") if number == 1 else raw
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        entry = _entry(text, number)
        if entry.id in ids:
            raise TaxonomyError(f"id {entry.id} was already given on line {ids[entry.id]}", number)
        folded = fold(entry.path)
        if folded in paths:
            raise TaxonomyError(f"{_full(entry)!r} was already given on line {paths[folded]}", number)
        ids[entry.id] = paths[folded] = number
        entries.append(entry)
    for entry in entries:
        if len(entry.path) > 1 and fold(entry.path[:-1]) not in paths:
            parent = " > ".join(entry.path[:-1])
            raise TaxonomyError(f"{_full(entry)!r} has no parent: add a line for {parent!r}", entry.line)
    if not entries:
        raise TaxonomyError('the list holds no category; lines look like "443 - Furniture > Chairs"')
    return entries


def fold(path: Iterable[str]) -> tuple[str, ...]:
    """Two paths are the same when their folds are: letter case does not count."""
    return tuple(part.casefold() for part in path)


def split_path(text: str, separator: str = ">") -> tuple[str, ...]:
    """Split a written path into names, with runs of white space made one space."""
    return tuple(" ".join(part.split()) for part in text.split(separator))


def _entry(text: str, number: int) -> Entry:
    match = _LINE.fullmatch(text)
    if match is None:
        shown = " ".join(text.split())[:80]
        raise TaxonomyError(
            f'expected "id - path", such as "443 - Furniture > Chairs", got {shown!r}', number
        )
    identity = int(match[1])
    if identity == 0:
        raise TaxonomyError("an id must be above 0", number)
    path = split_path(match[2])
    if not all(path):
        raise TaxonomyError(f"a name in the path {' '.join(match[2].split())[:80]!r} is empty", number)
    return Entry(number, identity, path)


def _full(entry: Entry) -> str:
    return " > ".join(entry.path)
