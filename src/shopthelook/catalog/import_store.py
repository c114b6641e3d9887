"""The part of the catalog with imports: what they saw, and their problems."""

from collections.abc import Iterator, Mapping, Sequence

from shopthelook.catalog import import_rows
from shopthelook.catalog.feeds.row import FeedProblem
from shopthelook.catalog.paging import PAGE
from shopthelook.catalog.product_store import ProductStore
from shopthelook.catalog.records import ImportRecord, ProblemRecord


class ImportStore(ProductStore):
    """Products, and the imports that bring them; see ``Catalog``."""

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
            lambda connection, after: import_rows.unseen_after(connection, import_id, after, PAGE)
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
