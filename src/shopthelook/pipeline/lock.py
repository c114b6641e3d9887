"""One import at a time in one shop."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from shopthelook.pipeline.errors import ImportRunning, ShopFolderError


class ImportLock:
    """Holds a lock on a file while an import runs; the system frees it when the process dies.

    Two imports at once would fetch and embed the same pictures twice, and one with ``replace`` could
    remove what the other just added. Searches and single writes do not take this lock.

    Args:
        running: what to say where another process holds it.

    Raises:
        ImportRunning: (on entering) another import holds it; the message names its process.
    """

    def __init__(self, path: Path, running: str = "another import works") -> None:
        self._path = path
        self._running = running
        self._handle: int | None = None

    def __enter__(self) -> Self:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise ShopFolderError(
                f"cannot write {self._path}: {error.strerror or error}; an import needs a shop that may be written"
            ) from error
        try:
            _lock(handle)
        except OSError:
            holder = os.pread(handle, 32, 0).decode(errors="replace").strip() if hasattr(os, "pread") else ""
            os.close(handle)
            who = f" (process {holder})" if holder else ""
            raise ImportRunning(
                f"{self._running} on {self._path.parent}{who}; wait until it is done and try again"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The file stays: removing it would let two processes lock two files of one name.
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        # Far behind the process id, which others must be able to read.
        os.lseek(handle, 1024, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
