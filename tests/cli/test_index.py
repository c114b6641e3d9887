"""index status, snapshot, verify and rebuild."""

from __future__ import annotations

from shopthelook import Shop
from shopthelook.pipeline import layout
from shopthelook.retrieval.milvus import Generations, Server
from tests.cli.conftest import Run


def damage(shop: Shop) -> None:
    path = max(layout.index(shop.directory).glob("*.arrays"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def test_a_snapshot_from_the_first_to_the_last(stocked: Run, shop: Shop) -> None:
    (before,) = stocked("index", "status", "--json").objects
    assert (before["snapshot"], before["searchable"], before["engine"]) == ("none", 30, "embedded")
    assert stocked("index", "verify").status == 1
    answer = stocked("index", "snapshot")
    assert answer.status == 0
    assert "kept 30 products" in answer.out
    (now,) = stocked("index", "status", "--json").objects
    assert (now["snapshot"], now["snapshot_products"], now["segments"]) == ("present", 30, 1)
    assert now["snapshot_seq"] == now["last_seq"] == shop.catalog.last_seq()
    assert stocked("index", "verify", "--json").objects == [{"products": 30, "verified": True}]
    shop.catalog.delete_products(["p0000"])
    assert stocked("index", "status").out.split()[-1] == "1"
    assert "29 products" in stocked("index", "verify").out


def test_a_damaged_snapshot_is_found_and_made_anew(stocked: Run, shop: Shop) -> None:
    stocked("index", "snapshot")
    damage(shop)
    answer = stocked("index", "verify")
    assert answer.status == 1
    assert "has changed since it was written" in answer.errors
    assert "made the index of 30 products anew" in stocked("index", "rebuild").out
    assert stocked("index", "verify").status == 0


def test_an_unreadable_manifest_is_said(stocked: Run, shop: Shop) -> None:
    stocked("index", "snapshot")
    (layout.index(shop.directory) / "manifest.json").write_text("{")
    answer = stocked("index", "status")
    assert answer.status == 0
    assert "unreadable" in answer.out
    assert "no manifest" in answer.out
    assert stocked("index", "rebuild", "--json").objects == [{"products": 30}]


def test_a_snapshot_of_another_database_is_said(stocked: Run, shop: Shop) -> None:
    stocked("index", "snapshot")
    shop.close()
    (shop.directory / "shop.db").unlink()
    answer = stocked("index", "status")
    assert answer.status == 0
    assert "another database" in answer.out
    assert "made anew by: shopthelook index rebuild" in answer.out
    assert stocked("index", "status", "--json").objects[0]["snapshot"] == "other"
    assert "not kept on disk" in stocked("status").out
    answer = stocked("index", "verify")
    assert answer.status == 1
    assert "another database" in answer.errors
    assert stocked("index", "rebuild").status == 0
    assert stocked("index", "verify").status == 0


def test_the_exact_engine_has_nothing_to_look_after(stocked: Run, shop: Shop) -> None:
    settings = shop.directory / layout.SETTINGS
    settings.write_text(settings.read_text().replace('engine = "embedded"', 'engine = "exact"'))
    for command in ("verify", "snapshot"):
        answer = stocked("index", command)
        assert answer.status == 1
        assert "nothing to do: the engine 'exact' has no snapshots" in answer.errors
        assert "read from the catalog at each start" in answer.errors
    assert stocked("index", "rebuild", "--json").objects == [{"products": 30}]


def test_people_read_columns(stocked: Run) -> None:
    stocked("index", "snapshot")
    answer = stocked("index", "status")
    assert "30 can be found" in answer.out
    assert "changes since" in answer.out


def test_an_index_in_milvus(stocked: Run, shop: Shop, milvus_uri: str, milvus_server: Server) -> None:
    settings = shop.directory / layout.SETTINGS
    engine = 'engine = "embedded"'
    settings.write_text(
        settings.read_text().replace(engine, f'engine = "milvus"\nmilvus_uri = "{milvus_uri}"')
    )
    name = layout.read(shop.directory).collection(shop.directory)
    try:
        assert "holds no index of this shop" in stocked("index", "status").out
        assert f"in Milvus at {milvus_uri}" in stocked("status").out
        assert "run: shopthelook index rebuild" in stocked("index", "verify").errors
        assert stocked("index", "rebuild", "--json").objects == [{"products": 30}]
        (now,) = stocked("index", "status", "--json").objects
        assert (now["engine"], now["server"], now["collection_products"]) == ("milvus", milvus_uri, 30)
        assert now["collection"].startswith(name)
        shop.catalog.delete_products(["p0000"])
        assert stocked("index", "status").out.split()[-1] == "1"
        assert "29 products" in stocked("index", "verify").out
        answer = stocked("index", "snapshot")
        assert answer.status == 1
        assert "which keeps it itself" in answer.errors
    finally:
        Generations(milvus_server, name).drop()
