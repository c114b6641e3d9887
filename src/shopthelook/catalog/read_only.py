"""SQLite files that may be read but not written: someone else's, or on a read-only disk.

Readers of a write-ahead log ("-wal") share a file beside it ("-shm") with its writers, which must be there or be
made. Where it is not, the database can only be opened as one that nobody changes ("immutable"), which SQLite takes
on trust; so such a connection is thrown away as soon as the database has changed after all.
"""

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_SEEN = "shopthelook_seen"


def is_read_only(file: Path) -> bool:
    """Whether the database is there, and it or the folder of its log cannot be written."""
    return file.is_file() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


class ReadOnlyFile:
    """Makes connections that read, and that see at each checkout what others have written.

    Args:
        timeout_s: how long to wait for a lock.
    """

    def __init__(self, file: Path, timeout_s: float) -> None:
        self._file = file
        self._log = file.with_name(f"{file.name}-wal")
        self._shared = file.with_name(f"{file.name}-shm")
        self._timeout_s = timeout_s

    def engine(self, url: sa.URL, **pool: int) -> Engine:
        """An engine with such connections."""
        engine = sa.create_engine(url, creator=self._connect, **pool)
        event.listen(engine, "connect", self._note)
        event.listen(engine, "checkout", self._check)
        return engine

    def is_outdated(self, info: Mapping[Any, Any]) -> bool:
        """Whether a connection took for unchanging what has changed; `info` is what the pool knows of it."""
        return info[_SEEN] is not None and info[_SEEN] != self._seen()

    def has_unread_log(self) -> bool:
        """Whether writes are in a log that cannot be read, since its "-shm" is gone and cannot be made."""
        return self._log_size() > 0 and not self._shared.exists()

    def _seen(self) -> tuple[int, ...]:
        """Numbers that change when someone writes."""
        found: list[int] = []
        for path in (self._file, self._log):
            try:
                now = path.stat()
            except OSError:
                found.append(-1)
            else:
                found += [now.st_ino, now.st_size, now.st_mtime_ns]
        return tuple(found)

    def _connect(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self._file.absolute()))}?mode=ro"
        if not self._in_use():
            address += "&immutable=1"
        return sqlite3.connect(address, uri=True, check_same_thread=False, timeout=self._timeout_s)

    def _note(self, _: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[_SEEN] = None if self._in_use() else self._seen()

    def _check(self, _: DBAPIConnection, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        if self.is_outdated(entry.info):
            # The pool opens another one then, and is right to forget all that it has.
            raise DisconnectionError("the database has changed")

    def _in_use(self) -> bool:
        """Whether there is a log to read, or somebody who may be about to write one."""
        return self._log_size() > 0 or (self._log_size() == 0 and self._shared.exists())

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return -1
