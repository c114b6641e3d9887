"""Sizes of pictures that were made, on the local disk, as many as there is room for."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

from shopthelook.images.later import Later
from shopthelook.images.places import sweep, write_whole
from shopthelook.images.sizes import SizeKind

_log = logging.getLogger(__name__)

_BLOCK = 4096
# A size that is asked for counts as used once an hour: the disk need not be told each time.
_USED_S = 3600


class KeptSizes:
    """A folder of sizes, ``ab/abcdef....640.webp``, which may be deleted at any time.

    When they take more room than they may, those that nobody asked for longest are removed. Threads and processes may
    share the folder; each process looks at the room after every twentieth of it that it wrote.
    """

    def __init__(self, root: Path, max_bytes: int, later: Later) -> None:
        self.root = root
        self.works = max_bytes > 0
        """Whether the last size that was made could be kept."""
        self._max_bytes = max_bytes
        self._later = later
        self._written: int | None = None

    def read(self, name: str, width: int, kind: SizeKind) -> bytes | None:
        """The size of the picture with this name; None where it is not kept."""
        try:
            path = self._path(name, width, kind)
            with path.open("rb") as file:
                if time.time() - os.fstat(file.fileno()).st_mtime > _USED_S:
                    with contextlib.suppress(OSError):
                        os.utime(path)
                return file.read()
        except OSError:
            return None

    def write(self, name: str, width: int, kind: SizeKind, data: bytes) -> None:
        """Keep a size, where that is possible."""
        if self._max_bytes <= 0:
            return
        path = self._path(name, width, kind)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data, self.root / "partial", durable=False)
        except OSError as error:
            if self.works:
                _log.warning(
                    "cannot keep sizes of pictures in %s: %s; until this is mended they are made for each request",
                    self.root,
                    error.strerror or error,
                )
            self.works = False
            return
        self.works = True
        first = self._written is None
        self._written = (self._written or 0) + _room(len(data))
        if first or self._written > self._max_bytes // 20:
            self._written = 0
            self._later.add("trim", self.trim)

    def trim(self) -> int:
        """Remove the sizes that were used longest ago where they take too much room; returns the bytes left."""
        with contextlib.suppress(OSError):
            sweep(self.root / "partial")
        found: list[tuple[float, int, str]] = []
        total = 0
        for folder in _entries(self.root):
            if len(folder.name) != 2:
                continue
            for file in _entries(folder):
                with contextlib.suppress(OSError):
                    status = file.stat()
                    found.append((status.st_mtime, _room(status.st_size), file.path))
                    total += found[-1][1]
        if total <= self._max_bytes * 0.95:
            return total
        for _, size, path in sorted(found):
            if total <= self._max_bytes * 0.9:
                break
            with contextlib.suppress(OSError):
                Path(path).unlink(missing_ok=True)
                total -= size
        return total

    def _path(self, name: str, width: int, kind: SizeKind) -> Path:
        return self.root / name[:2] / f"{name}.{width}.{kind}"


def _room(size: int) -> int:
    """Bytes that a file takes on a disk with blocks of the usual size; an empty one has its entry in a folder."""
    return max(1, -(-size // _BLOCK)) * _BLOCK


def _entries(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
