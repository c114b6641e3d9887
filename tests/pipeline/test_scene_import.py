"""Importing photos: ids, what is skipped, what is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from shopthelook import Shop
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.scene_sources import scene_source
from tests.fixtures.tiny_bundles import make_tiny_embedder, scene


def photo(path: Path, label: int = 0, *more: tuple[int, int, int, int, int]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(scene(200, 100, (label, 10, 10, 60, 80), *more)).save(path)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    photo(folder / "room.png", 0, (1, 100, 10, 180, 90))
    photo(folder / "hall.png", 2)
    return folder


def test_a_folder_of_photos(shop: Shop, photos: Path) -> None:
    report = shop.import_scenes(photos)
    assert (report.read, report.added, report.embedded, report.total) == (2, 2, 3, 2)
    assert [one.id for one in shop.scenes()] == ["hall", "room"]
    record, objects = shop.scene("room")
    assert (record.width, record.height) == (200, 100)
    assert [one.id for one in objects] == ["room/0", "room/1"]
    assert all(len(one.code) == 8 for one in objects)
    assert shop.pictures.data(record.image_hash) == (photos / "room.png").read_bytes()


def test_unchanged_photos_are_skipped(shop: Shop, photos: Path) -> None:
    shop.import_scenes(photos)
    again = shop.import_scenes(photos)
    assert (again.unchanged, again.embedded) == (2, 0)
    photo(photos / "room.png", 2)
    changed = shop.import_scenes(photos)
    assert (changed.updated, changed.unchanged, changed.embedded) == (1, 1, 1)
    assert [one.id for one in shop.scene("room")[1]] == ["room/0"]


def test_another_embedder_embeds_scenes_anew(shop: Shop, photos: Path, tmp_path: Path) -> None:
    shop.import_scenes(photos)
    other = make_tiny_embedder(tmp_path, name="other-embedder")
    settings = shop.directory / "shop.toml"
    settings.write_text(settings.read_text().replace(str(shop.embedder_bundle.path), str(other)))
    with Shop.open(shop.directory) as reopened:
        # Until then a stored object is embedded when it is asked for.
        assert reopened.search_object("room/0").hits == ()
        report = reopened.import_scenes(photos)
        assert (report.updated, report.embedded) == (2, 3)


def test_bad_photos_are_recorded(shop: Shop, photos: Path) -> None:
    (photos / "bad.jpg").write_bytes(b"nothing")
    report = shop.import_scenes(photos)
    assert (report.added, report.failed) == (2, 1)
    (problem,) = shop.catalog.problems()
    assert (problem.product_id, problem.field) == ("bad", "image")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("room.png\nhall.png\n", [("room", ""), ("hall", "")]),
        ("# two\n\nroom.png\r\nhall.png", [("room", ""), ("hall", "")]),
        ("image,title\nroom.png,A room\nhall.png,\n", [("room", "A room"), ("hall", "")]),
        ("id\timage\nr\troom.png\n\th-1\n", None),
        ('title,id,image\n"A, B",one,room.png\n', [("one", "A, B")]),
        ("id,image\na,room.png\na,hall.png\n", SourceError),
        ("id,image\na/b,room.png\n", SourceError),
        ("", SourceError),
    ],
)
def test_lists(photos: Path, text: str, expected: list[tuple[str, str]] | type[Exception] | None) -> None:
    listing = photos / "list.txt"
    listing.write_text(text)
    if isinstance(expected, type):
        with pytest.raises(expected):
            scene_source(listing)
        return
    found = scene_source(listing)
    assert found.folder == photos
    assert expected is None or [(one.id, one.title) for one in found.photos] == expected


def test_ids_are_unique_and_fit_into_addresses(tmp_path: Path) -> None:
    for name in ("a.png", "sub/a.jpg", "b c.png", "ä.png", "-.png", "x/é?.png", "b-c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "z.png").write_bytes(b"")
    found = [one.id for one in scene_source(tmp_path).photos]
    assert len(found) == len(set(found)) == 7
    assert {"a.png", "sub-a.jpg", "b-c.png", "ä", "é", "scene"} <= set(found)


def test_what_is_no_source(tmp_path: Path) -> None:
    for bad in (tmp_path / "nothing", tmp_path):
        with pytest.raises(SourceError):
            scene_source(bad)
    picture = photo(tmp_path / "room.png")
    with pytest.raises(SourceError, match="not a list"):
        scene_source(picture)
