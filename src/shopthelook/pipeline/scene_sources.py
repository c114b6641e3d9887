"""Which photos to import: those of a folder, of a list file, or of a program's list."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shopthelook.pipeline.errors import SourceError

PICTURE_ENDINGS = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".avif"}

_UNFIT = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class ScenePhoto:
    """One photo to import: a file or an http(s) address, and what to call it."""

    id: str
    link: str
    title: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SceneSource:
    """The photos and the folder where relative links start."""

    name: str
    folder: Path
    photos: tuple[ScenePhoto, ...]


def scene_source(source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> SceneSource:
    """Find the photos of a folder (with its subfolders), a list file, or a list of paths.

    A list file has one path a line, or is CSV or TSV with a header that has ``image`` and may have
    ``id`` and ``title``. An id that is not given is the file's name without its ending; where two
    photos share that, their ids hold the folder and the ending, too.

    Raises:
        SourceError: there is no such folder or list, it holds no photo, or an id is used twice.
    """
    if not isinstance(source, str | os.PathLike):
        return _named("a list", Path(), [("", os.fspath(path), "", None) for path in source])
    path = Path(source)
    if path.is_dir():
        found = sorted(
            entry.relative_to(path).as_posix()
            for entry in path.rglob("*")
            if entry.suffix.lower() in PICTURE_ENDINGS
            and not any(part.startswith(".") for part in entry.relative_to(path).parts)
        )
        if not found:
            endings = " ".join(sorted(PICTURE_ENDINGS))
            raise SourceError(f"{path} holds no pictures ({endings}); give another folder or a list file")
        return _named(str(path), path, [("", link, "", None) for link in found])
    return _named(str(path), path.parent, _read_list(path))


_Entry = tuple[str, str, str, int | None]  # id, link, title, line


def _read_list(path: Path) -> list[_Entry]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such folder or list file") from None
    except UnicodeDecodeError:
        raise SourceError(
            f"{path} is not a list: it is not UTF-8 text; name a folder or a list file"
        ) from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}") from None
    lines = text.splitlines()
    head = next((line for line in lines if line.strip()), "")
    delimiter = "\t" if "\t" in head else ","
    columns = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if "image" not in columns:
        plain: list[_Entry] = [
            ("", line.strip(), "", number)
            for number, line in enumerate(lines, start=1)
            if line.strip() and not line.startswith("#")
        ]
        if not plain:
            raise SourceError(f"{path} lists no photos")
        return plain
    entries: list[_Entry] = []
    reader = csv.reader(lines, delimiter=delimiter)
    header_seen = False
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not header_seen:
            header_seen = True
            continue
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
        entries.append((row.get("id", ""), row.get("image", ""), row.get("title", ""), reader.line_num))
    return entries


def _named(name: str, folder: Path, entries: Iterable[_Entry]) -> SceneSource:
    entries = list(entries)
    stems = Counter(scene_id(Path(link).stem) for given, link, _, _ in entries if not given)
    taken = {given for given, _, _, _ in entries if given}
    photos: list[ScenePhoto] = []
    used: set[str] = set()
    for given, link, title, line in entries:
        key = given or scene_id(Path(link).stem)
        if not given and (stems[key] > 1 or key in taken):
            key = scene_id(link)
        if key != scene_id(key):
            where = "" if line is None else f", line {line}"
            raise SourceError(
                f"{name}{where}: the id {key!r} may only have letters, digits, '.', '-' and '_'"
            )
        if not given:
            key = _free(key, used | taken)
        if key in used:
            where = "" if line is None else f", line {line}"
            raise SourceError(f"{name}{where}: the id {key!r} is used twice; give each photo its own")
        used.add(key)
        photos.append(ScenePhoto(key, link, title, line))
    return SceneSource(name, folder, tuple(photos))


def _free(key: str, taken: set[str]) -> str:
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free


def scene_id(text: str) -> str:
    """The text as an id that can stand in an address: other characters become ``-``."""
    return _UNFIT.sub("-", text).strip("-.")[:200] or "scene"
