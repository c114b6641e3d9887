"""A catalog whose folder cannot be written: read in full, never written, and level with who may write it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shopthelook.catalog import Catalog, CatalogError
from tests.catalog.conftest import MakeRecord
from tests.fixtures.disks import read_only

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders are made read-only as on Unix")

Lock = Callable[[], Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "shop & co?"
    folder.mkdir()
    return folder


@pytest.fixture
def locked(home: Path, tmp_path: Path) -> Iterator[Lock]:
    """Makes the folder read-only and says where the database is to be read."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(read_only(home, tmp_path / "locked # folder")) / "shop.db"


def test_it_is_read_and_not_written(home: Path, locked: Lock, record: MakeRecord) -> None:
    with Catalog.open(home / "shop.db") as catalog:
        catalog.put_products([record("a"), record("b")])
        mark = catalog.new_mark()
    before = (home / "shop.db").read_bytes()
    with Catalog.open(locked()) as catalog:
        assert list(catalog.product_ids()) == ["a", "b"]
        assert catalog.last_seq() == 2
        assert catalog.has_mark(mark)
        for write in (
            lambda: catalog.put_products([record("c")]),
            lambda: catalog.delete_products(["a"]),
            lambda: catalog.start_import("x", "products"),
            catalog.new_mark,
        ):
            with pytest.raises(CatalogError, match=r"cannot be written: the folder .* is read-only"):
                write()
    assert (home / "shop.db").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["shop.db"]


def test_it_sees_what_another_writes_while_it_reads(home: Path, locked: Lock, record: MakeRecord) -> None:
    with Catalog.open(home / "shop.db") as writer:
        writer.put_products([record("a")])
        with Catalog.open(locked()) as reader:
            assert list(reader.product_ids()) == ["a"]
            writer.put_products([record("b")])
            assert list(reader.product_ids()) == ["a", "b"]
            writer.delete_products(["a"])
            assert list(reader.product_ids()) == ["b"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a writer that can come later"
)
def test_it_sees_what_another_writes_later(home: Path, locked: Lock, record: MakeRecord) -> None:
    """Opened as a file that nobody changes, and then somebody does: once and again, by growth and by replacement."""
    with Catalog.open(home / "shop.db") as writer:
        writer.put_products([record(f"p{i:04}") for i in range(500)])
    with Catalog.open(locked()) as reader:
        assert len(list(reader.product_ids())) == 500
        for turn in range(3):
            with Catalog.open(home / "shop.db") as writer:
                writer.put_products([record(f"q{turn}{i:04}") for i in range(100)])
                writer.delete_products([f"p{i:04}" for i in range(50 * turn, 50 * turn + 50)])
                assert len(list(reader.product_ids())) == 500 + 50 * (turn + 1)
            assert len(list(reader.product_ids())) == 500 + 50 * (turn + 1)
            assert reader.last_seq() == 500 + 150 * (turn + 1)


def test_writes_in_a_log_are_read_or_missed_aloud(
    home: Path, locked: Lock, record: MakeRecord, tmp_path: Path
) -> None:
    """What a killed writer left: a log that was not taken in, with the file that its readers share or without."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with Catalog.open(crashed / "shop.db") as catalog:
        catalog.put_products([record("a")])
        for path in crashed.iterdir():
            shutil.copy(path, home / path.name)
    assert (home / "shop.db-wal").stat().st_size > 0
    (home / "shop.db-shm").rename(tmp_path / "shm")
    file = locked()
    with pytest.raises(
        CatalogError, match="in a log that only a writer can take in: open the shop once where"
    ):
        Catalog.open(file)


def test_a_log_with_its_shared_file_is_read(
    home: Path, locked: Lock, record: MakeRecord, tmp_path: Path
) -> None:
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with Catalog.open(crashed / "shop.db") as catalog:
        catalog.put_products([record("a")])
        for path in crashed.iterdir():
            shutil.copy(path, home / path.name)
    with Catalog.open(locked()) as catalog:
        assert list(catalog.product_ids()) == ["a"]


def test_an_older_schema_cannot_be_brought_up_to_date(home: Path, locked: Lock) -> None:
    Catalog.open(home / "shop.db").close()
    with sqlite3.connect(home / "shop.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    with sqlite3.connect(home / "shop.db") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    with pytest.raises(CatalogError, match=r"another schema .* where it may be written"):
        Catalog.open(locked())
