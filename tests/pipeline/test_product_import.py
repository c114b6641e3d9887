"""Importing a feed: what is written, what is left alone, what is recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shopthelook import Shop
from shopthelook.catalog.feeds import FeedError
from shopthelook.errors import ShopError
from shopthelook.pipeline.errors import ImportRunning, SourceError
from shopthelook.pipeline.layout import lock
from shopthelook.pipeline.lock import ImportLock
from tests.pipeline.feeds import BLUE, GREEN, RED, Feed, png


def problems(shop: Shop) -> list[tuple[int | None, str | None, str | None, str]]:
    return [(p.line, p.product_id, p.field, p.reason) for p in shop.catalog.problems()]


def test_a_feed_becomes_products_that_a_search_finds(shop: Shop, feed: Feed) -> None:
    feed.fill(7)
    report = shop.import_products(feed.path)
    assert (report.read, report.added, report.embedded, report.failed) == (7, 7, 7, 0)
    found = shop.search(feed.folder / "p0003.png", box=(0.125, 0.125, 0.875, 0.875), k=3)
    best = found.objects[0].hits[0]
    assert (best.product_id, best.distance, best.similarity) == ("p0003", 0, 1.0)
    assert best.product.title == "Product p0003"
    assert best.image_hash is not None
    assert shop.pictures.data(best.image_hash) == (feed.folder / "p0003.png").read_bytes()


def test_a_folder_is_a_feed(shop: Shop, feed: Feed) -> None:
    feed.fill(3)
    assert shop.import_products(feed.folder).added == 3


def test_importing_again_embeds_nothing(shop: Shop, feed: Feed) -> None:
    feed.fill(5)
    shop.import_products(feed.path)
    seq = shop.catalog.last_seq()
    again = shop.import_products(feed.path)
    assert (again.unchanged, again.added, again.updated, again.embedded) == (5, 0, 0, 0)
    assert shop.catalog.last_seq() == seq


def test_a_changed_row_keeps_its_code(shop: Shop, feed: Feed) -> None:
    feed.fill(3)
    shop.import_products(feed.path)
    feed.rows[1]["title"] = "New words"
    report = shop.import_products(feed.write().path)
    assert (report.updated, report.unchanged, report.embedded) == (1, 2, 0)
    record = shop.catalog.product("p0001")
    assert record is not None
    assert record.product.title == "New words"
    assert record.product.category_source == "predicted"


def test_a_changed_picture_under_the_same_name_is_embedded(shop: Shop, feed: Feed) -> None:
    feed.fill(3)
    shop.import_products(feed.path)
    (feed.folder / "p0001.png").write_bytes(png(BLUE, 99))
    report = shop.import_products(feed.path)
    assert (report.updated, report.embedded) == (1, 1)
    record = shop.catalog.product("p0001")
    assert record is not None
    assert shop.pictures.data(record.image_hash or "") == png(BLUE, 99)


def test_products_that_share_a_picture_are_embedded_once(shop: Shop, feed: Feed) -> None:
    for key in ("a", "b", "c"):
        feed.add(key, seed=1)
    report = shop.import_products(feed.write().path)
    assert (report.added, report.embedded) == (3, 1)


@pytest.mark.parametrize(
    ("color", "path"),
    [(RED, "Furniture > Chairs"), (GREEN, "Furniture > Sofas"), (BLUE, "Furniture > Tables")],
)
def test_a_product_without_category_gets_the_embedders(shop: Shop, feed: Feed, color: int, path: str) -> None:
    feed.add("a", color=color)
    shop.import_products(feed.write().path)
    record = shop.catalog.product("a")
    assert record is not None
    product = record.product
    assert product.category_id == shop.taxonomy.get(path).id
    assert product.category_source == "predicted"
    assert product.category_score is not None
    assert 0 < product.category_score <= 1


def test_a_merchants_category_wins_also_later_and_can_be_taken_back(shop: Shop, feed: Feed) -> None:
    row = feed.add("a", color=RED, google_product_category="")
    shop.import_products(feed.write().path)
    row["google_product_category"] = "Furniture > Benches"
    assert shop.import_products(feed.write().path).embedded == 0
    record = shop.catalog.product("a")
    assert record is not None
    assert record.product.category_source == "merchant"
    assert record.product.category_id == shop.taxonomy.get("Furniture > Benches").id
    row["google_product_category"] = ""
    assert shop.import_products(feed.write().path).embedded == 1
    record = shop.catalog.product("a")
    assert record is not None
    assert record.product.category_source == "predicted"


def test_bad_rows_and_pictures_are_recorded_and_tried_again(shop: Shop, feed: Feed) -> None:
    feed.add("good")
    feed.add("missing", image_link="nowhere.png")
    feed.add("broken", image_link="broken.png")
    feed.add("", image_link="good.png")
    feed.add("nopicture", image_link="")
    feed.add("last", price="cheap")
    (feed.folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    report = shop.import_products(feed.write().path)
    assert (report.read, report.added, report.failed) == (6, 2, 4)
    assert set(shop.catalog.product_ids()) == {"good", "last"}
    found = {(line, key, field) for line, key, field, _ in problems(shop)}
    assert found == {
        (3, "missing", "image_link"),
        (4, "broken", "image_link"),
        (5, None, "id"),
        (6, "nopicture", "image_link"),
        (7, "last", "price"),
    }
    (feed.folder / "nowhere.png").write_bytes(png(RED, 5))
    (feed.folder / "broken.png").write_bytes(png(RED, 6))
    report = shop.import_products(feed.path)
    assert (report.added, report.unchanged, report.failed, report.embedded) == (2, 2, 2, 2)


def test_a_product_whose_new_picture_fails_stays_as_it_was(shop: Shop, feed: Feed) -> None:
    feed.fill(2)
    shop.import_products(feed.path)
    before = shop.catalog.product("p0001")
    (feed.folder / "p0001.png").write_bytes(b"nonsense")
    feed.rows[1]["title"] = "New words"
    report = shop.import_products(feed.write().path, replace=True)
    assert (report.failed, report.removed) == (1, 0)
    assert shop.catalog.product("p0001") == before


def test_the_later_of_two_rows_with_one_id_wins(shop: Shop, feed: Feed) -> None:
    feed.add("a", seed=1, image_link="first.png", title="first")
    feed.fill(130)
    feed.add("a", seed=2, image_link="second.png", title="second")
    (feed.folder / "first.png").write_bytes(png(RED, 501))
    (feed.folder / "second.png").write_bytes(png(RED, 502))
    report = shop.import_products(feed.write().path)
    assert (report.read, report.added, report.problems, report.embedded) == (132, 131, 1, 131)
    record = shop.catalog.product("a")
    assert record is not None
    assert record.product.title == "second"
    assert [(line, key, field) for line, key, field, _ in problems(shop)] == [(2, "a", "id")]
    assert shop.import_products(feed.path).embedded == 0


def test_replace_removes_what_the_feed_does_not_name(shop: Shop, feed: Feed) -> None:
    feed.fill(5)
    shop.import_products(feed.path)
    del feed.rows[1:3]
    feed.write()
    assert shop.import_products(feed.path).removed == 0
    report = shop.import_products(feed.path, replace=True)
    assert (report.removed, report.unchanged, report.embedded) == (2, 3, 0)
    assert set(shop.catalog.product_ids()) == {"p0000", "p0003", "p0004"}
    hits = shop.search(feed.folder / "p0001.png", box=(0.1, 0.1, 0.9, 0.9)).objects[0].hits
    assert {hit.product_id for hit in hits} == {"p0000", "p0003", "p0004"}


def test_replace_removes_nothing_after_a_feed_that_breaks_off(shop: Shop, feed: Feed) -> None:
    feed.fill(3)
    shop.import_products(feed.path)
    broken = feed.folder / "broken.xml"
    broken.write_text(
        '<rss version="2.0"><channel>'
        "<item><id>new</id><title>x</title><image_link>p0000.png</image_link></item><item><id>"
    )
    with pytest.raises(FeedError):
        shop.import_products(broken, replace=True)
    assert set(shop.catalog.product_ids()) == {"new", "p0000", "p0001", "p0002"}
    assert shop.catalog.last_import().finished_at is None  # type: ignore[union-attr]
    assert [(line, reason[:20]) for line, _, _, reason in problems(shop)] == [(1, "not well-formed XML:")]


@pytest.mark.parametrize("text", ["id,title,image_link\n", "sku,title\n1,a\n2,b\n"])
def test_replace_by_a_feed_without_products_removes_nothing(shop: Shop, feed: Feed, text: str) -> None:
    feed.fill(3)
    shop.import_products(feed.path)
    feed.path.write_text(text)
    with pytest.raises(ShopError):
        shop.import_products(feed.path, replace=True)
    assert shop.catalog.counts()["products"] == 3


def test_limit_reads_so_many_rows_and_does_not_go_with_replace(shop: Shop, feed: Feed) -> None:
    feed.fill(5)
    assert shop.import_products(feed.path, limit=2).read == 2
    with pytest.raises(SourceError, match="replace"):
        shop.import_products(feed.path, limit=2, replace=True)


@pytest.mark.parametrize("link", ["../secret.png", "a/../../secret.png", "file:///etc/passwd", "data:,x"])
def test_a_relative_link_does_not_leave_the_feeds_folder(shop: Shop, feed: Feed, link: str) -> None:
    (feed.folder.parent / "secret.png").write_bytes(png())
    feed.add("a", image_link=link)
    report = shop.import_products(feed.write().path)
    assert (report.added, report.failed) == (0, 1)


def test_an_absolute_path_in_a_local_feed_is_read(shop: Shop, feed: Feed) -> None:
    elsewhere = feed.folder.parent / "elsewhere.png"
    elsewhere.write_bytes(png())
    feed.add("a", image_link=str(elsewhere))
    assert shop.import_products(feed.write().path).added == 1


def test_one_import_at_a_time(shop: Shop, feed: Feed) -> None:
    feed.fill(1)
    with ImportLock(lock(shop.directory)), pytest.raises(ImportRunning, match="process"):
        shop.import_products(feed.path)
    assert shop.import_products(feed.path).added == 1


def test_progress_tells_what_is_committed(shop: Shop, feed: Feed, new_shop: Callable[..., Shop]) -> None:
    feed.fill(150)
    seen: list[tuple[int, int, int]] = []
    shop.import_products(
        feed.path,
        on_progress=lambda report: seen.append(
            (report.added, shop.catalog.counts()["products"], report.total)
        ),
    )
    assert seen == [(0, 0, 150), (64, 64, 150), (128, 128, 150), (150, 150, 150)]


def test_problems_come_in_the_order_of_the_feed(shop: Shop, feed: Feed) -> None:
    feed.add("a", image_link="nowhere.png")
    feed.add("b", price="cheap")
    feed.add("c", image_link="nowhere.png", price="cheap")
    feed.add("d", price="cheap")
    shop.import_products(feed.write().path)
    assert [line for line, _, _, _ in problems(shop)] == [2, 3, 4, 4, 5]
