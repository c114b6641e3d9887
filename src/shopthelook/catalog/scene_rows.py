"""Scenes and their objects, in SQL. Each function runs inside the caller's transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shopthelook.catalog.product_rows import chunks
from shopthelook.catalog.records import CatalogError, ObjectRecord, SceneRecord
from shopthelook.catalog.schema import objects, scenes
from shopthelook.catalog.upserting import upsert
from shopthelook.geometry import Box


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
    row = connection.execute(sa.select(scenes).where(scenes.c.id == scene_id)).first()
    return None if row is None else _scene(row)


def page(connection: Connection, after: str | None, limit: int) -> list[SceneRecord]:
    """Scenes in the order of their ids."""
    query = sa.select(scenes).order_by(scenes.c.id).limit(limit)
    if after is not None:
        query = query.where(scenes.c.id > after)
    return [_scene(row) for row in connection.execute(query)]


def objects_of(connection: Connection, scene_id: str) -> list[ObjectRecord]:
    """The objects of a scene, by position."""
    query = (
        sa.select(objects).where(objects.c.scene_id == scene_id).order_by(objects.c.position, objects.c.id)
    )
    return [_object(row) for row in connection.execute(query)]


def get_object(connection: Connection, object_id: str) -> ObjectRecord | None:
    """The object, or None."""
    row = connection.execute(sa.select(objects).where(objects.c.id == object_id)).first()
    return None if row is None else _object(row)


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


def _scene(row: sa.Row[Any]) -> SceneRecord:
    return SceneRecord(**row._mapping)


def _object(row: sa.Row[Any]) -> ObjectRecord:
    box = Box(row.x1, row.y1, row.x2, row.y2)
    return ObjectRecord(
        row.id, row.scene_id, box, row.category_id, row.score, row.code, row.position, row.guesses
    )
