"""Insert or replace rows, in the words of SQLite and of PostgreSQL."""

from collections.abc import Container

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def upsert(connection: Connection, table: sa.Table, key: str, keep: Container[str] = ()) -> sa.Insert:
    """An insert that replaces the row of the same ``key`` where there is one, but for the columns ``keep``."""
    insert: sqlite.Insert | postgresql.Insert
    insert = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    replaced = {
        column.name: insert.excluded[column.name]
        for column in table.c
        if column.name != key and column.name not in keep
    }
    return insert.on_conflict_do_update(index_elements=[key], set_=replaced)
