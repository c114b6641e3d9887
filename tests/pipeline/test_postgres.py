"""The same flows on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from shopthelook import Shop
from tests.pipeline.feeds import Feed


def test_import_search_change_and_replace(
    postgres_url: str, tmp_path: Path, tiny_detector: Path, tiny_embedder: Path, feed: Feed
) -> None:
    feed.fill(70)
    with Shop.create(
        tmp_path / "shop",
        database=postgres_url,
        detector=str(tiny_detector),
        embedder=str(tiny_embedder),
        threads=1,
    ) as shop:
        assert shop.import_products(feed.path).added == 70
        assert shop.import_products(feed.path).unchanged == 70
        assert len(shop.search_product("p0003", k=100)) == 23
        with Shop.open(shop.directory, threads=1) as other:
            del feed.rows[0]
            feed.rows[0]["title"] = "New words"
            report = other.import_products(feed.write().path, replace=True)
        assert (report.updated, report.removed, report.embedded) == (1, 1, 0)
        assert len(shop.search_product("p0003", k=100)) == 22
        now = shop.status()
        assert (now.products, now.with_code, now.index_size, now.index_seq) == (69, 69, 69, now.last_seq)
