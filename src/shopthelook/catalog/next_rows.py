"""Codes of the embedder that is to follow, in SQL. Each function runs inside the caller's transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog import product_rows
from shopthelook.catalog.guess import Guesses
from shopthelook.catalog.next_tables import embedder, next_codes
from shopthelook.catalog.product import Product
from shopthelook.catalog.records import EmbedderChanged, ProductRecord, check_code
from shopthelook.catalog.schema import changes, products
from shopthelook.catalog.upserting import upsert

# Of the picture that the product has now.
_PRESENT = next_codes.c.image_hash.is_not_distinct_from(products.c.image_hash)


@dataclass(frozen=True, slots=True)
class NextCode:
    """What an embedder made of the picture of a product: a code, or a reason why there is none.

    Attributes:
        image_hash: the picture that it was made from; it counts only while the product has that one.
        code: as in `ProductRecord`; None where the picture cannot be embedded.
        category_id, category_score: the category that the embedder reads from the picture.
        guesses: what else it reads from it.
        reason: why there is no code.
    """

    product_id: str
    image_hash: str | None
    code: bytes | None = None
    category_id: int | None = None
    category_score: float | None = None
    guesses: Guesses = field(default_factory=dict)
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.code is not None:
            check_code(self.code, f"product {self.product_id}")


_FIELDS = tuple(one.name for one in fields(NextCode))
_SERVING = sa.select(embedder.c.bundle)


def serving(connection: Connection) -> str | None:
    """The bundle whose codes are searched."""
    return connection.scalar(_SERVING)


def require(connection: Connection, bundle: str) -> None:
    """Have this bundle serve where none does yet. Raises EmbedderChanged where another one does."""
    present = serving(connection)
    if present is None:
        connection.execute(sa.insert(embedder), {"id": 1, "bundle": bundle})
    elif present != bundle:
        raise EmbedderChanged(f"the shop's embedder is {present} now, no more {bundle}: try again")


def serve(connection: Connection, bundle: str) -> None:
    """Have this bundle serve from now on."""
    if connection.execute(sa.update(embedder).values(bundle=bundle)).rowcount == 0:
        connection.execute(sa.insert(embedder), {"id": 1, "bundle": bundle})


def put(connection: Connection, bundle: str, rows: Sequence[NextCode], *, log: bool) -> int:
    """Keep codes of those products that have the picture; in the change log where asked. How many."""
    distinct = {row.product_id: row for row in rows}
    columns = (products.c.id, products.c.image_hash)
    kept: list[dict[str, Any]] = []
    for chunk in product_rows.chunks(list(distinct)):
        for found in connection.execute(sa.select(*columns).where(products.c.id.in_(chunk))):
            row = distinct[found.id]
            if row.image_hash == found.image_hash:
                kept.append({"bundle": bundle} | {name: getattr(row, name) for name in _FIELDS})
    if kept:
        connection.execute(upsert(connection, next_codes, "product_id"), kept)
        if log:
            product_rows.log_again(connection, [row["product_id"] for row in kept])
    return len(kept)


def missing(
    connection: Connection, bundle: str, after: str | None, limit: int, since: int | None = None
) -> list[tuple[str, str | None]]:
    """The next products, by id, without code or reason of the bundle; each with the name of its picture.

    Of those that have changed after number `since`, where one is given.
    """
    query = (
        sa.select(products.c.id, products.c.image_hash)
        .where(products.c.bundle.is_distinct_from(bundle), ~_beside(bundle).exists())
        .order_by(products.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(products.c.id > after)
    if since is not None:
        query = query.where(products.c.id.in_(sa.select(changes.c.product_id).where(changes.c.seq > since)))
    return [(row.id, row.image_hash) for row in connection.execute(query)]


def count(connection: Connection, bundle: str) -> tuple[int, int]:
    """How many products have a code of the bundle, and for how many there is a reason why not."""
    own = sa.select(sa.func.count()).select_from(products).where(products.c.bundle == bundle)
    beside = (
        sa.select(next_codes.c.code.is_not(None).label("has"), sa.func.count().label("number"))
        .select_from(next_codes.outerjoin(products, next_codes.c.product_id == products.c.id))
        .where(next_codes.c.bundle == bundle, products.c.bundle.is_distinct_from(bundle), _PRESENT)
        .group_by(sa.literal_column("has"))
    )
    more = {bool(row.has): row.number for row in connection.execute(beside)}
    return (connection.scalar(own) or 0) + more.get(True, 0), more.get(False, 0)


def forget_failed(connection: Connection, bundle: str) -> int:
    """Forget the reasons, so that these products are tried again. How many."""
    gone = sa.delete(next_codes).where(next_codes.c.bundle == bundle, next_codes.c.code.is_(None))
    return connection.execute(gone).rowcount


def forget_others(connection: Connection, bundle: str, limit: int) -> int:
    """Forget codes of other bundles, so many at most. How many."""
    some = sa.select(next_codes.c.product_id).where(next_codes.c.bundle != bundle).limit(limit)
    return connection.execute(sa.delete(next_codes).where(next_codes.c.product_id.in_(some))).rowcount


def settle(
    connection: Connection, bundle: str, limit: int, apply: Callable[[Product, NextCode], Product]
) -> int:
    """Put codes of the bundle, which serves, in the place of the older ones. How many; 0 when all are.

    Only products of which `apply` makes another one are in the change log: an index of this bundle has the rest.
    """
    query = sa.select(next_codes).where(next_codes.c.bundle == bundle)
    rows = connection.execute(query.order_by(next_codes.c.product_id).limit(limit)).all()
    if not rows:
        return 0
    ids = [row.product_id for row in rows]
    present = product_rows.get(connection, ids)
    changed: list[ProductRecord] = []
    same: list[dict[str, Any]] = []
    for row in rows:
        record, made = present[row.product_id], _next_code(row)
        if record.bundle == bundle or record.image_hash != made.image_hash:
            continue
        product = record.product if made.code is None else apply(record.product, made)
        made_by = None if made.code is None else bundle
        if product == record.product:
            same.append({"of": product.id, "code": made.code, "bundle": made_by})
        else:
            changed.append(ProductRecord(product, record.image_hash, made.code, made_by))
    if changed:
        product_rows.put(connection, changed)
    if same:
        connection.execute(sa.update(products).where(products.c.id == sa.bindparam("of")), same)
    connection.execute(sa.delete(next_codes).where(next_codes.c.product_id.in_(ids)))
    return len(rows)


def _beside(bundle: str) -> sa.Select[Any]:
    """What the bundle made of a product's present picture, to be used inside a query of products."""
    return sa.select(next_codes.c.product_id).where(
        next_codes.c.product_id == products.c.id, next_codes.c.bundle == bundle, _PRESENT
    )


def _next_code(row: sa.Row[Any]) -> NextCode:
    values = dict(row._mapping)
    del values["bundle"]
    return NextCode(**values)
