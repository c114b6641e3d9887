"""What the parts of the catalog share: the database, and reading it page by page."""

from collections.abc import Callable, Iterator

from sqlalchemy.engine import Connection

from shopthelook.catalog.database import Database

PAGE = 10_000


class Part:
    """A part of the catalog."""

    def __init__(self, database: Database):
        self._database = database

    def _paged(self, page: Callable[[Connection, str | None], list[str]]) -> Iterator[str]:
        after: str | None = None
        while True:
            with self._database.reading() as connection:
                ids = page(connection, after)
            if not ids:
                return
            yield from ids
            after = ids[-1]
