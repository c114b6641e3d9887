"""Marks of the database's states, in SQL, inside the caller's transaction."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.schema import marks

_KEPT = 1000


def add(connection: Connection) -> str:
    """A new mark; of the older ones the last thousand stay."""
    name = uuid.uuid4().hex
    row = sa.insert(marks).values(name=name, at=datetime.now(UTC))
    number: int = connection.execute(row.returning(marks.c.id)).scalar_one()
    connection.execute(sa.delete(marks).where(marks.c.id <= number - _KEPT))
    return name


def has(connection: Connection, name: str) -> bool:
    """Whether the mark is there."""
    return connection.scalar(sa.select(marks.c.id).where(marks.c.name == name)) is not None
