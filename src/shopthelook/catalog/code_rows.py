"""Codes of products by the bundle that made them, in SQL. Each function runs inside the caller's transaction.

A code is with its product, or in `next_codes` while its bundle does not serve yet, or not for long.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.next_tables import next_codes
from shopthelook.catalog.records import CatalogError, CodeBatch, IndexBatch, Said
from shopthelook.catalog.schema import products

_SAID = tuple(products.c[name] for name in Said._fields)


def codes_of(connection: Connection, ids: Sequence[str], bundle: str) -> CodeBatch:
    """Codes that the bundle made for these products, those that have one, in the order of their ids."""
    return _batch(_rows_of(connection, ids, bundle), bundle)


def codes_after(connection: Connection, after: str | None, limit: int, bundle: str) -> CodeBatch:
    """The next codes that the bundle made, in the order of the product ids."""
    return _batch(_rows_after(connection, after, limit, bundle), bundle)


def index_rows_of(connection: Connection, ids: Sequence[str], bundle: str) -> IndexBatch:
    """As `codes_of`, with what filters look at."""
    return _index_batch(_rows_of(connection, ids, bundle, *_SAID), bundle)


def index_rows_after(connection: Connection, after: str | None, limit: int, bundle: str) -> IndexBatch:
    """As `codes_after`, with what filters look at."""
    return _index_batch(_rows_after(connection, after, limit, bundle, *_SAID), bundle)


def _rows_of(
    connection: Connection, ids: Sequence[str], bundle: str, *more: sa.Column[Any]
) -> list[sa.Row[Any]]:
    return _merged(
        [connection.execute(query.where(key.in_(ids))).all() for query, key in _codes(bundle, *more)]
    )


def _rows_after(
    connection: Connection, after: str | None, limit: int, bundle: str, *more: sa.Column[Any]
) -> list[sa.Row[Any]]:
    queries = [query if after is None else query.where(key > after) for query, key in _codes(bundle, *more)]
    return _merged([connection.execute(query.limit(limit)).all() for query in queries])[:limit]


def _merged(found: Sequence[Sequence[sa.Row[Any]]]) -> list[sa.Row[Any]]:
    """Rows of several queries in the order of the ids in front, each id once."""
    by_id = {row[0]: row for rows in found for row in rows}
    return [by_id[key] for key in sorted(by_id)]


def _codes(bundle: str, *more: sa.Column[Any]) -> list[tuple[sa.Select[Any], sa.Column[str]]]:
    """Id, code and category of products, with the column of their id, by which they are in order.

    Where a code of the bundle lies beside, and where it is their own: in this order none is missed that takes its
    place between the two.
    """
    key = next_codes.c.product_id
    beside = sa.select(key, next_codes.c.code, products.c.category_id, *more)
    # An outer join, though each code has its product: SQLite then begins with the codes, which may be few.
    beside = beside.select_from(next_codes.outerjoin(products, key == products.c.id)).where(
        next_codes.c.bundle == bundle,
        next_codes.c.code.is_not(None),
        products.c.bundle.is_distinct_from(bundle),
        next_codes.c.image_hash.is_not_distinct_from(products.c.image_hash),
    )
    own = sa.select(products.c.id, products.c.code, products.c.category_id, *more)
    own = own.where(products.c.bundle == bundle)
    return [(beside.order_by(key), key), (own.order_by(products.c.id), products.c.id)]


def _index_batch(rows: Sequence[sa.Row[Any]], bundle: str) -> IndexBatch:
    found = _batch(rows, bundle)
    return IndexBatch(
        found.ids, found.codes, found.category_ids, [Said._make(tuple(row)[3:]) for row in rows]
    )


def _batch(rows: Sequence[sa.Row[Any]], bundle: str) -> CodeBatch:
    return _checked([tuple(row)[:3] for row in rows], bundle)


def _checked(rows: list[tuple[Any, ...]], bundle: str) -> CodeBatch:
    width = len(rows[0][1]) if rows else 0
    for product_id, code, _ in rows:
        if len(code) != width:
            raise CatalogError(
                f"product {product_id} has a code of {len(code)} bytes where others of {bundle} "
                f"have {width}; embed the products again"
            )
    codes = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.uint8).reshape(len(rows), width)
    categories = np.array([-1 if row[2] is None else row[2] for row in rows], dtype=np.int64)
    return CodeBatch([row[0] for row in rows], codes, categories)
