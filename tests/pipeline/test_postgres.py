"""The same flows on PostgreSQL."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.pipeline.errors import ImportRunning
from shopthelook.pipeline.reembedding import BATCH, changeover_turn
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.pipeline.feeds import BLUE, Feed
from tests.pipeline.test_crash import everything, rebuilt
from tests.pipeline.test_reembedding import N, Stop, by_picture, name_embedder, stop


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


def test_the_embedder_changes_on_two_machines(
    postgres_url: str, tmp_path: Path, tiny_detector: Path, tiny_embedder: Path, feed: Feed
) -> None:
    """Each has its own folder; one works, both write meanwhile, and both switch."""
    feed.fill(N)

    def machine(name: str) -> Shop:
        return Shop.create(
            tmp_path / name,
            database=postgres_url,
            detector=str(tiny_detector),
            embedder=str(tiny_embedder),
            threads=1,
        )

    with machine("one") as one, machine("two") as two:
        one.import_products(feed.path)
        two.import_scenes([feed.folder / "p0000.png"])
        before = by_picture(two)
        assert len(before) == N
        other = make_tiny_embedder(tmp_path, bits=128, name="other-embedder")
        for shop in (one, two):
            shop.keep_embedder()
            name_embedder(shop, other)
    with Shop.open(one.directory, threads=1) as one, Shop.open(two.directory, threads=1) as two:
        key = one.wanted_bundle.key
        with pytest.raises(Stop):
            one.embed_products(on_progress=stop)
        assert by_picture(one) == by_picture(two) == before
        with changeover_turn(one), pytest.raises(ImportRunning, match="on another machine"):
            two.embed_products()
        feed.add("new", BLUE)
        assert two.import_products(feed.write().path).added == 1
        assert one.catalog.changeover.count(key) == (BATCH + 1, 0)
        answers, errors, done = [], [], threading.Event()

        def search() -> None:
            while not done.is_set():
                try:
                    answers.append(by_picture(two))
                except Exception as error:  # noqa: BLE001 - any is a failed request
                    errors.append(error)

        seen = by_picture(one)
        searching = threading.Thread(target=search)
        searching.start()
        try:
            assert one.embed_products().embedded == N - BATCH + 1  # and the scene's one object
        finally:
            done.set()
            searching.join()
        after = by_picture(one)
        assert by_picture(two) == after != seen
        assert not errors
        assert all(answer in (seen, after) for answer in answers)
        assert one.catalog.codes_by_bundle() == {key: N + 1}
        assert two.scene("p0000")[0].embedder == key
        assert everything(two, two.index) == everything(one, rebuilt(one))
