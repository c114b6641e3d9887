"""One process at a time brings an index that processes share level with the catalog."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shopthelook.catalog import Catalog
from shopthelook.pipeline.errors import ShopFolderError


@contextmanager
def turn(path: Path, catalog: Catalog) -> Iterator[None]:
    """Wait for the processes of this machine that use the same shop, and for all that use its PostgreSQL.

    The system frees the lock on the file when a process dies, PostgreSQL its own when the connection ends.

    Raises:
        ShopFolderError: the file cannot be written.
    """
    # The file stays: removing it would let two processes lock two files of one name.
    try:
        path.parent.mkdir(exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ShopFolderError(f"cannot write {path}: {error.strerror or error}") from error
    try:
        _wait_for(handle)
        with catalog.index_turn():
            yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _wait_for(handle: int) -> None:
        while True:
            try:
                return msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            except OSError:  # it tries for ten seconds only
                continue

else:
    import fcntl

    def _wait_for(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)
