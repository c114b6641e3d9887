"""A change of the embedder, in the database: which one serves, and the codes of the one that is to follow."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.engine import Connection

from shopthelook.catalog import next_object_rows, next_rows, product_rows
from shopthelook.catalog.database import CHANGEOVER_LOCK, PRODUCT_LOCK, Database
from shopthelook.catalog.next_object_rows import NextObjectCode, ObjectCode
from shopthelook.catalog.next_rows import NextCode
from shopthelook.catalog.product import Product

_PAGE = 1000


class Coded(NamedTuple):
    """How many products have a code of a bundle, and how many cannot get one."""

    done: int
    failed: int


class Changeover:
    """One bundle serves: searches compare its codes, and every write of products brings one.

    Codes of the bundle that is to follow are kept beside, each with the picture that it was made from. When no
    product is left without one, or without a reason why it has none, that bundle serves; then its codes take the
    place of the older ones (`settle`). A code counts as soon as it is written, wherever it is, so an index of
    either bundle can be loaded at any time.

    Every method raises CatalogError where the database fails.
    """

    def __init__(self, database: Database):
        self._database = database

    def serving(self) -> str | None:
        """The bundle that serves; None before the first code."""
        with self._database.reading() as connection:
            return next_rows.serving(connection)

    def standing(self) -> tuple[int, str | None]:
        """The number of the last product change, and the bundle that serves."""
        with self._database.reading() as connection:
            return product_rows.last_seq(connection), next_rows.serving(connection)

    def switch(self, bundle: str, checked: int) -> bool:
        """Have this bundle serve from now on, unless products are left without its code; whether it does.

        Args:
            checked: the number of the last product change before the caller found that none is `missing`; only
                products that have changed since are looked at, since nobody can write meanwhile.
        """
        with self._database.writing(PRODUCT_LOCK) as connection:
            if next_rows.missing(connection, bundle, None, 1, checked):
                return False
            next_rows.serve(connection, bundle)
            return True

    def take_over(self, bundle: str) -> None:
        """Have this bundle serve from now on, whatever codes it has."""
        with self._database.writing(PRODUCT_LOCK) as connection:
            next_rows.serve(connection, bundle)

    def missing(
        self, bundle: str, after: str | None = None, limit: int = _PAGE, since: int | None = None
    ) -> list[tuple[str, str | None]]:
        """The next products, by id, without code or reason of the bundle; each with the name of its picture.

        Args:
            since: a number of a product change; of the products that have changed after it only.
        """
        with self._database.reading() as connection:
            return next_rows.missing(connection, bundle, after, limit, since)

    def count(self, bundle: str) -> Coded:
        """How many products have a code of the bundle, and how many cannot get one."""
        with self._database.reading() as connection:
            return Coded(*next_rows.count(connection, bundle))

    def put(self, bundle: str, rows: Sequence[NextCode]) -> int:
        """Keep codes, and reasons why there is none, of products that have these pictures. How many.

        They are in the change log, since an index of this bundle has more products then.
        """
        with self._database.writing(PRODUCT_LOCK) as connection:
            return next_rows.put(connection, bundle, rows, log=True)

    def forget_failed(self, bundle: str) -> None:
        """Forget why products have no code of the bundle, so that they are tried again."""
        with self._database.writing(PRODUCT_LOCK) as connection:
            next_rows.forget_failed(connection, bundle)

    def forget_others(self, bundle: str) -> None:
        """Forget codes beside that are of another bundle."""
        self._in_pages(lambda connection: next_rows.forget_others(connection, bundle, _PAGE))
        self._in_pages(lambda connection: next_object_rows.forget_others(connection, bundle, _PAGE))

    def settle(self, bundle: str, apply: Callable[[Product, NextCode], Product]) -> Iterator[int]:
        """Put codes of the bundle, which serves, in the place of the older ones; yields after each page.

        Args:
            apply: the product with what the bundle reads from its picture.
        """
        after: str | None = None
        while True:
            with self._database.writing() as connection:
                after = next_object_rows.settle(connection, bundle, after, _PAGE)
            if after is None:
                break
            yield 0
        # Products last: that older codes are left says that there is still something to do.
        while True:
            with self._database.writing(PRODUCT_LOCK) as connection:
                count = next_rows.settle(connection, bundle, _PAGE, apply)
            if not count:
                return
            yield count

    # Objects of scenes

    def scenes_missing(self, bundle: str, after: str | None = None, limit: int = _PAGE) -> list[str]:
        """The next scenes, by id, with an object that has no code of the bundle."""
        with self._database.reading() as connection:
            return next_object_rows.missing(connection, bundle, after, limit)

    def put_objects(self, bundle: str, rows: Sequence[NextObjectCode]) -> None:
        """Keep codes of a scene's objects, where these have not been found anew meanwhile."""
        with self._database.writing() as connection:
            next_object_rows.put(connection, bundle, rows)

    def object_code(self, object_id: str, bundle: str) -> ObjectCode | None:
        """What the bundle made of an object, beside what the object has."""
        with self._database.reading() as connection:
            return next_object_rows.get(connection, object_id, bundle)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether nobody else on this PostgreSQL works at a change of the embedder; nobody begins meanwhile.

        SQLite is used from one machine only, where a file can be locked.
        """
        if self._database.is_sqlite:
            yield True
            return
        with self._database.holding(CHANGEOVER_LOCK) as held:
            yield held

    def _in_pages(self, step: Callable[[Connection], int]) -> None:
        while True:
            with self._database.writing(PRODUCT_LOCK) as connection:
                if not step(connection):
                    return
