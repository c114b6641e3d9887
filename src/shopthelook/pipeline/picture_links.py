"""Where a product's picture is: what a feed's picture link may point to, and reading it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from shopthelook.pipeline.errors import SourceError


@dataclass(frozen=True, slots=True)
class LinkRules:
    """How links are read.

    Attributes:
        folder: the folder of a feed on this machine; relative links start there. None for feeds
            from elsewhere, whose links must never reach this machine's files.
        address: the feed's own address, from which its relative links start.
    """

    folder: Path | None = None
    address: str | None = None

    def resolve(self, link: str) -> Path | str:
        """A file of this machine, or an http(s) address.

        Raises:
            SourceError: the link points to something that this feed may not name.
        """
        if is_address(link):
            return link
        if self.folder is not None:
            return self._file(self.folder, link)
        joined = urljoin(self.address, link) if self.address else link
        if not is_address(joined):
            raise SourceError(f"{link!r} is not an http(s) address, and only a local feed may name files")
        return joined

    @staticmethod
    def _file(folder: Path, link: str) -> Path:
        if "\0" in link:
            raise SourceError("the path holds a zero byte")
        if "://" in link or link.startswith(("data:", "file:")):
            raise SourceError(f"{link.split(':')[0]}: links are not supported; use a path or http(s)")
        if Path(link).is_absolute():
            return Path(link)
        inside = os.path.normpath(link)
        if inside == ".." or inside.startswith(f"..{os.sep}"):
            raise SourceError(
                f"{link!r} leaves the feed's folder; move the picture or give its absolute path"
            )
        return folder / inside


def is_address(link: str) -> bool:
    """Whether a text is an http(s) address."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def read_file(path: Path, max_bytes: int) -> bytes:
    """Read a picture file whole.

    Raises:
        SourceError: there is no such file, it is not a plain one, or it is too large.
    """
    try:
        # Without O_NONBLOCK a named pipe in the folder would hang the import.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise SourceError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(f"{path} is not a file")
        if found.st_size > max_bytes:
            raise SourceError(f"{path} has {found.st_size} bytes; at most {max_bytes} are allowed")
        return file.read()
