"""Objects' codes of the embedder that is to follow, in SQL. Each function runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.guess import Guesses
from shopthelook.catalog.next_tables import next_object_codes
from shopthelook.catalog.records import check_code
from shopthelook.catalog.schema import objects, scenes


class ObjectCode(NamedTuple):
    """An object's code, and what else is read from its crop; as in `ObjectRecord`."""

    code: bytes
    guesses: Guesses


@dataclass(frozen=True, slots=True)
class NextObjectCode:
    """What an embedder made of an object of a scene.

    Attributes:
        instead_of: the code that the object has; what was made counts only where it still is that one.
        code: as in `ObjectRecord`.
        guesses: what else it reads from the crop.
    """

    object_id: str
    instead_of: bytes
    code: bytes
    guesses: Guesses = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_code(self.code, f"object {self.object_id}")


def put(connection: Connection, bundle: str, rows: Sequence[NextObjectCode]) -> None:
    """Keep codes of one scene's objects, where these are still the same."""
    by_id = {row.object_id: row for row in rows}
    present = sa.select(objects.c.id, objects.c.code).where(objects.c.id.in_(list(by_id)))
    # Nobody may take the objects away before these rows, which name them, are in.
    found = connection.execute(present.with_for_update(read=True))
    same = [by_id[row.id] for row in found if row.code == by_id[row.id].instead_of]
    if not same:
        return
    ids = [row.object_id for row in same]
    connection.execute(sa.delete(next_object_codes).where(next_object_codes.c.object_id.in_(ids)))
    values = [
        {"object_id": row.object_id, "bundle": bundle, "code": row.code, "guesses": row.guesses}
        for row in same
    ]
    connection.execute(sa.insert(next_object_codes), values)


def get(connection: Connection, object_id: str, bundle: str) -> ObjectCode | None:
    """What the bundle made of an object."""
    of_object = sa.and_(next_object_codes.c.object_id == object_id, next_object_codes.c.bundle == bundle)
    columns = (next_object_codes.c.code, next_object_codes.c.guesses)
    row = connection.execute(sa.select(*columns).where(of_object)).first()
    return None if row is None else ObjectCode(row.code, row.guesses)


def missing(connection: Connection, bundle: str, after: str | None, limit: int) -> list[str]:
    """The next scenes, by id, with an object that has no code of the bundle."""
    query = sa.select(scenes.c.id).where(scenes.c.embedder != bundle, _lacking(bundle).exists())
    if after is not None:
        query = query.where(scenes.c.id > after)
    return list(connection.scalars(query.order_by(scenes.c.id).limit(limit)))


def settle(connection: Connection, bundle: str, after: str | None, limit: int) -> str | None:
    """Put codes of the bundle in the place of the older ones in the next scenes; the last one's id, or None."""
    query = sa.select(scenes.c.id).where(scenes.c.embedder != bundle, ~_lacking(bundle).exists())
    following = query if after is None else query.where(scenes.c.id > after)
    found: list[str] = list(connection.scalars(following.order_by(scenes.c.id).limit(limit)))
    if not found:
        return None
    # A scene's row is the lock of its objects: what was true before it was held is asked again.
    connection.execute(sa.select(scenes.c.id).where(scenes.c.id.in_(found)).with_for_update())
    ids = list(connection.scalars(query.where(scenes.c.id.in_(found))))
    chosen = next_object_codes.join(objects, objects.c.id == next_object_codes.c.object_id)
    rows = connection.execute(
        sa.select(next_object_codes).select_from(chosen).where(objects.c.scene_id.in_(ids))
    ).all()
    if rows:
        values = [{"of": row.object_id, "code": row.code, "guesses": row.guesses} for row in rows]
        connection.execute(sa.update(objects).where(objects.c.id == sa.bindparam("of")), values)
        done = next_object_codes.c.object_id.in_([row.object_id for row in rows])
        connection.execute(sa.delete(next_object_codes).where(done))
    connection.execute(sa.update(scenes).where(scenes.c.id.in_(ids)).values(embedder=bundle))
    return found[-1]


def forget_others(connection: Connection, bundle: str, limit: int) -> int:
    """Forget codes of other bundles, so many at most. How many."""
    some = sa.select(next_object_codes.c.object_id).where(next_object_codes.c.bundle != bundle).limit(limit)
    gone = sa.delete(next_object_codes).where(next_object_codes.c.object_id.in_(some))
    return connection.execute(gone).rowcount


def _lacking(bundle: str) -> sa.Select[Any]:
    """Objects without a code of the bundle, to be used inside a query of scenes."""
    beside = sa.select(next_object_codes.c.object_id).where(
        next_object_codes.c.object_id == objects.c.id, next_object_codes.c.bundle == bundle
    )
    return sa.select(objects.c.id).where(objects.c.scene_id == scenes.c.id, ~beside.exists())
