"""Opening: migrations, URLs, and what is said when it does not work."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from shopthelook.catalog import Catalog, CatalogError, Guess
from shopthelook.catalog.database import Database
from shopthelook.catalog.schema import metadata
from tests.catalog.conftest import MakeRecord

GUESS = Guess("Blue", 0.75)
_OF_THE_FIRST_VERSION = (
    "INSERT INTO products (id, title, description, link, image_link, additional_image_links, color, custom, "
    "row_hash, seq, updated_at) VALUES ('a', '', '', '', '', '[]', 'red', '{}', '', 1, '2026-01-02 03:04:05')",
    "INSERT INTO scenes VALUES ('s', '', 'f', 4, 3, 'd', 'e', '2026-01-02 03:04:05', 1)",
    "INSERT INTO objects VALUES ('s/0', 's', 0, 0, 0, 1, 1, 443, 0.5, '12345678')",
)


def test_migrations_make_the_schema(catalog: Catalog) -> None:
    with catalog._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_again_keeps_everything(catalog_url: str, record: MakeRecord) -> None:
    with Catalog.open(catalog_url) as first:
        first.put_products([record("a")])
    with Catalog.open(catalog_url) as second:
        assert list(second.product_ids()) == ["a"]


def test_a_database_of_the_first_version_is_brought_up_to_date(
    catalog_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ScriptDirectory, "get_current_head", lambda self: "0001")
        upgrade = ScriptDirectory._upgrade_revs
        patch.setattr(ScriptDirectory, "_upgrade_revs", lambda self, to, now: upgrade(self, "0001", now))
        with Catalog.open(catalog_url) as first:
            with first._database.writing() as connection:
                for statement in _OF_THE_FIRST_VERSION:
                    connection.execute(sa.text(statement))
            with pytest.raises(CatalogError, match="marks"):
                first.new_mark()
    with Catalog.open(catalog_url) as second:
        assert list(second.product_ids()) == ["a"]
        assert second.has_mark(second.new_mark())
        found = second.product("a")
        assert found is not None
        assert (found.product.color, found.product.guesses) == ("red", {})
        assert [one.guesses for one in second.objects("s")] == [{}]
        second.put_products([replace(found, product=replace(found.product, guesses={"color": GUESS}))])
        found = second.product("a")
        assert found is not None
        assert found.product.guesses == {"color": GUESS}
        test_migrations_make_the_schema(second)


def test_processes_that_open_at_once(catalog_url: str) -> None:
    script = (
        "import sys\nfrom shopthelook.catalog import *\nsys.stdin.readline()\n"
        "with Catalog.open(sys.argv[1]) as c:\n"
        "    print(c.put_products([ProductRecord(Product(sys.argv[2]))]))\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, catalog_url, f"p{i}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(3)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sorted(process.communicate(timeout=60)[0] for process in running) == ["1\n", "2\n", "3\n"]


def test_a_database_of_a_newer_version_is_left_alone(catalog_url: str) -> None:
    Catalog.open(catalog_url).close()
    database = Database(catalog_url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(CatalogError, match=r"has the schema '9999', which this version does not know"):
        Catalog.open(catalog_url)


def test_an_interrupted_migration_leaves_nothing(catalog_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    real = op.create_index

    def fail(name: str, *rest: object) -> None:
        if name == "ix_problems_import_id":
            raise KeyboardInterrupt
        real(name, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            Catalog.open(catalog_url)
    with Catalog.open(catalog_url) as catalog:
        assert catalog.counts()["products"] == 0


def test_sqlite_is_set_up_to_keep_commits(tmp_path: Path) -> None:
    with Catalog.open(tmp_path / "shop.db") as catalog, catalog._database.reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60_000}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://x/y", "databases of kind mysql are not supported"),
        ("nonsense://x", "databases of kind nonsense are not supported"),
        ("sqlite://", "a catalog needs a file"),
        ("sqlite:///:memory:", "a catalog needs a file"),
        ("://", "the database URL cannot be read"),
    ],
)
def test_urls_that_are_no_catalog(url: str, words: str) -> None:
    with pytest.raises(CatalogError, match=words):
        Catalog.open(url)


def test_files_that_are_no_catalog(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="there is no folder"):
        Catalog.open(tmp_path / "none" / "shop.db")
    (tmp_path / "text.db").write_text("not a database, but long enough to look like one" * 100)
    with pytest.raises(CatalogError, match="file is not a database; name another file"):
        Catalog.open(tmp_path / "text.db")
    with pytest.raises(CatalogError, match="unable to open database file; check that the folder"):
        Catalog.open(tmp_path)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(CatalogError) as caught:
        Catalog.open("postgresql://me:secret@127.0.0.1:9/shop?connect_timeout=2")
    assert "postgresql+psycopg://me:***@127.0.0.1:9/shop" in str(caught.value)
    assert "secret" not in str(caught.value)
