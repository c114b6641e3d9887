"""Where a shop's pictures lie: what every place does, and the local disk."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import Protocol

from shopthelook.images.errors import PictureStoreError

_STALE_S = 24 * 3600


class Place(Protocol):
    """Keeps pictures under their names, 64 hex digits each; ``ab/abcdef...`` in all places, so that they can be copied.

    A name holds the whole picture or is not there, whatever kills the process that writes. Threads and processes
    may share a place.
    """

    def where(self, name: str) -> str:
        """The picture's path or address, for people."""

    def has(self, name: str) -> bool:
        """Whether the picture is there.

        Raises:
            PictureStoreError: the place does not answer.
        """

    def read(self, name: str) -> bytes:
        """The picture's bytes.

        Raises:
            FileNotFoundError: it is not there.
            PictureStoreError: the place does not answer.
        """

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes, where they are not there; once it returns, they survive a power cut.

        Raises:
            PictureStoreError: they cannot be kept, and nothing is left of them.
        """


class Folder:
    """A folder on this machine's disk, or on one that it has mounted.

    A file is written elsewhere, flushed to the disk and only then renamed.
    """

    def __init__(self, root: Path) -> None:
        """Open the folder, making it if needed; one that cannot be written is opened for reading."""
        self.root = root
        with contextlib.suppress(OSError):
            (root / "partial").mkdir(parents=True, exist_ok=True)
            sweep(root / "partial")

    def path(self, name: str) -> Path:
        """Where the picture lies, whether or not it does."""
        return self.root / name[:2] / name

    def where(self, name: str) -> str:
        """The picture's absolute path."""
        return str(self.path(name).resolve())

    def has(self, name: str) -> bool:
        """Whether the picture is there."""
        try:
            return self.path(name).is_file()
        except OSError as error:
            raise self._failed(error) from error

    def read(self, name: str) -> bytes:
        """The picture's bytes."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._failed(error) from error

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes, flushed to the disk."""
        path = self.path(name)
        try:
            if path.exists():
                return
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _sync_folder(self.root)
            write_whole(path, data, self.root / "partial", durable=True)
        except OSError as error:
            raise PictureStoreError(cannot_keep(str(self.root), error.strerror or str(error))) from error

    def _failed(self, error: OSError) -> PictureStoreError:
        return PictureStoreError(f"cannot read a picture in {self.root}: {error.strerror or error}")


def cannot_keep(where: str, why: str) -> str:
    """What to say of a picture that was not kept."""
    return (
        f"cannot keep a picture in {where}: {why}; what was acknowledged before is kept: mend this and do the "
        "same again"
    )


def write_whole(path: Path, data: bytes, partial: Path, *, durable: bool) -> None:
    """Write a file so that its name holds all of it or nothing; ``partial`` is a folder on the same disk.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    half = partial / f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}"
    partial.mkdir(parents=True, exist_ok=True)
    try:
        with half.open("xb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            half.unlink()
        raise
    if durable:
        _sync_folder(path.parent)


def sweep(partial: Path) -> None:
    """Remove what a killed process left half-written long ago."""
    for file in partial.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > _STALE_S:
                file.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder last; systems that cannot open a folder do without."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
