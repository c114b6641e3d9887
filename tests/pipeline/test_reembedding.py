"""A change of the embedder: what status says, and the ways to new codes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.pipeline import reembedding
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.pipeline.feeds import BLUE, Feed, png


@pytest.fixture
def changed(shop: Shop, feed: Feed, tmp_path: Path) -> Iterator[Shop]:
    """A shop with 70 products whose embedder was changed after the import."""
    feed.fill(70)
    shop.import_products(feed.path)
    old = shop.embedder_bundle.path
    other = make_tiny_embedder(tmp_path, bits=128, name="other-embedder")
    settings = shop.directory / "shop.toml"
    settings.write_text(settings.read_text().replace(str(old), str(other)))
    with Shop.open(shop.directory, threads=1) as reopened:
        yield reopened


def test_status_counts_codes_of_another_bundle(changed: Shop) -> None:
    now = changed.status()
    assert (now.products, now.with_code, now.other_code, now.without_code) == (70, 0, 70, 0)
    assert now.embedder == "other-embedder@1"
    assert changed.search(png(), box=(0, 0, 1, 1)).objects[0].hits == ()


def test_embed_makes_codes_from_stored_pictures(changed: Shop, feed: Feed) -> None:
    for picture in feed.folder.glob("*.png"):
        picture.unlink()
    report = changed.embed_products()
    assert (report.read, report.updated, report.embedded, report.failed) == (70, 70, 70, 0)
    assert changed.status().with_code == 70
    best = changed.search(png(1, 1)[:], box=(0.125, 0.125, 0.875, 0.875), k=1).objects[0].hits[0]
    assert best.product_id == "p0001"
    again = changed.embed_products()
    assert (again.unchanged, again.embedded) == (70, 0)


def test_embed_goes_on_where_it_stopped(changed: Shop) -> None:
    class Stop(Exception):
        pass

    def stop(report: object) -> None:
        raise Stop

    with pytest.raises(Stop):
        changed.embed_products(on_progress=stop)
    done = changed.status().with_code
    assert done == reembedding.BATCH
    assert changed.embed_products().embedded == 70 - done


def test_import_embeds_again_too(changed: Shop, feed: Feed) -> None:
    report = changed.import_products(feed.path)
    assert (report.updated, report.embedded, report.unchanged) == (70, 70, 0)
    assert changed.import_products(feed.path).unchanged == 70


def test_a_merchants_category_stays(shop: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.add("a", color=BLUE, google_product_category="Furniture > Benches")
    shop.import_products(feed.write().path)
    record = shop.catalog.product("a")
    assert record is not None
    shop.embed_products()
    assert shop.catalog.product("a") == record


def test_a_lost_picture_is_recorded(changed: Shop) -> None:
    record = changed.catalog.product("p0003")
    assert record is not None
    changed.pictures.path(record.image_hash or "").unlink()
    report = changed.embed_products()
    assert (report.updated, report.failed) == (69, 1)
    (problem,) = changed.catalog.problems()
    assert problem.product_id == "p0003"


def test_a_model_trained_again_under_its_old_name_is_another(shop: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.fill(3)
    shop.import_products(feed.path)
    shop.import_scenes([feed.folder / "p0000.png"])
    old = shop.embedder_bundle
    again = make_tiny_embedder(tmp_path / "again", bits=128, name=old.name)
    settings = shop.directory / "shop.toml"
    settings.write_text(settings.read_text().replace(str(old.path), str(again)))
    with Shop.open(shop.directory, threads=1) as reopened:
        assert reopened.embedder_bundle.id == old.id
        assert (reopened.status().with_code, reopened.status().other_code) == (0, 3)
        report = reopened.import_products(feed.path)
        assert (report.updated, report.embedded) == (3, 3)
        assert reopened.import_scenes([feed.folder / "p0000.png"]).updated == 1
        assert len(reopened.search(png(), box=(0, 0, 1, 1)).objects[0].hits) == 3
