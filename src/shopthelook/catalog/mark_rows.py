"""Marks of the database's states, in SQL, inside the caller's transaction."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.schema import marks

_KEPT = 1000


def add(connection: Connection) -> str:
    """A new mark; of the older ones the last thousand stay."""
    row = {"name": uuid.uuid4().hex, "at": datetime.now(UTC)}
    number = connection.execute(sa.insert(marks).values(row).returning(marks.c.id)).scalar_one()
    connection.execute(sa.delete(marks).where(marks.c.id <= number - _KEPT))
    return row["name"]


def has(connection: Connection, name: str) -> bool:
    """Whether the mark is there."""
    return connection.scalar(sa.select(marks.c.id).where(marks.c.name == name)) is not None
