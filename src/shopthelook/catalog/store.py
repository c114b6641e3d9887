"""The catalog: products, scenes, objects and imports in one SQL database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from shopthelook.catalog import import_rows, mark_rows
from shopthelook.catalog.changeover import Changeover
from shopthelook.catalog.database import INDEX_LOCK, Database
from shopthelook.catalog.import_store import ImportStore
from shopthelook.catalog.keys import Keys
from shopthelook.catalog.migrate import migrate
from shopthelook.catalog.scene_store import SceneStore
from shopthelook.catalog.schema import objects, products, scenes


class Catalog(ImportStore, SceneStore):
    """The database that everything else is derived from.

    Each call is one transaction; when a writing call returns, the change is on the disk. Every product
    change has a number (`seq`) that grows by one in the order of the commits, so that an index can follow.
    Iterators read page by page, each page in its own transaction: what is written meanwhile may be in.
    Safe to share among threads and to open from several processes. `keys` are those of the HTTP API;
    `changeover` is what a change of the embedder needs.

    Every method raises CatalogError where the database fails.
    """

    def __init__(self, database: Database):
        super().__init__(database)
        self.keys = Keys(database)
        self.changeover = Changeover(database)

    @classmethod
    def open(cls, url: str | Path) -> Self:
        """Open `sqlite:///file` (or a path) or `postgresql://...`; creates or migrates the tables.

        A SQLite file that cannot be written is opened for reading; every call that writes raises then.
        """
        database = Database(url)
        try:
            database.use_wal()
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def new_mark(self) -> str:
        """Mark the present state with a random name, for something that is made from it.

        This database knows the mark from now on, and so does each copy and backup made later. Another
        database, or this one put back to an earlier backup, does not: what was made is not of it then.
        """
        with self._database.writing() as connection:
            return mark_rows.add(connection)

    def has_mark(self, name: str) -> bool:
        """Whether the state with this mark is in this database's past."""
        with self._database.reading() as connection:
            return mark_rows.has(connection, name)

    @contextmanager
    def index_turn(self) -> Iterator[None]:
        """On PostgreSQL, wait for all others, on any machine, that write to an index which they share.

        SQLite is used from one machine only, where a file can be locked.
        """
        if self._database.is_sqlite:
            yield
            return
        with self._database.writing(INDEX_LOCK):
            yield

    def counts(self) -> dict[str, int]:
        """Numbers of products, with_code, scenes, objects and problems (of the latest import)."""
        with_code = sa.select(sa.func.count()).select_from(products).where(products.c.bundle.is_not(None))
        with self._database.reading() as connection:
            counted = {
                name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for name, table in (("products", products), ("scenes", scenes), ("objects", objects))
            }
            counted["with_code"] = connection.scalar(with_code) or 0
            counted["problems"] = import_rows.count_problems(connection)
        return counted

    def codes_by_bundle(self) -> dict[str, int]:
        """Numbers of products by the id of the bundle that made their code."""
        count = sa.select(products.c.bundle, sa.func.count()).where(products.c.bundle.is_not(None))
        with self._database.reading() as connection:
            rows = connection.execute(count.group_by(products.c.bundle)).all()
        return {str(bundle): number for bundle, number in rows}
