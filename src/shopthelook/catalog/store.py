"""The catalog: products, scenes, objects and imports in one SQL database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog import code_rows, import_rows, mark_rows, next_rows, product_rows, scene_rows
from shopthelook.catalog.changeover import Changeover
from shopthelook.catalog.database import INDEX_LOCK, PRODUCT_LOCK, Database
from shopthelook.catalog.feeds.row import FeedProblem
from shopthelook.catalog.keys import Keys
from shopthelook.catalog.migrate import migrate
from shopthelook.catalog.next_rows import NextCode
from shopthelook.catalog.product_rows import Filters
from shopthelook.catalog.records import (
    Change,
    CodeBatch,
    Fingerprint,
    ImportRecord,
    IndexBatch,
    ObjectRecord,
    ProblemRecord,
    ProductRecord,
    SceneRecord,
)
from shopthelook.catalog.schema import objects, products, scenes

_PAGE = 10_000
_LOG_SLACK = 10_000

_Batch = TypeVar("_Batch", bound=CodeBatch)


class Catalog:
    """The database that everything else is derived from.

    Each call is one transaction; when a writing call returns, the change is on the disk. Every product
    change has a number (`seq`) that grows by one in the order of the commits, so that an index can follow.
    Iterators read page by page, each page in its own transaction: what is written meanwhile may be in.
    Safe to share among threads and to open from several processes. `keys` are those of the HTTP API;
    `changeover` is what a change of the embedder needs.

    Every method raises CatalogError where the database fails.
    """

    def __init__(self, database: Database):
        self._database = database
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

    # Products

    def put_products(
        self,
        items: Sequence[ProductRecord],
        import_id: int | None = None,
        *,
        serving: str | None = None,
        beside: tuple[str, Sequence[NextCode]] | None = None,
    ) -> int:
        """Insert or replace products in one transaction; of two with one id the last stays.

        `import_id` marks them as seen, as `touch` does. `serving` is the bundle that the caller takes for the
        one that serves, EmbedderChanged is raised where it is another one; and it is from now on where none was.
        `beside` are codes of the bundle that is to follow it. Returns the last seq.
        """
        with self._database.writing(PRODUCT_LOCK) as connection:
            if serving is not None:
                next_rows.require(connection, serving)
            if import_id is not None:
                import_rows.touch(connection, [item.product.id for item in items], import_id)
            seq = product_rows.put(connection, items)
            if beside is not None:
                next_rows.put(connection, *beside, log=False)
            return seq

    def delete_products(self, ids: Sequence[str]) -> int:
        """Delete products; unknown ids are passed over. Returns how many existed."""
        with self._database.writing(PRODUCT_LOCK) as connection:
            return product_rows.delete(connection, ids)

    def products(self, ids: Sequence[str]) -> dict[str, ProductRecord]:
        """The products that exist, by id."""
        with self._database.reading() as connection:
            return product_rows.get(connection, ids)

    def product(self, product_id: str) -> ProductRecord | None:
        """The product, or None."""
        return self.products([product_id]).get(product_id)

    def list_products(
        self, after: str | None = None, limit: int = 100, where: Filters | None = None
    ) -> list[ProductRecord]:
        """Products by id, those after the id `after`.

        `where` has equal values by attribute name ({"brand": "Acme"}); `category_id` takes one or several
        ids, `has_code` a truth value; every other name is looked up among the custom attributes.
        """
        with self._database.reading() as connection:
            return product_rows.page(connection, after, limit, where or {})

    def fingerprints(self, ids: Sequence[str]) -> dict[str, Fingerprint]:
        """Fingerprints of the products that exist, by id."""
        with self._database.reading() as connection:
            return product_rows.fingerprints(connection, ids)

    def product_ids(self) -> Iterator[str]:
        """All product ids, sorted, page by page."""
        return self._paged(lambda connection, after: product_rows.ids_after(connection, after, _PAGE))

    def last_seq(self) -> int:
        """Number of the last product change, 0 before the first."""
        with self._database.reading() as connection:
            return product_rows.last_seq(connection)

    def changes(self, after: int, limit: int = 10_000) -> list[Change]:
        """Product changes that follow number `after`, in order, at most `limit`.

        Of a product that changed several times only the last change is sure to be there; see
        `forget_outdated_changes`.
        """
        with self._database.reading() as connection:
            return product_rows.changed(connection, after, limit)

    def forget_outdated_changes(self) -> int:
        """Shorten the change log where it is long for the number of products. Returns by how many changes.

        Each product's last change stays, so that who follows from any number on still hears of it.
        """
        with self._database.reading() as connection:
            length, count = product_rows.log_length(connection)
        if length <= 2 * count + _LOG_SLACK:
            return 0
        forgotten, after = 0, 0
        # In many small transactions, so that writers need not wait for it.
        while True:
            with self._database.writing(PRODUCT_LOCK) as connection:
                upto, gone = product_rows.forget_outdated(connection, after, _PAGE)
            if upto is None:
                return forgotten
            forgotten, after = forgotten + gone, upto

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

    def codes(self, ids: Sequence[str] | None, bundle: str) -> Iterator[CodeBatch]:
        """Codes that the bundle made, of these products or (None) of all, by id, in batches.

        Products without a code of this bundle are left out. To load an index, take `last_seq` first
        and follow the changes from there.
        """
        return self._batches(ids, bundle, code_rows.codes_of, code_rows.codes_after)

    def index_rows(self, ids: Sequence[str] | None, bundle: str) -> Iterator[IndexBatch]:
        """As `codes`, with what filters look at in each product."""
        return self._batches(ids, bundle, code_rows.index_rows_of, code_rows.index_rows_after)

    def _batches(
        self,
        ids: Sequence[str] | None,
        bundle: str,
        of: Callable[[Connection, Sequence[str], str], _Batch],
        next_after: Callable[[Connection, str | None, int, str], _Batch],
    ) -> Iterator[_Batch]:
        if ids is not None:
            for chunk in product_rows.chunks(ids):
                with self._database.reading() as connection:
                    batch = of(connection, chunk, bundle)
                if batch.ids:
                    yield batch
            return
        after: str | None = None
        while True:
            with self._database.reading() as connection:
                batch = next_after(connection, after, _PAGE, bundle)
            if not batch.ids:
                return
            yield batch
            after = batch.ids[-1]

    # Scenes

    def put_scene(self, scene: SceneRecord, objects: Sequence[ObjectRecord]) -> None:
        """Insert or replace a scene and all its objects in one transaction."""
        with self._database.writing() as connection:
            scene_rows.put(connection, scene, objects)

    def scene(self, scene_id: str) -> SceneRecord | None:
        """The scene, or None."""
        with self._database.reading() as connection:
            return scene_rows.get(connection, scene_id)

    def list_scenes(self, after: str | None = None, limit: int = 100) -> list[SceneRecord]:
        """Scenes by id, those after the id `after`."""
        with self._database.reading() as connection:
            return scene_rows.page(connection, after, limit)

    def objects(self, scene_id: str) -> list[ObjectRecord]:
        """The objects of a scene, by position."""
        with self._database.reading() as connection:
            return scene_rows.objects_of(connection, scene_id)

    def object(self, object_id: str) -> ObjectRecord | None:
        """The object, or None."""
        with self._database.reading() as connection:
            return scene_rows.get_object(connection, object_id)

    def scene_with_objects(self, scene_id: str) -> tuple[SceneRecord, list[ObjectRecord]] | None:
        """The scene and its objects, by position, or None."""
        with self._database.reading() as connection:
            scene = scene_rows.get(connection, scene_id)
            # Read after the scene, which may be found anew in between: it says whose codes these are, or of which
            # embedder they were just before.
            return None if scene is None else (scene, scene_rows.objects_of(connection, scene_id))

    def object_with_scene(self, object_id: str) -> tuple[SceneRecord, ObjectRecord] | None:
        """The object and its scene, as they are at one moment, or None."""
        with self._database.reading() as connection:
            return scene_rows.get_with_scene(connection, object_id)

    def delete_scenes(self, ids: Sequence[str]) -> int:
        """Delete scenes with their objects; unknown ids are passed over. Returns how many existed."""
        with self._database.writing() as connection:
            return scene_rows.delete(connection, ids)

    # Imports

    def start_import(self, source: str, kind: str) -> int:
        """Begin an import ("products", "scenes", ...) and return its id."""
        with self._database.writing() as connection:
            return import_rows.start(connection, source, kind)

    def finish_import(self, import_id: int, counts: Mapping[str, int]) -> None:
        """Note the end of an import; forgets which products it saw, and which changes later ones outdate."""
        with self._database.writing() as connection:
            import_rows.finish(connection, import_id, counts)
        self.forget_outdated_changes()

    def last_import(self, kind: str | None = None) -> ImportRecord | None:
        """The import that was started last, of this kind if one is given."""
        with self._database.reading() as connection:
            return import_rows.last(connection, kind)

    def touch(self, ids: Sequence[str], import_id: int) -> None:
        """Mark products as seen by an import that is not finished."""
        with self._database.writing() as connection:
            import_rows.touch(connection, ids, import_id)

    def ids_not_in_import(self, import_id: int) -> Iterator[str]:
        """Sorted ids of the products that this unfinished import did not see.

        They may be deleted while the iterator goes on.
        """
        return self._paged(
            lambda connection, after: import_rows.unseen_after(connection, import_id, after, _PAGE)
        )

    def add_problems(self, import_id: int, problems: Sequence[FeedProblem]) -> None:
        """Keep problems of an import, with the present time."""
        with self._database.writing() as connection:
            import_rows.add_problems(connection, import_id, problems)

    def problems(
        self, import_id: int | None = None, after: int | None = None, limit: int = 100
    ) -> list[ProblemRecord]:
        """Problems of an import (None: the latest) in the order they came, those after the id `after`."""
        with self._database.reading() as connection:
            return import_rows.problems_of(connection, import_id, after, limit)

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

    def _paged(self, page: Callable[[Connection, str | None], list[str]]) -> Iterator[str]:
        after: str | None = None
        while True:
            with self._database.reading() as connection:
                ids = page(connection, after)
            if not ids:
                return
            yield from ids
            after = ids[-1]
