"""A shop whose index is in Milvus, from the feed to the hits."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from shopthelook import Shop
from shopthelook.pipeline import layout
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.errors import ConfigError
from shopthelook.pipeline.index_care import index_status, verify_index
from shopthelook.retrieval.embedded import SnapshotError
from shopthelook.retrieval.milvus import (
    Generations,
    MilvusError,
    MilvusIndex,
    MilvusMissing,
    OtherIndex,
    Server,
)
from shopthelook.serving.errors import own_failure
from tests.fixtures.milvus import free_ports, running_milvus
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.fixtures.tiny_shop import running
from tests.pipeline.feeds import Feed
from tests.pipeline.test_reembedding import name_embedder

CHAIR, SOFA = "Furniture > Chairs", "Furniture > Sofas"


def in_milvus(shop: Shop, uri: str) -> None:
    """Say in the shop's settings that its index is in Milvus."""
    settings = shop.directory / layout.SETTINGS
    text = settings.read_text().replace('engine = "embedded"', f'engine = "milvus"\nmilvus_uri = "{uri}"')
    settings.write_text(text)


@pytest.fixture
def folder(new_shop: Callable[..., Shop], milvus_uri: str, milvus_server: Server) -> Iterator[Path]:
    """The folder of an empty shop with its index in Milvus."""
    shop = new_shop()
    in_milvus(shop, milvus_uri)
    yield shop.directory
    config = layout.read(shop.directory)
    Generations(milvus_server, config.collection(shop.directory)).drop()


@pytest.fixture
def stocked(feed: Feed) -> Feed:
    """24 chairs and sofas with prices and brands."""
    for n in range(24):
        feed.add(
            f"p{n:02}",
            color=n % 2,
            seed=n,
            google_product_category=[CHAIR, SOFA][n % 2],
            price=f"{10 + n}.50 EUR",
            brand=["Norr", "Søder Home"][n // 2 % 2],
        )
    return feed.write()


def like(shop: Shop, key: str = "p00", where: str | None = None) -> set[str]:
    return {hit.product_id for hit in shop.search_product(key, k=100, where=where)}


def collection(shop: Shop) -> str:
    index = shop.index.refresh()
    assert isinstance(index, MilvusIndex)
    return index.name


CHAIRS = {f"p{n:02}" for n in range(0, 24, 2)}


def test_a_shop_in_milvus(
    folder: Path, stocked: Feed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Shop.open(folder, threads=1) as shop, Shop.open(folder, threads=1) as other:
        assert shop.import_products(stocked.path).added == 24
        assert like(shop) == CHAIRS - {"p00"}
        assert like(shop, where="brand:norr AND price < 20") == {"p04", "p08"}
        assert like(shop, where="NOT brand:norr") == {f"p{n:02}" for n in range(2, 24, 4)}
        # What one process writes, the other finds at its next search, in the same collection.
        assert like(other) == CHAIRS - {"p00"}
        assert shop.delete_products(["p02"]) == 1
        assert like(other) == CHAIRS - {"p00", "p02"}
        stocked.rows[4] |= {"brand": "Other", "google_product_category": SOFA}
        other.import_products(stocked.write().path)
        assert like(shop) == CHAIRS - {"p00", "p04"}
        assert like(shop, "p01", "brand:other") == {"p04"}
        name = collection(shop)
        assert collection(other) == name
        seq = shop.index.seq
        explained = shop.search_product("p00", k=2, explain=True).explanation
        assert explained is not None
        assert [step.as_dict()["plan"] for step in explained.steps] == ["milvus"]
    with Shop.open(folder, threads=1) as again:
        # Opened where it was left: nothing is loaded, so the collection is the same and no change was followed.
        assert index_status(again).collection_seq == seq == again.catalog.last_seq()
        assert like(again) == CHAIRS - {"p00", "p04"}
        assert collection(again) == name
        assert verify_index(again, lambda step: None) == 24
        with pytest.raises(SnapshotError, match="keeps it itself"):
            again.index.keep()
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


def test_a_rebuild_leaves_no_gap(folder: Path, stocked: Feed, milvus_server: Server) -> None:
    with Shop.open(folder, threads=1) as shop, Shop.open(folder, threads=1) as other:
        shop.import_products(stocked.path)
        assert like(other) == CHAIRS - {"p00"}
        before, failed, searches, done = collection(shop), [], [0], threading.Event()

        def search() -> None:
            while not done.is_set():
                try:
                    if (hits := like(other)) != CHAIRS - {"p00"}:
                        failed.append(str(hits))
                except Exception as error:  # noqa: BLE001 - any is a gap
                    failed.append(repr(error))
                searches[0] += 1

        searching = threading.Thread(target=search)
        searching.start()
        try:
            assert len(shop.index.rebuild()) == 24
            last = searches[0]
            while searches[0] < last + 3 and not failed:
                done.wait(0.01)
        finally:
            done.set()
            searching.join()
        assert not failed
        assert collection(shop) == collection(other) != before
        assert before not in milvus_server.ask("listing", lambda client: client.list_collections())
        assert index_status(shop).collection_products == 24


def test_the_embedder_changes_without_a_gap(
    folder: Path, stocked: Feed, tmp_path: Path, milvus_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The old collection is searched until the new one is whole; then all processes use that."""

    def found(shop: Shop) -> list[tuple[str, int]]:
        return [(hit.product_id, hit.distance) for hit in shop.search_product("p00", k=100)]

    with Shop.open(folder, threads=1) as old:
        old.import_products(stocked.path)
        before, first = found(old), collection(old)
        name_embedder(old, make_tiny_embedder(tmp_path, bits=128, name="other-embedder"))
        with Shop.open(folder, threads=1) as changed:
            assert found(changed) == before
            answers, failed, done = [], [], threading.Event()

            def search(shop: Shop) -> None:
                while not done.is_set():
                    try:
                        answers.append(found(shop))
                    except Exception as error:  # noqa: BLE001 - any is a gap
                        failed.append(repr(error))

            threads = [threading.Thread(target=search, args=(shop,)) for shop in (old, changed)]
            for thread in threads:
                thread.start()
            try:
                assert changed.embed_products().embedded == 24
                after, last = found(changed), len(answers)
                while len(answers) < last + 4 and not failed:
                    done.wait(0.01)
            finally:
                done.set()
                for thread in threads:
                    thread.join()
            assert not failed
            assert {product for product, _ in after} == CHAIRS - {"p00"}
            assert after != before
            assert all(answer in (before, after) for answer in answers)
            assert found(old) == after
            assert collection(old) == collection(changed) != first
            listed = milvus_server.ask("listing", lambda client: client.list_collections())
            assert [name for name in listed if name.startswith(first.rsplit("_", 2)[0])] == [collection(old)]
            assert verify_index(changed, lambda step: None) == 24
            assert index_status(changed).bits == 128
    assert not [one for one in caplog.records if one.levelname == "WARNING"]


def test_products_lost_in_milvus_are_told_and_rebuilt(folder: Path, stocked: Feed) -> None:
    with Shop.open(folder, threads=1) as shop:
        with pytest.raises(MilvusError, match="holds no index"):
            verify_index(shop, lambda step: None)
        assert index_status(shop).problem is not None
        shop.import_products(stocked.path)
        index = shop.index.refresh()
        assert verify_index(shop, lambda step: None) == 24
        index.delete(["p03"])
        with pytest.raises(MilvusError, match=r"1 products .* are not as in the catalog"):
            verify_index(shop, lambda step: None)
    with Shop.open(folder, threads=1) as shop:
        assert len(shop.index.rebuild()) == 24
    with Shop.open(folder, threads=1) as shop:
        assert verify_index(shop, lambda step: None) == 24


def test_an_index_of_another_database_is_left_alone(
    folder: Path, stocked: Feed, new_shop: Callable[..., Shop], milvus_uri: str
) -> None:
    with Shop.open(folder, threads=1) as shop:
        shop.import_products(stocked.path)
        assert len(like(shop)) == 11
        name = layout.read(folder).collection(folder)
    second = new_shop("second")
    in_milvus(second, milvus_uri)
    settings = second.directory / layout.SETTINGS
    engine = 'engine = "milvus"'
    settings.write_text(settings.read_text().replace(engine, f'{engine}\nmilvus_collection = "{name}"'))
    with Shop.open(second.directory, threads=1) as other:
        with pytest.raises(OtherIndex, match="another database"):
            other.index.refresh()
        status = index_status(other)
        assert status.collection is None
        assert "another database" in str(status.problem)
    with Shop.open(folder, threads=1) as shop:
        assert len(like(shop)) == 11


def test_a_server_that_is_away_is_named(new_shop: Callable[..., Shop], stocked: Feed) -> None:
    shop = new_shop()
    in_milvus(shop, f"http://127.0.0.1:{free_ports(1)[0]}")
    with Shop.open(shop.directory, threads=1) as away:
        away.import_products(stocked.path)
        with pytest.raises(MilvusError, match=r"no Milvus answers at http://127\.0\.0\.1"):
            like(away)
        with pytest.raises(MilvusError, match="no Milvus answers"):
            index_status(away)


def test_a_server_that_stops_is_told_over_http(
    new_shop: Callable[..., Shop], stocked: Feed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("milvus")
    pytest.importorskip("pymilvus")
    made = new_shop()
    made.import_products(stocked.path)
    server = tmp_path / "milvus"
    server.mkdir()
    with ExitStack() as milvus:
        uri = milvus.enter_context(running_milvus(server))
        in_milvus(made, uri)
        name = layout.read(made.directory).collection(made.directory)
        with (
            Shop.open(made.directory, threads=1) as shop,
            running(shop) as address,
            httpx.Client(base_url=address, timeout=120) as client,
        ):
            assert client.get("/v1/products/p00/similar").status_code == 200
            assert client.get("/readyz").json() == {"status": "ok"}
            milvus.close()
            caplog.clear()
            answers = [client.get(path) for path in ("/readyz", "/v1/products/p00/similar")]
            assert [answer.status_code for answer in answers] == [503, 503]
            ready, error = answers[0].json(), answers[1].json()["error"]
            assert error["code"] == "index_unavailable"
            assert (ready["status"], ready["reason"]) == ("not ready", error["message"])
            for answer in answers:
                assert "127.0.0.1" not in answer.text
                assert name not in answer.text
            logged = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
            assert len(logged) == 2
            assert all(f"no Milvus answers at {uri}" in line for line in logged)
            assert client.get("/healthz").json() == {"status": "ok"}


def test_a_client_that_is_not_installed_is_named(
    folder: Path, stocked: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with Shop.open(folder, threads=1) as shop:
        shop.import_products(stocked.path)
        with pytest.raises(MilvusMissing, match=r'pip install "shopthelook\[milvus\]"') as raised:
            like(shop)
        told = own_failure(raised.value)
        assert told is not None
        assert told[0] == "index_unavailable"
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('milvus_uri = "http://root:secret@localhost:19530"', "SHOPTHELOOK_MILVUS_TOKEN"),
        ('milvus_collection = "a-b"', "milvus_collection must be"),
        ("milvus_uri = 19530", "milvus_uri must be"),
    ],
)
def test_settings_that_are_refused(line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        ShopConfig.from_toml(f'[index]\nengine = "milvus"\n{line}\n')
    assert "secret" not in str(raised.value)
