"""A change of the embedder in the database: both codes kept, the switch, and what takes the place of what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from shopthelook.catalog import (
    Catalog,
    EmbedderChanged,
    Guess,
    NextCode,
    NextObjectCode,
    ObjectRecord,
    Product,
    ProductRecord,
    SceneRecord,
)
from shopthelook.geometry import WHOLE
from tests.catalog.conftest import MakeRecord

OLD, NEW = "old@1:a", "new@1:b"


def code(number: int, length: int = 8) -> bytes:
    return bytes([number]) * length


def as_is(product: Product, made: NextCode) -> Product:
    return product


@pytest.fixture
def stocked(catalog: Catalog, record: MakeRecord) -> Catalog:
    """Three products with codes of the old bundle, which serves."""
    rows = [record(f"p{n}", image_hash=f"h{n}", code=code(n), bundle=OLD) for n in range(3)]
    catalog.put_products(rows, serving=OLD)
    return catalog


def codes(catalog: Catalog, bundle: str, ids: list[str] | None = None) -> dict[str, bytes]:
    return {
        key: found.tobytes()
        for batch in catalog.codes(ids, bundle)
        for key, found in zip(batch.ids, batch.codes, strict=True)
    }


def embed(catalog: Catalog, *numbers: int) -> int:
    made = [NextCode(f"p{n}", f"h{n}", code(100 + n, 16)) for n in numbers]
    return catalog.changeover.put(NEW, made)


def test_the_first_code_says_who_serves(catalog: Catalog, record: MakeRecord) -> None:
    assert catalog.changeover.standing() == (0, None)
    catalog.put_products([record("a")])
    assert catalog.changeover.serving() is None
    catalog.put_products([record("a", code=code(1), bundle=OLD)], serving=OLD)
    assert catalog.changeover.standing() == (2, OLD)
    with pytest.raises(EmbedderChanged, match="old@1:a now"):
        catalog.put_products([record("b", code=code(1), bundle=NEW)], serving=NEW)
    assert catalog.product("b") is None


def test_both_codes_are_kept_until_all_have_one(stocked: Catalog) -> None:
    change = stocked.changeover
    assert change.missing(NEW) == [("p0", "h0"), ("p1", "h1"), ("p2", "h2")]
    assert change.missing(NEW, "p0", 1) == [("p1", "h1")]
    last = stocked.last_seq()
    assert change.missing(NEW, since=last) == []
    assert change.missing(NEW, "p0", since=last - 2) == [("p1", "h1"), ("p2", "h2")]
    assert embed(stocked, 1) == 1
    assert not change.switch(NEW, 0)
    assert codes(stocked, OLD) == {f"p{n}": code(n) for n in range(3)}
    assert codes(stocked, NEW) == codes(stocked, NEW, ["p0", "p1"]) == {"p1": code(101, 16)}
    assert (change.count(OLD), change.count(NEW)) == ((3, 0), (1, 0))
    assert embed(stocked, 0, 2) == 2
    assert change.switch(NEW, 0)
    assert change.serving() == NEW
    assert codes(stocked, NEW) == {f"p{n}": code(100 + n, 16) for n in range(3)}
    assert codes(stocked, OLD).keys() == {"p0", "p1", "p2"}
    assert list(change.settle(NEW, as_is)) == [3]
    assert codes(stocked, OLD) == {}
    assert codes(stocked, NEW) == {f"p{n}": code(100 + n, 16) for n in range(3)}
    assert stocked.codes_by_bundle() == {NEW: 3}
    assert list(change.settle(NEW, as_is)) == []


def test_a_code_is_in_the_log_once(stocked: Catalog) -> None:
    embed(stocked, 1)
    (change,) = stocked.changes(after=3)
    assert (change.product_id, change.deleted) == ("p1", False)
    record = stocked.product("p1")
    assert record is not None
    assert record.seq == change.seq == 4
    embed(stocked, 0, 2)
    assert stocked.changeover.switch(NEW, 0)
    list(stocked.changeover.settle(NEW, as_is))
    # Every index of the new bundle has these codes already.
    assert stocked.last_seq() == 6


def test_a_code_counts_for_its_picture_only(stocked: Catalog, record: MakeRecord) -> None:
    embed(stocked, 0, 1, 2)
    stocked.put_products([record("p1", image_hash="other", code=code(9), bundle=OLD)], serving=OLD)
    assert stocked.changeover.missing(NEW) == [("p1", "other")]
    assert codes(stocked, NEW).keys() == {"p0", "p2"}
    assert embed(stocked, 1) == 0
    assert not stocked.changeover.switch(NEW, 0)
    made = NextCode("p1", "other", code(111, 16))
    stocked.put_products(
        [record("p1", image_hash="other", code=code(9), bundle=OLD)], serving=OLD, beside=(NEW, [made])
    )
    assert stocked.changeover.switch(NEW, 0)
    assert codes(stocked, NEW)["p1"] == code(111, 16)


def test_the_switch_looks_at_what_has_changed_since(stocked: Catalog, record: MakeRecord) -> None:
    embed(stocked, 0, 1, 2)
    assert stocked.changeover.missing(NEW) == []
    checked = stocked.last_seq()
    stocked.put_products([record("new", image_hash="new", code=code(9), bundle=OLD)], serving=OLD)
    assert not stocked.changeover.switch(NEW, checked)
    assert stocked.changeover.serving() == OLD
    stocked.delete_products(["new"])
    assert stocked.changeover.switch(NEW, checked)


def test_a_product_that_goes_takes_its_code_along(stocked: Catalog) -> None:
    embed(stocked, 0)
    stocked.delete_products(["p0"])
    assert embed(stocked, 0) == 0
    assert stocked.changeover.count(NEW) == (0, 0)
    assert list(stocked.changes(after=4))[-1].deleted


def test_a_reason_stands_for_a_code(stocked: Catalog) -> None:
    embed(stocked, 0, 1)
    stocked.changeover.put(NEW, [NextCode("p2", "h2", reason="no picture")])
    assert stocked.changeover.count(NEW) == (2, 1)
    stocked.changeover.forget_failed(NEW)
    assert stocked.changeover.missing(NEW) == [("p2", "h2")]
    stocked.changeover.put(NEW, [NextCode("p2", "h2", reason="no picture")])
    assert stocked.changeover.switch(NEW, 0)
    list(stocked.changeover.settle(NEW, as_is))
    record = stocked.product("p2")
    assert record is not None
    assert (record.code, record.bundle) == (None, None)
    assert stocked.counts()["with_code"] == 2


def test_what_the_new_one_reads_is_logged(stocked: Catalog) -> None:
    embed(stocked, 0, 2)
    guesses = {"color": Guess("Red", 0.5)}
    stocked.changeover.put(NEW, [NextCode("p1", "h1", code(5), 436, 0.25, guesses)])
    assert stocked.changeover.switch(NEW, 0)
    last = stocked.last_seq()

    def read(product: Product, made: NextCode) -> Product:
        return replace(product, category_id=made.category_id, guesses=made.guesses)

    list(stocked.changeover.settle(NEW, read))
    record = stocked.product("p1")
    assert record is not None
    assert (record.product.category_id, record.product.guesses, record.bundle) == (436, guesses, NEW)
    assert [change.product_id for change in stocked.changes(after=last)] == ["p1"]


def test_codes_of_a_bundle_that_will_not_follow_are_forgotten(stocked: Catalog) -> None:
    embed(stocked, 0, 1)
    stocked.changeover.put("third@1:c", [NextCode("p1", "h1", code(7))])
    assert codes(stocked, NEW).keys() == {"p0"}
    stocked.changeover.forget_others(OLD)
    assert stocked.changeover.count(NEW) == stocked.changeover.count("third@1:c") == (0, 0)
    assert stocked.changeover.switch(OLD, 0)


def scene(catalog: Catalog, n_objects: int = 2, first: int = 0) -> None:
    catalog.put_scene(
        SceneRecord("s", "", "f", 4, 3, "d@1", OLD),
        [ObjectRecord(f"s/{n}", "s", WHOLE, 436, 0.5, code(first + n), n) for n in range(n_objects)],
    )


def test_objects_of_scenes_get_both_codes(catalog: Catalog) -> None:
    scene(catalog)
    change = catalog.changeover
    assert change.scenes_missing(NEW) == ["s"]
    change.put_objects(NEW, [NextObjectCode("s/0", code(0), code(50, 16), {"color": Guess("Red", 0.5)})])
    assert change.scenes_missing(NEW) == ["s"]
    assert change.object_code("s/0", NEW) == (code(50, 16), {"color": Guess("Red", 0.5)})
    assert change.object_code("s/1", NEW) is None
    list(change.settle(NEW, as_is))
    change.put_objects(NEW, [NextObjectCode("s/1", code(1), code(51, 16))])
    assert change.scenes_missing(NEW) == []
    assert [one.code for one in catalog.objects("s")] == [code(0), code(1)]
    list(change.settle(NEW, as_is))
    assert [one.code for one in catalog.objects("s")] == [code(50, 16), code(51, 16)]
    assert catalog.objects("s")[0].guesses == {"color": Guess("Red", 0.5)}
    kept = catalog.scene("s")
    assert kept is not None
    assert kept.embedder == NEW
    assert change.object_code("s/0", NEW) is None


def test_objects_found_anew_do_not_keep_codes(catalog: Catalog) -> None:
    scene(catalog)
    catalog.changeover.put_objects(NEW, [NextObjectCode("s/0", code(0), code(50))])
    scene(catalog, first=10)
    assert catalog.changeover.object_code("s/0", NEW) is None
    # Made from the objects of before, written after.
    catalog.changeover.put_objects(NEW, [NextObjectCode("s/0", code(0), code(50))])
    assert catalog.changeover.object_code("s/0", NEW) is None
    catalog.delete_scenes(["s"])
    catalog.changeover.put_objects(NEW, [NextObjectCode("s/0", code(10), code(50))])
    assert catalog.changeover.scenes_missing(NEW) == []


def test_one_at_a_time_works_at_it(catalog_url: str, catalog: Catalog) -> None:
    with Catalog.open(catalog_url) as other, catalog.changeover.turn() as first:
        assert first
        with other.changeover.turn() as second:
            assert second is catalog_url.startswith("sqlite")
    with catalog.changeover.turn() as again:
        assert again


def test_in_a_database_of_before_the_most_codes_say_who_serves(
    catalog_url: str, record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_bundle(bundle: str) -> Callable[[int], ProductRecord]:
        return lambda n: record(f"{bundle}{n}", code=code(1), bundle=bundle)

    with monkeypatch.context() as patch:
        patch.setattr(ScriptDirectory, "get_current_head", lambda self: "0004")
        upgrade = ScriptDirectory._upgrade_revs
        patch.setattr(ScriptDirectory, "_upgrade_revs", lambda self, to, now: upgrade(self, "0004", now))
        with Catalog.open(catalog_url) as before:
            before.put_products([*map(of_bundle(OLD), range(2)), *map(of_bundle(NEW), range(1))])
            with before._database.reading() as connection:
                assert not sa.inspect(connection).has_table("embedder")
    with Catalog.open(catalog_url) as now:
        assert now.changeover.serving() == OLD
