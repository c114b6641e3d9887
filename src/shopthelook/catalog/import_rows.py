"""Imports, the marks of what they saw and their problems, in SQL, inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from shopthelook.catalog.feeds.row import FeedProblem
from shopthelook.catalog.records import CatalogError, ImportRecord, ProblemRecord
from shopthelook.catalog.schema import import_marks, imports, problems, products

_ABANDONED = timedelta(days=7)


def start(connection: Connection, source: str, kind: str) -> int:
    """A new import; marks that an import left behind which was cut off long ago are cleared."""
    now = datetime.now(UTC)
    old = sa.select(imports.c.id).where(imports.c.started_at < now - _ABANDONED)
    connection.execute(sa.delete(import_marks).where(import_marks.c.import_id.in_(old)))
    row = {"source": source, "kind": kind, "started_at": now, "counts": {}}
    query = sa.insert(imports).values(row).returning(imports.c.id)
    import_id: int = connection.execute(query).scalar_one()
    return import_id


def finish(connection: Connection, import_id: int, counts: Mapping[str, int]) -> None:
    """Note the end and what was counted; the marks go."""
    connection.execute(sa.delete(import_marks).where(import_marks.c.import_id == import_id))
    values = {"finished_at": datetime.now(UTC), "counts": dict(counts)}
    done = connection.execute(sa.update(imports).where(imports.c.id == import_id).values(values))
    if not done.rowcount:
        raise CatalogError(f"there is no import {import_id}")


def last(connection: Connection, kind: str | None) -> ImportRecord | None:
    """The import started last, of this kind."""
    query = sa.select(imports).order_by(imports.c.id.desc()).limit(1)
    if kind is not None:
        query = query.where(imports.c.kind == kind)
    row = connection.execute(query).first()
    return None if row is None else ImportRecord(**row._mapping)


def touch(connection: Connection, ids: Sequence[str], import_id: int) -> None:
    """Mark products as seen; they need not exist yet."""
    rows = [{"import_id": import_id, "product_id": product_id} for product_id in dict.fromkeys(ids)]
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(import_marks).on_conflict_do_nothing(), rows)


def unseen_after(connection: Connection, import_id: int, after: str | None, limit: int) -> list[str]:
    """Ids of products without this import's mark, in order."""
    mark = sa.select(import_marks.c.product_id).where(
        import_marks.c.import_id == import_id, import_marks.c.product_id == products.c.id
    )
    query = sa.select(products.c.id).where(~mark.exists()).order_by(products.c.id).limit(limit)
    if after is not None:
        query = query.where(products.c.id > after)
    return list(connection.scalars(query))


def add_problems(connection: Connection, import_id: int, found: Sequence[FeedProblem]) -> None:
    """Keep the problems with the present time."""
    now = datetime.now(UTC)
    rows = [
        {
            "import_id": import_id,
            "line": problem.line,
            "product_id": _storable(problem.product_id),
            "field": _storable(problem.field),
            "reason": _storable(problem.reason),
            "at": now,
        }
        for problem in found
    ]
    if rows:
        connection.execute(sa.insert(problems), rows)


def problems_of(
    connection: Connection, import_id: int | None, after: int | None, limit: int
) -> list[ProblemRecord]:
    """Problems of an import, or of the latest, in the order they came."""
    query = sa.select(problems).where(problems.c.import_id == _or_latest(import_id)).order_by(problems.c.id)
    if after is not None:
        query = query.where(problems.c.id > after)
    return [ProblemRecord(**row._mapping) for row in connection.execute(query.limit(limit))]


def count_problems(connection: Connection) -> int:
    """How many problems the latest import had."""
    query = sa.select(sa.func.count()).select_from(problems).where(problems.c.import_id == _or_latest(None))
    return connection.scalar(query) or 0


def _or_latest(import_id: int | None) -> Any:
    return sa.select(sa.func.max(imports.c.id)).scalar_subquery() if import_id is None else import_id


def _storable(text: str | None) -> str | None:
    """Problems quote broken input, and no database takes zero bytes or lone surrogates."""
    if text is None:
        return None
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
