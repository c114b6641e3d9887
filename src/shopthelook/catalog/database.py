"""Connections and transactions on SQLite (WAL) and PostgreSQL."""

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

from shopthelook.catalog.records import CatalogError

_BUSY_MS = 60_000
_POOL = {
    "pool_size": 8,
    "max_overflow": 56,
}  # more than a server's threads, so that none waits for a connection
# Keys of PostgreSQL advisory locks; any numbers do, as long as they stay.
MIGRATION_LOCK = 0x5354_4C01
PRODUCT_LOCK = 0x5354_4C02


class Database:
    """An engine, and transactions of the right kind on it. Safe to share among threads."""

    def __init__(self, url: str | Path):
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._engine()

    @property
    def label(self) -> str:
        """The URL as messages may show it, without a password."""
        return self.url.render_as_string(hide_password=True)

    def _engine(self) -> Engine:
        if not self.is_sqlite:
            try:
                return sa.create_engine(self.url, pool_pre_ping=True, **_POOL)
            except ModuleNotFoundError:
                raise CatalogError(
                    'PostgreSQL needs the psycopg driver; install "shopthelook[postgres]"'
                ) from None
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

    @contextmanager
    def writing(self, lock: int | None = None) -> Iterator[Connection]:
        """A write transaction, committed (durably) at the end, rolled back on any exception.

        SQLite has one writer at a time anyway. On PostgreSQL those who name the same `lock` wait for
        each other until the commit is visible. Raises CatalogError for every database failure.
        """
        with self._told(), self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                if lock is not None and not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
                yield connection

    def use_wal(self) -> None:
        """Switch a SQLite file to write-ahead logging, so that readers go on while one writes."""
        if not self.is_sqlite:
            return
        folder = Path(self.url.database or "").parent
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
            hint = ""
            if "file is not a database" in reason:
                hint = "; name another file, or restore it from a backup"
            elif "unable to open" in reason or "readonly" in reason:
                hint = "; check that the folder exists and may be written"
            raise CatalogError(f"the catalog {self.label} failed: {reason}{hint}") from error


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
