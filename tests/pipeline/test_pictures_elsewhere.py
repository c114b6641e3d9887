"""A shop whose pictures lie in an object store, and in another folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from shopthelook import Shop
from shopthelook.cli.main import main
from shopthelook.images import PictureStoreError
from shopthelook.pipeline import layout
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.errors import ConfigError
from tests.fixtures.s3 import S3
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.pipeline.feeds import Feed
from tests.pipeline.test_reembedding import name_embedder
from tests.pipeline.test_search import ROOM


def moved(shop: Shop, store: str, options: dict[str, object] | None = None, timeout_s: float = 20) -> Shop:
    """The shop with its pictures in `store`, opened anew."""
    shop.close()
    settings = shop.directory / "shop.toml"
    text = settings.read_text(encoding="utf-8").replace('store = ""', f"store = {json.dumps(store)}")
    given = ", ".join(f"{name} = {json.dumps(value)}" for name, value in (options or {}).items())
    text = text.replace("[pictures]\n", f"[pictures]\ntimeout_s = {timeout_s}\noptions = {{ {given} }}\n")
    settings.write_text(text if options else text.replace("options = {  }\n", ""), encoding="utf-8")
    return Shop.open(shop.directory, threads=1)


@pytest.fixture
def credentials(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys come from the environment; shop.toml takes none."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture
def bucket(s3: S3, credentials: None) -> str:
    return s3.bucket()


@pytest.fixture
def elsewhere(shop: Shop, s3: S3, bucket: str) -> Iterator[Shop]:
    with moved(shop, f"s3://{bucket}/shop", {"endpoint_url": s3.address}) as opened:
        yield opened


def test_everything_goes_on_with_pictures_in_s3(
    elsewhere: Shop, feed: Feed, bucket: str, tmp_path: Path
) -> None:
    feed.fill(12)
    assert elsewhere.import_products(feed.path).added == 12
    room = tmp_path / "room.png"
    Image.fromarray(ROOM).save(room)
    assert elsewhere.import_scenes([room]).added == 1
    record = elsewhere.catalog.product("p0003")
    assert record is not None
    name = record.image_hash or ""
    assert elsewhere.pictures.data(name) == (feed.folder / "p0003.png").read_bytes()
    assert elsewhere.pictures.thumbnail(name, 160).startswith(b"RIFF")
    assert [*(layout.sizes(elsewhere.directory)).glob("??/*.webp")]
    assert not [*(elsewhere.directory / "pictures").glob("??/*")]
    found = elsewhere.search_product("p0003", k=3)
    assert len(found) == 3
    # Nothing is read again that did not change.
    assert elsewhere.import_products(feed.path).unchanged == 12
    shown = CliRunner().invoke(
        main, ["products", "show", "p0003", "--shop", str(elsewhere.directory), "--json"]
    )
    assert json.loads(shown.output)["picture"] == f"s3://{bucket}/shop/{name[:2]}/{name}"
    # Snapshots have nothing of pictures.
    elsewhere.index.keep()
    verified = CliRunner().invoke(main, ["index", "verify", "--shop", str(elsewhere.directory)])
    assert verified.exit_code == 0, verified.output


def test_a_change_of_the_embedder_reads_pictures_from_s3(elsewhere: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.fill(6)
    elsewhere.import_products(feed.path)
    elsewhere.close()
    name_embedder(elsewhere, make_tiny_embedder(tmp_path / "second", name="second", seed=2))
    with Shop.open(elsewhere.directory, threads=1) as again:
        assert again.embed_products().embedded == 6
        assert again.embedder_bundle.key.startswith("second@")


def test_an_import_without_its_store_says_which_and_goes_on_later(
    shop: Shop, feed: Feed, s3: S3, bucket: str
) -> None:
    feed.fill(3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        opened = moved(shop, f"s3://{bucket}/shop", {"endpoint_url": address}, timeout_s=0.5)
        with opened, pytest.raises(PictureStoreError, match=f"s3://{bucket}/shop: no answer in time"):
            opened.import_products(feed.path)
        done = CliRunner().invoke(main, ["products", "import", str(feed.path), "--shop", str(shop.directory)])
        assert done.exit_code == 1
        assert f"s3://{bucket}/shop" in done.output
    settings = shop.directory / "shop.toml"
    settings.write_text(settings.read_text().replace(address, s3.address).replace("= 0.5", "= 20"))
    with Shop.open(shop.directory, threads=1) as mended:
        assert mended.import_products(feed.path).added == 3


def test_another_folder(shop: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.fill(2)
    with moved(shop, "../shared pictures") as opened:
        opened.import_products(feed.path)
    assert len([*(tmp_path / "shared pictures").glob("??/*")]) == 2


def test_a_missing_package_is_named_when_the_shop_is_opened(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(PictureStoreError, match=r"pip install 'shopthelook\[pictures\]'"):
        moved(shop, "s3://bucket/shop")


def test_an_address_that_nobody_knows_is_no_folder(shop: Shop) -> None:
    with pytest.raises(PictureStoreError, match="cannot open the picture store S3://bucket/shop"):
        moved(shop, "S3://bucket/shop")
    assert not [*shop.directory.glob("S3*")]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("timeout_s=0", "timeout_s"),
        ("sizes_max_bytes=-1", "sizes_max_bytes"),
        ("store=1", "store"),
        ("avif='yes'", "avif"),
        ("options={a=1}", "store with an address"),
        ("store='s3://b'\noptions={secret='x'}", "AWS_SECRET_ACCESS_KEY"),
        ("store='s3://b'\noptions={client_kwargs={password='x'}}", "password"),
        ("store='s3://b'\noptions={client_kwargs={aws_secret_access_key='x'}}", "aws_secret_access_key"),
        ("store='sftp://me:word@host/x'", "must not hold a password"),
    ],
)
def test_a_mistake_in_the_settings_is_named(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        ShopConfig.from_toml(f"[pictures]\n{text}")


def test_what_is_written_is_the_default(new_shop: Callable[..., Shop]) -> None:
    text = (new_shop("other").directory / "shop.toml").read_text(encoding="utf-8")
    assert ShopConfig.from_toml(text).pictures == ShopConfig().pictures
