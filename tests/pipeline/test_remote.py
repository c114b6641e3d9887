"""Feeds and pictures by address, from a real server."""

from __future__ import annotations

import gzip

import pytest

from shopthelook import Shop
from shopthelook.images import FetchError
from shopthelook.pipeline.feed_source import open_feed
from tests.pipeline.feeds import Feed, png
from tests.pipeline.web import Web


def csv_of(*rows: str) -> bytes:
    return "\n".join(("id,title,image_link", *rows)).encode()


def test_a_feed_and_its_pictures_by_address(shop: Shop, web: Web) -> None:
    web.files["/shop/a.png"] = png(seed=1)
    web.files["/b.png"] = png(seed=2)
    web.files["/shop/feed.csv.gz"] = gzip.compress(
        csv_of("a,A,a.png", f"b,B,{web.address}/b.png", "c,C,/gone.png")
    )
    feed = f"{web.address}/shop/feed.csv.gz"
    report = shop.import_products(feed, allow_private=True)
    assert (report.added, report.failed, report.fetched, report.embedded) == (2, 1, 2, 2)
    (problem,) = shop.catalog.problems()
    assert (problem.line, problem.product_id, problem.field) == (4, "c", "image_link")
    assert "404" in problem.reason
    again = shop.import_products(feed, allow_private=True)
    assert (again.unchanged, again.failed, again.fetched, again.embedded) == (2, 1, 0, 0)
    assert (web.asked["/b.png"], web.asked["/gone.png"]) == (1, 2)


def test_a_changed_row_with_the_same_link_fetches_nothing(shop: Shop, web: Web, feed: Feed) -> None:
    web.files["/a.png"] = png(seed=1)
    row = feed.add("a", image_link=f"{web.address}/a.png")
    shop.import_products(feed.write().path, allow_private=True)
    row["title"] = "New words"
    report = shop.import_products(feed.write().path, allow_private=True)
    assert (report.updated, report.fetched, report.embedded) == (1, 0, 0)
    web.files["/b.png"] = png(seed=1)
    row["image_link"] = f"{web.address}/b.png"
    report = shop.import_products(feed.write().path, allow_private=True)
    assert (report.updated, report.fetched, report.embedded) == (1, 1, 0)


def test_another_picture_at_the_same_address_is_seen_on_request(shop: Shop, web: Web, feed: Feed) -> None:
    web.files["/a.png"] = png(seed=1)
    feed.add("a", image_link=f"{web.address}/a.png")
    feed.write()
    shop.import_products(feed.path, allow_private=True)
    before = shop.catalog.product("a")
    web.files["/a.png"] = png(seed=2)
    report = shop.import_products(feed.path, allow_private=True)
    assert (report.unchanged, report.fetched) == (1, 0)
    report = shop.import_products(feed.path, allow_private=True, refetch=True)
    assert (report.updated, report.fetched, report.embedded) == (1, 1, 1)
    after = shop.catalog.product("a")
    assert before is not None
    assert after is not None
    assert after.image_hash != before.image_hash
    report = shop.import_products(feed.path, allow_private=True, refetch=True)
    assert (report.unchanged, report.fetched, report.embedded) == (1, 1, 0)


def test_variants_with_one_address_fetch_it_once(shop: Shop, web: Web, feed: Feed) -> None:
    web.files["/a.png"] = png(seed=1)
    for key in "xyz":
        feed.add(key, image_link=f"{web.address}/a.png")
    report = shop.import_products(feed.write().path, allow_private=True)
    assert (report.added, report.fetched, report.embedded) == (3, 1, 1)


def test_a_feed_by_address_cannot_name_files_of_this_machine(shop: Shop, web: Web, feed: Feed) -> None:
    (feed.folder / "a.png").write_bytes(png())
    web.files["/feed.csv"] = csv_of(
        f"a,A,{feed.folder / 'a.png'}", "b,B,file:///etc/passwd", "c,C,../../a.png"
    )
    report = shop.import_products(f"{web.address}/feed.csv", allow_private=True)
    assert (report.added, report.failed) == (0, 3)
    assert all(path.startswith("/") and path.endswith((".csv", ".png")) for path in web.asked)


def test_private_addresses_are_refused_unless_allowed(shop: Shop, web: Web, feed: Feed) -> None:
    web.files["/a.png"] = png()
    with pytest.raises(FetchError) as caught:
        shop.import_products(f"{web.address}/feed.csv")
    assert caught.value.reason == "private_address"
    feed.add("a", image_link=f"{web.address}/a.png")
    assert shop.import_products(feed.write().path).failed == 1
    assert not web.asked


def test_no_copy_of_a_feed_by_address_is_left(shop: Shop, web: Web) -> None:
    web.files["/feed.csv"] = csv_of()
    before = set(shop.directory.iterdir())
    with shop.fetcher(allow_private=True) as fetcher:
        with open_feed(f"{web.address}/feed.csv", fetcher, shop.directory) as source:
            assert source.outline(None).rows == 0
        assert set(shop.directory.iterdir()) == before


def test_scenes_by_address(shop: Shop, web: Web, feed: Feed) -> None:
    web.files["/room.png"] = png(size=128)
    listing = feed.folder / "photos.txt"
    listing.write_text(f"{web.address}/room.png\n{web.address}/gone.png\n")
    report = shop.import_scenes(listing)
    assert report.failed == 2
    report = shop.import_scenes(listing, allow_private=True)
    assert (report.added, report.failed, report.fetched) == (1, 1, 1)
