"""shop.toml and the folder around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.errors import ShopError
from shopthelook.pipeline import layout
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.errors import ConfigError, ShopFolderError


def test_what_is_written_is_read_back() -> None:
    config = ShopConfig.new(database='postgresql://u:p"w@host/x', detector="a\\b/ü", embedder="é")
    assert ShopConfig.from_toml(config.to_toml()) == config
    assert ShopConfig.from_toml("") == ShopConfig()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[database", "TOML"),
        ("[databse]\nurl='x'", "databse"),
        ("[models]\ndetektor='x'", "detektor"),
        ("database='x'", "database"),
        ("[fetch]\ntimeout_s='10'", "timeout_s"),
        ("[fetch]\ntimeout_s=0", "timeout_s"),
        ("[fetch]\nconcurrency=true", "concurrency"),
        ("[fetch]\nallow_private=1", "allow_private"),
        ("[fetch]\nallow_hosts='x'", "allow_hosts"),
        ("[fetch]\nallow_hosts=[1]", "allow_hosts"),
        ("[fetch]\nretries=-1", "retries"),
        ("[index]\nengine='magic'", "magic"),
        ("[index]\nrecall=0", "recall"),
        ("[index]\nrecall=1.5", "recall"),
        ("[index]\nrecall='most'", "recall"),
        ("[fetch]\nmax_pixels=0", "max_pixels"),
        ("[security]\nkeys='perhaps'", "keys"),
        ("[security]\nkey='always'", "has no 'key'"),
        ("[security]\npublic_reading='no'", "public_reading"),
        ("[security]\nrequests_per_minute=-1", "requests_per_minute"),
        ("[security]\nupload_timeout_s=0", "upload_timeout_s"),
        ("[security]\ncors_origins=['shop.example']", "shop.example"),
        ("[security]\ncors_origins=['https://shop.example/']", "without a path"),
        ("[security]\ntrusted_proxies=['proxy.example']", "trusted_proxies"),
        ("[security]\ntrusted_proxies=['10.0.0.1/8']", "trusted_proxies"),
    ],
)
def test_a_mistake_is_named(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        ShopConfig.from_toml(text)


def test_fetch_settings_reach_the_fetcher(tmp_path: Path) -> None:
    config = ShopConfig.from_toml("[fetch]\nallow_hosts=['a.example']\ntimeout_s=3\nmax_bytes=100")
    rules = config.fetch_rules()
    assert (rules.allow_hosts, rules.timeout_s, rules.max_bytes) == (("a.example",), 3, 100)
    assert not rules.allow_private
    assert config.fetch_rules(allow_private=True).allow_private


def test_security_settings_are_read() -> None:
    config = ShopConfig.from_toml(
        "[security]\nkeys='always'\npublic_reading=false\ncors_origins=['https://shop.example:8443', '*']\n"
        "trusted_proxies=['10.0.0.0/8', '2001:db8::1']\nrequests_per_minute=0"
    )
    rules = config.security
    assert (rules.keys, rules.public_reading, rules.requests_per_minute) == ("always", False, 0)
    assert rules.cors_origins == ("https://shop.example:8443", "*")
    assert [str(network) for network in rules.proxy_networks()] == ["10.0.0.0/8", "2001:db8::1/128"]


def test_the_largest_picture_is_a_setting() -> None:
    limits = ShopConfig.from_toml("[fetch]\nmax_bytes=1000\nmax_pixels=500").picture_limits()
    assert (limits.max_bytes, limits.max_pixels) == (1000, 500)


def test_relative_paths_start_in_the_shop(tmp_path: Path) -> None:
    config = ShopConfig(detector="./models/d", embedder="embedder-lite")
    assert config.database_url(tmp_path) == f"sqlite:///{tmp_path}/shop.db"
    assert config.bundle(tmp_path, "detector") == str(tmp_path / "models/d")
    assert config.bundle(tmp_path, "embedder") == "embedder-lite"
    for url in ("sqlite:////x/y.db", "postgresql://h/x"):
        assert ShopConfig(database=url).database_url(tmp_path) == url


def test_a_password_is_for_the_owner_only(tmp_path: Path) -> None:
    layout.create(tmp_path / "open", ShopConfig())
    layout.create(tmp_path / "secret", ShopConfig(database="postgresql://u:p@h/x"))
    modes = [(tmp_path / name / "shop.toml").stat().st_mode & 0o777 for name in ("open", "secret")]
    assert modes == [0o644, 0o600]


def test_the_environment_may_name_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout.create(tmp_path, ShopConfig.new())
    monkeypatch.setenv("SHOPTHELOOK_DATABASE", "postgresql://user:secret@host/shop")
    assert layout.read(tmp_path).database == "postgresql://user:secret@host/shop"
    assert "secret" not in (tmp_path / "shop.toml").read_text()
    monkeypatch.setenv("SHOPTHELOOK_DATABASE", "")
    assert layout.read(tmp_path).database == "sqlite:///shop.db"


def test_a_folder_that_is_no_shop(tmp_path: Path) -> None:
    with pytest.raises(ShopFolderError, match="shopthelook init"):
        Shop.open(tmp_path)
    with pytest.raises(ShopFolderError, match="does not exist"):
        Shop.open(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(ShopFolderError, match="a shop is a folder"):
        Shop.open(tmp_path / "file")


def test_a_shop_is_made_once_and_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    Shop.create(tmp_path).close()
    with pytest.raises(ShopFolderError, match="already"):
        Shop.create(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_database_that_cannot_be_opened_leaves_no_shop(tmp_path: Path) -> None:
    with pytest.raises(ShopError):
        Shop.create(tmp_path / "new", database="mysql://nowhere/x")
    Shop.create(tmp_path / "new").close()


def test_a_model_folder_is_taken_from_where_it_was_named(
    tmp_path: Path, tiny_detector: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_detector.parent)
    with Shop.create(tmp_path / "new", detector=f".{os.sep}{tiny_detector.name}") as shop:
        assert shop.detector_bundle.path.samefile(tiny_detector)


def test_a_shop_may_have_its_own_taxonomy(shop: Shop, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text(
        "436 - Furniture\n443 - Furniture > Chairs\n460 - Furniture > Sofas\n6392 - Furniture > Tables\n"
    )
    assert len(shop.load_taxonomy(own)) == 4
    assert len(shop.taxonomy) == 4
    with Shop.open(shop.directory) as reopened:
        assert len(reopened.taxonomy) == 4


@pytest.mark.parametrize("text", ["436 - Furniture\n", "", "nonsense\n", "436 - Furniture\n436 - Twice\n"])
def test_a_bad_taxonomy_is_refused_and_changes_nothing(shop: Shop, tmp_path: Path, text: str) -> None:
    own = tmp_path / "own.txt"
    own.write_text(text)
    before = len(shop.taxonomy)
    with pytest.raises(ShopError):
        shop.load_taxonomy(own)
    assert len(shop.taxonomy) == before
    assert not (shop.directory / "taxonomy.txt").exists()
