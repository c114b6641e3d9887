"""A shop opens its index from the snapshot where that is right, and from the catalog where it is not."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shopthelook import Shop
from shopthelook.catalog import Product, ProductRecord
from shopthelook.pipeline import following, layout
from shopthelook.pipeline.following import FollowingIndex
from shopthelook.retrieval import ExactIndex, Query
from shopthelook.retrieval.embedded import EmbeddedIndex, OtherSnapshot, SnapshotError, segment
from shopthelook.taxonomy import Taxonomy


def put(shop: Shop, count: int, seed: int = 0, first: int = 0) -> None:
    rng, bundle = np.random.default_rng(seed), shop.embedder_bundle
    shop.catalog.put_products(
        [
            ProductRecord(
                Product(id=f"p{i}", title="a", image_link="a.png", color="red", category_id=436),
                image_hash=None,
                code=rng.bytes(bundle.card.bits // 8),
                bundle=bundle.key,
            )
            for i in range(first, first + count)
        ]
    )


def rebuilt(shop: Shop) -> FollowingIndex:
    bundle = shop.embedder_bundle
    return FollowingIndex(shop.catalog, shop.taxonomy, bundle.key, bundle.card.bits)


def opened_anew(shop: Shop) -> FollowingIndex:
    bundle = shop.embedder_bundle
    return FollowingIndex(shop.catalog, shop.taxonomy, bundle.key, bundle.card.bits, shop.index_keeping)


def digest(index: FollowingIndex) -> int:
    found = index.refresh()
    assert isinstance(found, EmbeddedIndex)
    return found.digest()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many products each batch had that an index took in."""
    counted: list[int] = []
    upsert = EmbeddedIndex.upsert

    def counting(self: EmbeddedIndex, ids: list[str], *rest: object) -> None:
        counted.append(len(ids))
        upsert(self, ids, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(EmbeddedIndex, "upsert", counting)
    return counted


def test_only_what_came_after_the_snapshot_is_read(shop: Shop, reads: list[int]) -> None:
    put(shop, 300)
    shop.index.keep()
    put(shop, 20, seed=1, first=290)
    shop.catalog.delete_products(["p0"])
    reads.clear()
    again = opened_anew(shop)
    assert len(again.refresh()) == 309
    assert sum(reads) == 20
    assert digest(again) == digest(shop.index)


@pytest.mark.parametrize("damage", ["flip", "remove", "manifest"])
def test_a_damaged_snapshot_is_said_and_made_anew(
    shop: Shop, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    put(shop, 300)
    shop.index.keep()
    folder = layout.index(shop.directory)
    path = folder / "manifest.json" if damage == "manifest" else max(folder.glob("*.arrays"))
    if damage == "remove":
        path.unlink()
    else:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 255
        path.write_bytes(data)
    again = opened_anew(shop)
    with caplog.at_level(logging.WARNING):
        assert len(again.refresh()) == 300
    assert "rebuilt from the catalog" in caplog.text
    again.keep()
    assert len(shop.index_keeping.open()) == 300


def test_a_snapshot_of_another_database_is_not_used(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    put(shop, 300)
    shop.index.keep()
    other = new_shop("other")
    put(other, 400, first=50)
    layout.index(shop.directory).rename(layout.index(other.directory))
    with pytest.raises(OtherSnapshot):
        other.index_keeping.open()
    assert len(other.index.refresh()) == 400


def test_a_catalog_imported_anew_is_another_database(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    """The same ids at the same numbers of change, only the codes differ: nothing but its mark tells them apart."""
    put(shop, 300)
    shop.index.keep()
    other = new_shop("other")
    put(other, 300, seed=1)
    assert other.catalog.changes(0) == shop.catalog.changes(0)
    layout.index(shop.directory).rename(layout.index(other.directory))
    with pytest.raises(OtherSnapshot, match="another database"):
        other.index_keeping.open()
    assert digest(other.index) == digest(rebuilt(other))
    assert len(other.index.keep()) == len(other.index_keeping.open()) == 300


def test_a_database_put_back_to_a_backup_refuses_the_later_snapshot(shop: Shop) -> None:
    """Though what was written since has brought it to the same number of change and the same product."""
    database = shop.directory / "shop.db"
    put(shop, 300)
    shop.index.keep()
    shop.close()
    backup = database.read_bytes()
    put(shop, 100, seed=1)
    shop.index.keep()
    shop.close()
    database.write_bytes(backup)
    put(shop, 100, seed=2)
    with pytest.raises(OtherSnapshot, match="earlier backup"):
        shop.index_keeping.open()
    assert digest(opened_anew(shop)) == digest(rebuilt(shop))


def test_a_copy_of_a_shop_uses_its_copy_of_the_snapshot(shop: Shop, tmp_path: Path, reads: list[int]) -> None:
    put(shop, 300)
    shop.index.keep()
    shop.close()
    shutil.copytree(shop.directory, tmp_path / "copy")
    reads.clear()
    with Shop.open(tmp_path / "copy", threads=1) as copy:
        put(copy, 10, seed=1)
        assert digest(copy.index) == digest(rebuilt(copy))
    assert reads == [10, 300]


def test_a_snapshot_of_another_category_list_is_not_used(shop: Shop, tmp_path: Path) -> None:
    put(shop, 300)
    shop.index.keep()
    lines = [f"{one.id} - {one.full}" for one in Taxonomy.builtin()]
    (tmp_path / "list.txt").write_text("\n".join([*lines, "999999 - Animals & Pet Supplies > Unicorns"]))
    shop.load_taxonomy(tmp_path / "list.txt")
    with pytest.raises(OtherSnapshot, match="taxonomy"):
        shop.index_keeping.open()
    assert len(shop.index.refresh()) == 300
    shop.index.keep()
    assert len(shop.index_keeping.open()) == 300


def test_a_snapshot_of_another_embedder_is_not_used(shop: Shop, tiny_embedder: Path, tmp_path: Path) -> None:
    put(shop, 300)
    shop.index.keep()
    shutil.copytree(tiny_embedder, tmp_path / "embedder")
    card = tmp_path / "embedder" / "card.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"version": "2"}))
    shop.close()
    settings = shop.directory / layout.SETTINGS
    settings.write_text(settings.read_text().replace(str(tiny_embedder), str(tmp_path / "embedder")))
    with Shop.open(shop.directory, threads=1) as again:
        with pytest.raises(OtherSnapshot, match=r"embedder \S+@1:\w+, not \S+@2:"):
            again.index_keeping.open()
        # Their codes are of the other embedder, so none can be found; nothing is lost, either.
        assert len(again.index.refresh()) == 0
        assert again.status().other_code == 300


def test_a_database_that_went_back_is_read_anew(shop: Shop, tmp_path: Path) -> None:
    put(shop, 300)
    shop.index.keep()
    opened = opened_anew(shop)
    opened.refresh()
    opened._seq += 1000
    assert len(opened.refresh()) == 300


def test_a_shortened_log_is_followed_from_any_snapshot(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shop, 300)
    follower = opened_anew(shop)
    follower.refresh()
    shop.index.keep()
    shop.close()
    folder = layout.index(shop.directory)
    shutil.copytree(folder, folder.with_name("first"))
    for seed in range(5):
        put(shop, 200, seed=seed, first=20 * seed)
        shop.catalog.delete_products([f"p{i}" for i in range(40 * seed, 40 * seed + 10)])
    monkeypatch.setattr("shopthelook.catalog.product_store._LOG_SLACK", 0)
    shop.index.keep()
    assert len(shop.catalog.changes(0)) < 600
    expected = digest(rebuilt(shop))
    assert digest(follower) == expected
    assert digest(opened_anew(shop)) == expected
    shutil.rmtree(folder)
    folder.with_name("first").rename(folder)
    assert shop.index_keeping.open().seq == 300
    assert digest(opened_anew(shop)) == expected


def test_much_change_makes_a_snapshot_by_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_WORTH_KEEPING", 100)
    put(shop, 300)
    index = opened_anew(shop)
    index.refresh()
    assert len(shop.index_keeping.open()) == 300
    put(shop, 50, first=300)
    index.refresh()
    assert len(shop.index_keeping.open()) == 300
    put(shop, 150, first=350)
    index.refresh()
    assert index._keeper is not None
    index._keeper.join()
    assert len(shop.index_keeping.open()) == 500


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs a folder that cannot be written")
def test_a_shop_whose_folder_cannot_be_written_searches(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following, "_WORTH_KEEPING", 100)
    layout.index(shop.directory).write_text("in the way")
    put(shop, 300)
    with caplog.at_level(logging.WARNING):
        assert len(shop.index.refresh()) == 300
    assert "cannot write a snapshot" in caplog.text
    with pytest.raises(SnapshotError, match="cannot write"):
        shop.index.keep()


def test_the_exact_engine_has_no_snapshots(shop: Shop) -> None:
    shop.config = type(shop.config)(
        detector=shop.config.detector, embedder=shop.config.embedder, index_engine="exact"
    )
    put(shop, 30)
    assert isinstance(shop.index.refresh(), ExactIndex)
    with pytest.raises(SnapshotError, match="no snapshots"):
        shop.index.keep()


def test_the_recall_of_the_settings_is_that_of_searches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "RANKS_FROM", 4096)
    put(shop, 4200)
    code = np.zeros(shop.embedder_bundle.card.bits // 8, np.uint8)

    def plan() -> str:
        plan = opened_anew(shop).refresh().query([Query(code)], 10)[0].plan
        assert plan is not None
        return plan.name

    models = {"detector": shop.config.detector, "embedder": shop.config.embedder}
    assert plan() == "scan"
    shop.config = type(shop.config)(**models, index_recall=0.5)
    assert plan() == "tokens"
    shop.index.keep()
    assert plan() == "tokens"
