"""The pictures below a folder, found by what an annotation calls them."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from shopthelook.datasets.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".avif")


def root_of(source: Path, pictures: Path | None, out: Path) -> Path:
    """Where an import looks for pictures: in ``pictures`` where it is given, else in the source or beside it.

    Raises:
        DataError: there is no ``source``, or ``out`` would lie among the pictures.
    """
    if not source.exists():
        raise DataError(f"{source}: there is no such file or folder")
    root = pictures or (source if source.is_dir() else source.parent)
    if out.resolve().is_relative_to(root.resolve()):
        raise DataError(f"{out} lies within the source {root}; name a folder outside of it")
    return root


class PictureFolder:
    """All picture files below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def by_name(self) -> dict[str, list[Path]]:
        """The pictures of each file name, as in "000001.jpg"."""
        found: dict[str, list[Path]] = {}
        seen: set[str] = set()
        for folder, folders, names in os.walk(self.root, followlinks=True):
            real = os.path.realpath(folder)
            if real in seen:  # links may go in circles
                folders.clear()
                continue
            seen.add(real)
            folders.sort()
            for name in sorted(names):
                if name.lower().endswith(SUFFIXES):
                    found.setdefault(name, []).append(Path(folder, name))
        return found

    @cached_property
    def by_stem(self) -> dict[str, list[Path]]:
        """The pictures of each file name without its suffix."""
        found: dict[str, list[Path]] = {}
        for name, paths in self.by_name.items():
            found.setdefault(name.rpartition(".")[0], []).extend(paths)
        return found

    def find(self, name: str) -> Path:
        """The picture that ``name`` means: a path below the root, else the only picture whose path ends so.

        Raises `DataError` where there is none, or several.
        """
        parts = Path(name.replace("\\", "/")).parts
        if not parts or ".." in parts:
            raise DataError(f"{name!r} is no path of a picture below {self.root}")
        path = self.root.joinpath(*parts)
        if path.is_relative_to(self.root) and path.is_file():
            return path
        same = self.by_name.get(parts[-1], [])
        ending = [one for one in same if one.parts[-len(parts) :] == parts] or same
        if len(ending) == 1:
            return ending[0]
        if not ending:
            raise DataError(f"no picture {name!r} below {self.root}")
        shown = ", ".join(str(one.relative_to(self.root)) for one in ending[:3])
        raise DataError(f"{len(ending)} pictures {name!r} below {self.root}: {shown}")


def annotation_files(root: Path, patterns: tuple[str, ...], what: str) -> list[Path]:
    """The files of the first of ``patterns`` that has any, or ``root`` itself where it is a file.

    Raises `DataError` where there is none; ``what`` says what was looked for.
    """
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise DataError(f"{root}: there is no such file or folder")
    for pattern in patterns:
        found = sorted(path for path in root.glob(pattern) if path.is_file())
        if found:
            return found
    raise DataError(f"{root}: no {what} here; looked for {', '.join(patterns)}")
