"""A shop whose folder cannot be written: it searches as ever, and says of each write why it cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.catalog import CatalogError
from shopthelook.images import PictureStoreError
from shopthelook.pipeline.errors import ShopFolderError
from shopthelook.retrieval.embedded import EmbeddedIndex, SnapshotError
from tests.fixtures.disks import read_only
from tests.pipeline.feeds import Feed, png
from tests.pipeline.test_crash import everything, rebuilt

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders are made read-only as on Unix")

CANNOT = r"read-only|Read-only|Permission denied"


@pytest.fixture
def locked(shop: Shop, feed: Feed, tmp_path: Path) -> Iterator[Shop]:
    """The shop with 60 products and a snapshot of 40, opened where it cannot be written."""
    feed.fill(60)
    shop.import_products(feed.path, limit=40)
    shop.index.keep()
    shop.import_products(feed.path)
    shop.close()
    with read_only(shop.directory, tmp_path / "locked") as folder, Shop.open(folder, threads=1) as opened:
        yield opened


def test_it_searches_from_snapshot_and_database(locked: Shop) -> None:
    assert isinstance(locked.index.refresh(), EmbeddedIndex)
    assert len(locked.index_keeping.open()) == 40
    assert everything(locked, locked.index) == everything(locked, rebuilt(locked))
    assert len(locked.search_product("p0003", k=100)) == 19
    assert locked.search(png(seed=3)).objects
    record = locked.catalog.product("p0003")
    assert record is not None
    assert locked.pictures.thumbnail(record.image_hash or "", 160)
    assert locked.status().with_code == 60


def test_every_write_says_that_it_cannot(locked: Shop, feed: Feed, shop: Shop) -> None:
    before = {path: path.stat().st_mtime_ns for path in shop.directory.rglob("*")}
    with pytest.raises(ShopFolderError, match=CANNOT):
        locked.import_products(feed.path)
    with pytest.raises(ShopFolderError, match=CANNOT):
        locked.embed_products()
    with pytest.raises(CatalogError, match=CANNOT):
        locked.delete_products(["p0003"])
    with pytest.raises(PictureStoreError, match=CANNOT):
        locked.pictures.put(b"another")
    with pytest.raises(SnapshotError, match=CANNOT):
        locked.index.keep()
    with pytest.raises(SnapshotError, match=CANNOT):
        locked.index.rebuild()
    # What was made anew is used all the same.
    assert len(locked.search_product("p0003", k=100)) == 19
    assert {path: path.stat().st_mtime_ns for path in shop.directory.rglob("*")} == before


def test_a_snapshot_that_is_made_by_itself_only_warns(
    locked: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("shopthelook.pipeline.following._WORTH_KEEPING", 10)
    assert len(locked.index.refresh()) == 60
    assert "cannot write a snapshot of the index" in caplog.text
