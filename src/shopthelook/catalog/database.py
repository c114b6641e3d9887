"""Connections and transactions on SQLite (WAL) and PostgreSQL."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from shopthelook.catalog.read_only import ReadOnlyFile, is_read_only
from shopthelook.catalog.records import CatalogError

_BUSY_MS = 60_000
_POOL = {
    "pool_size": 8,
    "max_overflow": 56,
}  # more than a server's threads, so that none waits for a connection
# Keys of PostgreSQL advisory locks; any numbers do, as long as they stay.
MIGRATION_LOCK = 0x5354_4C01
PRODUCT_LOCK = 0x5354_4C02
INDEX_LOCK = 0x5354_4C03
CHANGEOVER_LOCK = 0x5354_4C04


class Database:
    """An engine, and transactions of the right kind on it. Safe to share among threads."""

    def __init__(self, url: str | Path):
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._read_only: ReadOnlyFile | None = None
        if self.is_sqlite and is_read_only(self._file):
            self._read_only = ReadOnlyFile(self._file, _BUSY_MS / 1000)
        self.engine = self._engine()

    @property
    def label(self) -> str:
        """The URL as messages may show it, without a password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def is_read_only(self) -> bool:
        """Whether it could not be written when it was opened."""
        return self._read_only is not None

    @property
    def _file(self) -> Path:
        return Path(self.url.database or "")

    def _engine(self) -> Engine:
        if not self.is_sqlite:
            try:
                return sa.create_engine(self.url, pool_pre_ping=True, **_POOL)
            except ModuleNotFoundError:
                raise CatalogError(
                    'PostgreSQL needs the psycopg driver; install "shopthelook[postgres]"'
                ) from None
        if self._read_only is not None:
            engine = self._read_only.engine(self.url, **_POOL)
        else:
            arguments = {"check_same_thread": False, "timeout": _BUSY_MS / 1000}
            engine = sa.create_engine(self.url, connect_args=arguments, **_POOL)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction. Raises CatalogError for every database failure."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection
            if self._read_only is not None and self._read_only.is_outdated(connection.info):
                raise CatalogError(f"the catalog {self.label} was written while it was read; try again")

    @contextmanager
    def writing(self, lock: int | None = None) -> Iterator[Connection]:
        """A write transaction, committed (durably) at the end, rolled back on any exception.

        SQLite has one writer at a time anyway. On PostgreSQL those who name the same `lock` wait for
        each other until the commit is visible. Raises CatalogError for every database failure.
        """
        if self.is_read_only:
            raise CatalogError(f"the catalog {self.label} cannot be written: {self._why_read_only()}")
        with self._told(), self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                if lock is not None and not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
                yield connection

    @contextmanager
    def holding(self, lock: int) -> Iterator[bool]:
        """On PostgreSQL, hold a lock for hours without a transaction; whether nobody else has it."""
        with self._told(), self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            held = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(lock))))
            try:
                yield held
            finally:
                if held:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(lock)))

    def use_wal(self) -> None:
        """Switch a SQLite file to write-ahead logging, so that readers go on while one writes."""
        if not self.is_sqlite or self.is_read_only:
            return
        folder = self._file.parent
        if not folder.is_dir():
            raise CatalogError(f"cannot open {self.label}: there is no folder {folder}")
        deadline = time.monotonic() + _BUSY_MS / 1000
        with self._told():
            # The switch needs the file for itself and does not wait for it as other statements do.
            while True:
                raw = self.engine.raw_connection()
                try:
                    raw.cursor().execute("PRAGMA journal_mode=WAL")
                    return
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
                finally:
                    raw.close()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
            raise CatalogError(f"the catalog {self.label} failed: {reason}{self._hint(reason)}") from error

    def _hint(self, reason: str) -> str:
        if self._read_only is not None and self._read_only.has_unread_log():
            return (
                f"; {self._why_read_only()}, and what was written last is in a log that only a writer can take "
                "in: open the shop once where it may be written"
            )
        return next((hint for words, hint in _HINTS.items() if words in reason), "")

    def _why_read_only(self) -> str:
        what = self._file if os.access(self._file.parent, os.W_OK) else f"the folder {self._file.parent}"
        return f"{what} is read-only for this user"


# What to do about a failure, by words in SQLite's or PostgreSQL's message.
_HINTS = {
    "file is not a database": "; name another file, or restore it from a backup",
    "malformed": "; restore it from a backup",
    "unable to open": "; check that the folder exists, and that it and the file may be read and written",
    "readonly": "; it could be written when it was opened: check its disk and its folder, and open it again",
    "disk is full": "; what was acknowledged is kept: make room on the disk and do the same again",
    "No space left": "; what was acknowledged is kept: make room on the disk and do the same again",
    "disk I/O error": "; what was acknowledged is kept: see whether the disk is full or broken, and do the same again",
    "database is locked": f"; another process has been writing for {_BUSY_MS // 1000} seconds: try again",
}


def _parsed(url: str | Path) -> sa.URL:
    text = str(url)
    if "://" not in text:
        return sa.URL.create("sqlite", database=text)
    try:
        parsed = sa.make_url(text)
        backend = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        raise CatalogError(
            "the database URL cannot be read; write sqlite:///file or postgresql://..."
        ) from None
    if backend == "postgres":
        parsed, backend = parsed.set(drivername="postgresql"), "postgresql"
    if backend not in ("sqlite", "postgresql"):
        raise CatalogError(f"databases of kind {backend} are not supported; use sqlite:/// or postgresql://")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if not parsed.database or parsed.database == ":memory:":
        raise CatalogError("a catalog needs a file; write sqlite:///shop.db")
    return parsed


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # Leaves BEGIN to us: the driver's own would start as a reader and fail when it turns to writing.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: a commit is on the disk when it returns, also when the power fails.
    for pragma in (f"busy_timeout={_BUSY_MS}", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
