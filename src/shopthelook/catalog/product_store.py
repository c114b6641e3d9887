"""The part of the catalog with products: their rows, the log of their changes, and their codes."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy.engine import Connection

from shopthelook.catalog import code_rows, import_rows, next_rows, product_rows
from shopthelook.catalog.database import PRODUCT_LOCK
from shopthelook.catalog.next_rows import NextCode
from shopthelook.catalog.paging import PAGE, Part
from shopthelook.catalog.product_rows import Filters
from shopthelook.catalog.records import Change, CodeBatch, Fingerprint, IndexBatch, ProductRecord

_LOG_SLACK = 10_000

_Batch = TypeVar("_Batch", bound=CodeBatch)


class ProductStore(Part):
    """Products; see ``Catalog``."""

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
        return self._paged(lambda connection, after: product_rows.ids_after(connection, after, PAGE))

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
                upto, gone = product_rows.forget_outdated(connection, after, PAGE)
            if upto is None:
                return forgotten
            forgotten, after = forgotten + gone, upto

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
                batch = next_after(connection, after, PAGE, bundle)
            if not batch.ids:
                return
            yield batch
            after = batch.ids[-1]
