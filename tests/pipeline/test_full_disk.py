"""A disk that fills up: what was acknowledged stays, one line says what to do, and a rerun goes on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.pipeline import layout
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.following import FollowingIndex
from shopthelook.retrieval.embedded import EmbeddedIndex, SnapshotError
from tests.fixtures.disks import files_up_to, limited_files, small_disk
from tests.pipeline.feeds import Feed
from tests.pipeline.test_crash import ROOT, rebuilt
from tests.pipeline.web import Web

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and disks are made as on Unix")


def command(*arguments: object, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, whose files cannot grow beyond `limit` bytes."""
    return subprocess.run(
        [sys.executable, "-m", "shopthelook", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=None if limit is None else files_up_to(limit),
    )


def failed(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with 1 and one line that has these words."""
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    for word in words:
        assert word in line


def digest(index: FollowingIndex) -> int:
    found = index.refresh()
    assert isinstance(found, EmbeddedIndex)
    return found.digest()


def all_there(shop: Shop, count: int) -> None:
    """So many products, each with its picture, and an index that equals one made anew."""
    ids = list(shop.catalog.product_ids())
    assert len(ids) == count
    for record in shop.catalog.products(ids).values():
        assert shop.pictures.data(record.image_hash or "")
    assert digest(shop.index) == digest(rebuilt(shop))


def test_an_import_into_a_full_database_goes_on_later(shop: Shop, feed: Feed) -> None:
    feed.fill(400)
    done = command("products", "import", feed.path, "--shop", shop.directory, limit=300_000)
    failed(done, "shop.db", "what was acknowledged is kept", "do the same again")
    count = shop.catalog.counts()["products"]
    assert 0 < count < 400
    all_there(shop, count)
    report = shop.import_products(feed.path)
    assert (report.added, report.unchanged, report.failed) == (400 - count, count, 0)
    all_there(shop, 400)


def test_an_import_whose_pictures_do_not_fit_goes_on_later(shop: Shop, feed: Feed) -> None:
    feed.fill(70)
    # The image is the first file that is too large: a comment of PNG is as good as pixels.
    large = feed.folder / "p0069.png"
    large.write_bytes(large.read_bytes() + bytes(2_000_000))
    done = command("products", "import", feed.path, "--shop", shop.directory, limit=1_500_000)
    failed(done, str(layout.pictures(shop.directory)), "what was acknowledged before is kept")
    all_there(shop, 64)
    assert list((layout.pictures(shop.directory) / "partial").iterdir()) == []
    report = shop.import_products(feed.path)
    assert (report.added, report.unchanged, report.failed) == (6, 64, 0)
    all_there(shop, 70)


def test_a_snapshot_that_does_not_fit_leaves_the_one_before(shop: Shop, feed: Feed) -> None:
    feed.fill(300)
    folder = layout.index(shop.directory)
    with small_disk(folder, 32_768) as resize:
        shop.import_products(feed.path, limit=20)
        shop.index.keep()
        before = sorted(path.name for path in folder.iterdir())
        shop.import_products(feed.path)
        done = command("index", "snapshot", "--shop", shop.directory)
        failed(done, f"cannot write a snapshot of the index to {folder}: No space left", "is still there")
        assert sorted(path.name for path in folder.iterdir()) == before
        assert len(shop.index_keeping.open()) == 20
        all_there(shop, 300)
        resize(10_000_000)
        assert command("index", "snapshot", "--shop", shop.directory).returncode == 0
        assert len(shop.index_keeping.open()) == 300


def test_a_feed_by_address_that_does_not_fit(shop: Shop, web: Web) -> None:
    rows = "\n".join(f"p{i},A,/a.png" for i in range(5000))
    web.files["/feed.csv"] = f"id,title,image_link\n{rows}\n".encode()
    with (
        limited_files(10_000),
        pytest.raises(SourceError, match=f"cannot keep the feed in {shop.directory} .* File too large"),
    ):
        shop.import_products(f"{web.address}/feed.csv", allow_private=True, limit=1)
    assert shop.import_products(f"{web.address}/feed.csv", allow_private=True, limit=1).read == 1


def test_a_category_list_that_does_not_fit_leaves_the_one_before(shop: Shop, tmp_path: Path) -> None:
    own = tmp_path / "list.txt"
    own.write_text("\n".join(f"{one.id} - {one.full}" for one in shop.taxonomy))
    shop.load_taxonomy(own)
    own.write_text(own.read_text() + "\n999999 - Animals & Pet Supplies > Unicorns")
    with (
        limited_files(1000),
        pytest.raises(SourceError, match=r"taxonomy.txt: File too large; the shop keeps"),
    ):
        shop.load_taxonomy(own)
    assert 999999 not in {one.id for one in layout.open_taxonomy(shop.directory)}
    shop.load_taxonomy(own)
    assert 999999 in {one.id for one in layout.open_taxonomy(shop.directory)}


def test_all_on_one_small_disk(tmp_path: Path, feed: Feed, new_shop: Callable[..., Shop]) -> None:
    """Database, pictures and snapshots fill one disk: in turn each write fails, and searches go on."""
    feed.fill(600)
    with small_disk(tmp_path / "disk", 700_000) as resize:
        shop = new_shop("disk/shop")
        shop.import_products(feed.path, limit=64)
        shop.index.keep()
        for _ in range(3):
            done = command("products", "import", feed.path, "--shop", shop.directory)
            failed(done, str(shop.directory), "kept")
        count = shop.catalog.counts()["products"]
        assert 64 <= count < 600
        all_there(shop, count)
        filler = tmp_path / "disk" / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        with pytest.raises(SnapshotError, match=r"full|No space left"):
            shop.index.keep()
        assert len(shop.search_product("p0003", k=100)) > 10
        assert len(shop.index_keeping.open()) == 64
        resize(20_000_000)
        report = shop.import_products(feed.path)
        assert (report.added, report.unchanged, report.failed) == (600 - count, count, 0)
        all_there(shop, 600)
        shop.index.keep()
        assert len(shop.index_keeping.open()) == 600
        shop.close()
