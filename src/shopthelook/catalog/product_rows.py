"""Products and their change log, in SQL. Each function runs inside the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.product import Product
from shopthelook.catalog.records import Change, Fingerprint, ProductRecord
from shopthelook.catalog.schema import changes, products
from shopthelook.catalog.upserting import upsert

CHUNK = 1000
"""Ids per statement; databases limit the parameters of one."""

Filters = Mapping[str, str | int | Sequence[int] | bool]

_T = TypeVar("_T")
_PRODUCT_FIELDS = tuple(f.name for f in fields(Product))
# Made once: to put a statement together takes longer than to run it. The product's own fields come first.
_LINKS = _PRODUCT_FIELDS.index("additional_image_links")
_PRODUCTS = sa.select(
    *(products.c[name] for name in _PRODUCT_FIELDS),
    *(products.c[name] for name in ("image_hash", "code", "bundle", "seq", "updated_at")),
)
_BY_ID = _PRODUCTS.where(products.c.id.in_(sa.bindparam("ids", expanding=True)))
_LAST_SEQ = sa.select(sa.func.max(changes.c.seq))
_TEXT_FILTERS = {column.name for column in products.c if isinstance(column.type, sa.String)}


def chunks(values: Sequence[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values in lists of at most `size`."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def put(connection: Connection, items: Sequence[ProductRecord]) -> int:
    """Insert or replace products and log each once; of two with one id the last stays. The last seq."""
    seq = last_seq(connection)
    now = datetime.now(UTC)
    distinct = {item.product.id: item for item in items}
    rows = [_row(item, number, now) for number, item in enumerate(distinct.values(), seq + 1)]
    if rows:
        connection.execute(upsert(connection, products, "id"), rows)
        _log(connection, [(row["seq"], row["id"]) for row in rows], deleted=False)
    return seq + len(rows)


def log_again(connection: Connection, ids: Sequence[str]) -> None:
    """Log products that exist, each once: what an index of them holds has changed."""
    numbered = list(enumerate(ids, last_seq(connection) + 1))
    statement = sa.update(products).where(products.c.id == sa.bindparam("of"))
    connection.execute(statement, [{"of": product_id, "seq": seq} for seq, product_id in numbered])
    _log(connection, numbered, deleted=False)


def delete(connection: Connection, ids: Sequence[str]) -> int:
    """Delete products and log each that existed. How many did."""
    seq = last_seq(connection)
    removed = 0
    for chunk in chunks(list(dict.fromkeys(ids))):
        present = connection.scalars(sa.select(products.c.id).where(products.c.id.in_(chunk))).all()
        if present:
            connection.execute(sa.delete(products).where(products.c.id.in_(present)))
            _log(connection, list(enumerate(present, seq + removed + 1)), deleted=True)
            removed += len(present)
    return removed


def last_seq(connection: Connection) -> int:
    """Number of the last change, 0 before the first."""
    return connection.scalar(_LAST_SEQ) or 0


def changed(connection: Connection, after: int, limit: int) -> list[Change]:
    """The changes that follow number `after`, in order."""
    query = sa.select(changes).where(changes.c.seq > after).order_by(changes.c.seq).limit(limit)
    return [Change(row.seq, row.product_id, row.deleted) for row in connection.execute(query)]


def forget_outdated(connection: Connection, after: int, limit: int) -> tuple[int | None, int]:
    """Drop from the `limit` changes that follow number `after` those whose product changed again later.

    The last change of each product stays, also that of its removal; a product removed several times keeps a
    change for each. The number of the last change that was looked at, None past the end, and how many went.
    """
    stretch = sa.select(changes.c.seq).where(changes.c.seq > after).order_by(changes.c.seq).limit(limit)
    upto = connection.scalar(sa.select(sa.func.max(stretch.subquery().c.seq)))
    if upto is None:
        return None, 0
    product = sa.select(products.c.id).where(products.c.id == changes.c.product_id)
    # A product carries the number of its last change, so that the log need not be searched for a later one.
    outdated = sa.or_(
        sa.and_(~changes.c.deleted, ~product.where(products.c.seq == changes.c.seq).exists()),
        sa.and_(changes.c.deleted, product.exists()),
    )
    gone = connection.execute(
        sa.delete(changes).where(changes.c.seq > after, changes.c.seq <= upto, outdated)
    )
    return upto, gone.rowcount


def log_length(connection: Connection) -> tuple[int, int]:
    """How many changes the log has, and how many products there are."""
    count = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in (changes, products)]
    row = connection.execute(sa.select(*count)).one()
    return row[0], row[1]


def get(connection: Connection, ids: Sequence[str]) -> dict[str, ProductRecord]:
    """The products that exist, by id."""
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(_BY_ID, {"ids": chunk}):
            record = _record(row)
            found[record.product.id] = record
    return found


def page(connection: Connection, after: str | None, limit: int, where: Filters) -> list[ProductRecord]:
    """Products in the order of their ids."""
    query = _PRODUCTS.order_by(products.c.id).limit(limit)
    if after is not None:
        query = query.where(products.c.id > after)
    for name, value in where.items():
        query = query.where(_condition(name, value))
    return [_record(row) for row in connection.execute(query)]


def fingerprints(connection: Connection, ids: Sequence[str]) -> dict[str, Fingerprint]:
    """Fingerprints of the products that exist, by id."""
    columns = (products.c.id, products.c.row_hash, products.c.image_hash, products.c.bundle)
    found = {}
    for chunk in chunks(ids):
        for row in connection.execute(sa.select(*columns).where(products.c.id.in_(chunk))):
            found[row.id] = Fingerprint(row.row_hash, row.image_hash, row.bundle)
    return found


def ids_after(connection: Connection, after: str | None, limit: int) -> list[str]:
    """Product ids in order."""
    query = sa.select(products.c.id).order_by(products.c.id).limit(limit)
    if after is not None:
        query = query.where(products.c.id > after)
    return list(connection.scalars(query))


def _condition(name: str, value: object) -> sa.ColumnElement[bool]:
    if name == "category_id":
        wanted = [value] if isinstance(value, int) else list(value)  # type: ignore[call-overload]
        return products.c.category_id.in_(wanted)
    if name == "has_code":
        return products.c.bundle.is_not(None) if value else products.c.bundle.is_(None)
    if name in _TEXT_FILTERS:
        return products.c[name] == value
    custom: sa.ColumnElement[bool] = products.c.custom[name].as_string() == str(value)
    return custom


def _log(connection: Connection, numbered: Sequence[tuple[int, str]], deleted: bool) -> None:
    rows = [{"seq": seq, "product_id": product_id, "deleted": deleted} for seq, product_id in numbered]
    connection.execute(sa.insert(changes), rows)


def _row(item: ProductRecord, seq: int, now: datetime) -> dict[str, Any]:
    product = item.product
    row: dict[str, Any] = {name: getattr(product, name) for name in _PRODUCT_FIELDS}
    row["additional_image_links"] = list(product.additional_image_links)
    row["custom"] = dict(product.custom)
    row.update(row_hash=product.row_hash(), image_hash=item.image_hash, code=item.code, bundle=item.bundle)
    row.update(seq=seq, updated_at=now)
    return row


def _record(row: sa.Row[Any]) -> ProductRecord:
    said = list(row)
    own, rest = said[: len(_PRODUCT_FIELDS)], said[len(_PRODUCT_FIELDS) :]
    own[_LINKS] = tuple(own[_LINKS])
    return ProductRecord(Product(*own), *rest)
