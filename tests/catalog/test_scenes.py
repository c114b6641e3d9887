"""Scenes and their objects, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shopthelook.catalog import Catalog, CatalogError, Guess, ObjectRecord, SceneRecord
from shopthelook.geometry import Box


def scene(scene_id: str, **values: object) -> SceneRecord:
    return SceneRecord(scene_id, "Room", "a" * 64, 640, 480, "d@1", "e@1", **values)  # type: ignore[arg-type]


def found(scene_id: str, n: int) -> ObjectRecord:
    box = Box(0.1, 0.2, 0.3 + n / 100, 0.4)
    guesses = {"color": Guess("Red", 0.75)} if n else {}
    return ObjectRecord(f"{scene_id}/{n}", scene_id, box, 443, 0.5, bytes([n] * 8), n, guesses)


def test_scenes_and_objects(catalog: Catalog) -> None:
    catalog.put_scene(scene("s1"), [found("s1", 1), found("s1", 0)])
    catalog.put_scene(scene("s2"), [])
    assert catalog.objects("s1") == [found("s1", 0), found("s1", 1)]
    assert catalog.object("s1/1") == found("s1", 1)
    assert catalog.object("s1/9") is None
    assert [(s.id, s.n_objects) for s in catalog.list_scenes()] == [("s1", 2), ("s2", 0)]
    assert [s.id for s in catalog.list_scenes(after="s1", limit=1)] == ["s2"]
    assert catalog.counts() == {"products": 0, "with_code": 0, "scenes": 2, "objects": 2, "problems": 0}
    assert catalog.delete_scenes(["s1", "s1", "none"]) == 1
    assert catalog.scene("s1") is None
    assert catalog.objects("s1") == []
    assert catalog.counts()["objects"] == 0


def test_putting_a_scene_again_replaces_its_objects_and_keeps_its_time(catalog: Catalog) -> None:
    catalog.put_scene(scene("s"), [found("s", 0), found("s", 1)])
    before = catalog.scene("s")
    assert before is not None
    assert before.added_at is not None
    assert abs(before.added_at - datetime.now(UTC)) < timedelta(minutes=1)
    catalog.put_scene(scene("s"), [found("s", 0)])
    after = catalog.scene("s")
    assert after is not None
    assert (after.added_at, after.n_objects) == (before.added_at, 1)
    assert catalog.objects("s") == [found("s", 0)]


def test_times_are_utc(catalog: Catalog) -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    catalog.put_scene(scene("s", added_at=noon), [])
    stored = catalog.scene("s")
    assert stored is not None
    assert stored.added_at == noon
    assert stored.added_at.tzinfo == UTC
    with pytest.raises(CatalogError, match="has no time zone"):
        catalog.put_scene(scene("t", added_at=datetime(2024, 5, 1)), [])


def test_objects_of_another_scene_are_refused(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="object t/0 of scene t does not belong to scene s"):
        catalog.put_scene(scene("s"), [found("t", 0)])
    assert catalog.scene("s") is None
