"""The part of the catalog with scenes and their objects."""

from collections.abc import Sequence

from shopthelook.catalog import scene_rows
from shopthelook.catalog.paging import Part
from shopthelook.catalog.records import ObjectRecord, SceneRecord


class SceneStore(Part):
    """Scenes; see ``Catalog``."""

    def put_scene(self, scene: SceneRecord, objects: Sequence[ObjectRecord]) -> None:
        """Insert or replace a scene and all its objects in one transaction."""
        with self._database.writing() as connection:
            scene_rows.put(connection, scene, objects)

    def scene(self, scene_id: str) -> SceneRecord | None:
        """The scene, or None."""
        with self._database.reading() as connection:
            return scene_rows.get(connection, scene_id)

    def list_scenes(self, after: str | None = None, limit: int = 100) -> list[SceneRecord]:
        """Scenes by id, those after the id `after`."""
        with self._database.reading() as connection:
            return scene_rows.page(connection, after, limit)

    def objects(self, scene_id: str) -> list[ObjectRecord]:
        """The objects of a scene, by position."""
        with self._database.reading() as connection:
            return scene_rows.objects_of(connection, scene_id)

    def object(self, object_id: str) -> ObjectRecord | None:
        """The object, or None."""
        with self._database.reading() as connection:
            return scene_rows.get_object(connection, object_id)

    def scene_with_objects(self, scene_id: str) -> tuple[SceneRecord, list[ObjectRecord]] | None:
        """The scene and its objects, by position, or None."""
        with self._database.reading() as connection:
            scene = scene_rows.get(connection, scene_id)
            # Read after the scene, which may be found anew in between: it says whose codes these are, or of which
            # embedder they were just before.
            return None if scene is None else (scene, scene_rows.objects_of(connection, scene_id))

    def object_with_scene(self, object_id: str) -> tuple[SceneRecord, ObjectRecord] | None:
        """The object and its scene, as they are at one moment, or None."""
        with self._database.reading() as connection:
            return scene_rows.get_with_scene(connection, object_id)

    def delete_scenes(self, ids: Sequence[str]) -> int:
        """Delete scenes with their objects; unknown ids are passed over. Returns how many existed."""
        with self._database.writing() as connection:
            return scene_rows.delete(connection, ids)
