"""Scenes and their objects, in SQL. Each function runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.product_rows import chunks
from shopthelook.catalog.records import CatalogError, ObjectRecord, SceneRecord
from shopthelook.catalog.schema import objects, scenes
from shopthelook.catalog.upserting import upsert
from shopthelook.geometry import Box

_SCENE_COLUMNS = [scenes.c[one.name] for one in fields(SceneRecord)]
_OBJECT_COLUMNS = [
    objects.c[name]
    for name in (
        "x1", "y1", "x2", "y2", "id", "scene_id", "category_id", "score", "code", "position", "guesses"
    )
]  # fmt: skip
# Made once: to put a statement together takes longer than to run it.
_SCENES = sa.select(*_SCENE_COLUMNS)
_SCENE = _SCENES.where(scenes.c.id == sa.bindparam("scene"))
_OBJECTS = (
    sa.select(*_OBJECT_COLUMNS)
    .where(objects.c.scene_id == sa.bindparam("scene"))
    .order_by(objects.c.position, objects.c.id)
)
_OBJECT = sa.select(*_OBJECT_COLUMNS).where(objects.c.id == sa.bindparam("object"))
_WITH_SCENE = (
    sa.select(*_OBJECT_COLUMNS, *_SCENE_COLUMNS)
    .select_from(objects.join(scenes, objects.c.scene_id == scenes.c.id))
    .where(objects.c.id == sa.bindparam("object"))
)


def put(connection: Connection, scene: SceneRecord, found: Sequence[ObjectRecord]) -> None:
    """Insert or replace a scene with its objects."""
    for item in found:
        if item.scene_id != scene.id or not item.id.startswith(f"{scene.id}/"):
            raise CatalogError(
                f"object {item.id} of scene {item.scene_id} does not belong to scene {scene.id}"
            )
    names = ("id", "title", "image_hash", "width", "height", "detector", "embedder")
    row: dict[str, Any] = {name: getattr(scene, name) for name in names}
    row.update(n_objects=len(found), added_at=scene.added_at or datetime.now(UTC))
    # The scene first: its row is the lock that keeps two writers of one scene apart.
    connection.execute(upsert(connection, scenes, "id", keep=("added_at",)), row)
    connection.execute(sa.delete(objects).where(objects.c.scene_id == scene.id))
    if found:
        connection.execute(sa.insert(objects), [_object_row(item) for item in found])


def get(connection: Connection, scene_id: str) -> SceneRecord | None:
    """The scene, or None."""
    row = connection.execute(_SCENE, {"scene": scene_id}).first()
    return None if row is None else _scene(row)


def page(connection: Connection, after: str | None, limit: int) -> list[SceneRecord]:
    """Scenes in the order of their ids."""
    query = _SCENES.order_by(scenes.c.id).limit(limit)
    if after is not None:
        query = query.where(scenes.c.id > after)
    return [_scene(row) for row in connection.execute(query)]


def objects_of(connection: Connection, scene_id: str) -> list[ObjectRecord]:
    """The objects of a scene, by position."""
    return [_object(row) for row in connection.execute(_OBJECTS, {"scene": scene_id})]


def get_object(connection: Connection, object_id: str) -> ObjectRecord | None:
    """The object, or None."""
    row = connection.execute(_OBJECT, {"object": object_id}).first()
    return None if row is None else _object(row)


def get_with_scene(connection: Connection, object_id: str) -> tuple[SceneRecord, ObjectRecord] | None:
    """The object and its scene, as they are at one moment, or None."""
    row = connection.execute(_WITH_SCENE, {"object": object_id}).first()
    if row is None:
        return None
    return _scene(row[len(_OBJECT_COLUMNS) :]), _object(row[: len(_OBJECT_COLUMNS)])


def delete(connection: Connection, ids: Sequence[str]) -> int:
    """Delete scenes with their objects. How many existed."""
    removed = 0
    for chunk in chunks(list(dict.fromkeys(ids))):
        removed += connection.execute(sa.delete(scenes).where(scenes.c.id.in_(chunk))).rowcount
    return removed


def _object_row(item: ObjectRecord) -> dict[str, Any]:
    box = item.box
    names = ("id", "scene_id", "position", "category_id", "score", "code", "guesses")
    row = {name: getattr(item, name) for name in names}
    return row | {"x1": box.x1, "y1": box.y1, "x2": box.x2, "y2": box.y2}


def _scene(row: Sequence[Any]) -> SceneRecord:
    return SceneRecord(*row)


def _object(row: Sequence[Any]) -> ObjectRecord:
    x1, y1, x2, y2, object_id, scene_id, *rest = row
    return ObjectRecord(object_id, scene_id, Box(x1, y1, x2, y2), *rest)
