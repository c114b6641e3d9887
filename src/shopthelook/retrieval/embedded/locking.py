"""One writer of snapshots at a time in one folder, over all processes."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from shopthelook.retrieval.embedded.errors import SnapshotError


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file; the system frees it when the process dies.

    Raises:
        SnapshotError: another process holds it.
    """
    # The file stays: removing it would let two processes lock two files of one name.
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _lock(handle)
        except OSError:
            raise SnapshotError(
                f"another process is writing a snapshot to {path.parent}; try again when it is done"
            ) from None
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
