"""A change of the embedder: the old one serves until all have a code of the new one, whatever happens meanwhile."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.pipeline import reembedding
from shopthelook.pipeline.errors import ImportRunning, NotFound, TooManyFailed
from shopthelook.pipeline.reports import ImportReport
from shopthelook.pipeline.results import ObjectHits
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.pipeline.feeds import BLUE, GREEN, RED, Feed, png
from tests.pipeline.test_crash import everything, rebuilt
from tests.pipeline.test_search import ROOM
from tests.pipeline.web import Web

N = 70

Answer = list[tuple[str, int, float]]


class Stop(Exception):
    pass


def stop(_: object) -> None:
    raise Stop


def name_embedder(shop: Shop, bundle: Path) -> None:
    """Have shop.toml name another embedder."""
    settings = shop.directory / "shop.toml"
    lines = settings.read_text().splitlines()
    lines = [f'embedder = "{bundle}"' if line.startswith("embedder =") else line for line in lines]
    settings.write_text("\n".join(lines))


def told(hits: ObjectHits) -> Answer:
    return [(hit.product_id, hit.distance, hit.similarity) for hit in hits]


def by_picture(shop: Shop, k: int = 2 * N) -> Answer:
    return told(shop.search(png(1, 1), box=(0.125, 0.125, 0.875, 0.875), k=k).objects[0])


@pytest.fixture
def old(shop: Shop, feed: Feed) -> Shop:
    """A shop with 70 products, opened before its embedder was changed."""
    feed.fill(N)
    shop.import_products(feed.path)
    return shop


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another embedder; its codes are of 128 bits."""
    return make_tiny_embedder(tmp_path, bits=128, name="other-embedder")


@pytest.fixture
def changed(old: Shop, other: Path) -> Iterator[Shop]:
    """The same shop, opened after the change."""
    name_embedder(old, other)
    with Shop.open(old.directory, threads=1) as reopened:
        yield reopened


def test_the_old_one_serves_until_then(old: Shop, changed: Shop) -> None:
    now = changed.status()
    assert (now.products, now.with_code, now.other_code, now.without_code) == (N, N, 0, 0)
    assert (now.embedder, now.next_embedder) == ("tiny-embedder@1", "other-embedder@1")
    assert (now.next_codes, now.next_failed, now.note) == (0, 0, None)
    before = by_picture(old)
    assert len(before) == N
    assert by_picture(changed) == before
    with pytest.raises(Stop):
        changed.embed_products(on_progress=stop)
    now = changed.status()
    assert (now.with_code, now.next_codes) == (N, reembedding.BATCH)
    assert by_picture(changed) == by_picture(old) == before


def test_embed_makes_codes_from_stored_pictures(old: Shop, changed: Shop, feed: Feed) -> None:
    for picture in feed.folder.glob("*.png"):
        picture.unlink()
    key = changed.wanted_bundle.key
    seen = by_picture(old)
    report = changed.embed_products()
    assert (report.read, report.updated, report.embedded, report.failed) == (N, N, N, 0)
    now = changed.status()
    assert (now.embedder, now.next_embedder, now.with_code) == ("other-embedder@1", None, N)
    assert changed.catalog.codes_by_bundle() == {key: N}
    hits = by_picture(changed)
    assert hits[0][:2] == ("p0001", 0)
    assert hits != seen
    assert max(distance for _, distance, _ in hits) > 64
    # A process that was there before has never heard of this embedder, and goes on with it.
    assert old.embedder_bundle.key != key
    assert by_picture(old) == hits
    assert old.embedder_bundle.key == key
    copies = changed.directory / "embedders"
    assert len(list(copies.iterdir())) == 2
    again = changed.embed_products()
    assert (again.unchanged, again.embedded) == (N, 0)
    assert [place.name for place in copies.iterdir()] == [key.replace(":", "-")]
    assert everything(changed, changed.index) == everything(changed, rebuilt(changed))


def test_embed_goes_on_where_it_stopped(changed: Shop) -> None:
    with pytest.raises(Stop):
        changed.embed_products(on_progress=stop)
    report = changed.embed_products()
    assert (report.unchanged, report.updated) == (reembedding.BATCH, N - reembedding.BATCH)
    assert report.embedded == N - reembedding.BATCH
    assert changed.status().next_embedder is None


def test_imports_meanwhile_write_both_codes(old: Shop, changed: Shop, feed: Feed) -> None:
    with pytest.raises(Stop):
        changed.embed_products(on_progress=stop)
    feed.add("new", BLUE)
    feed.rows[0] |= {"title": "Other words"}
    (feed.folder / "p0001.png").write_bytes(png(GREEN, 999))
    feed.write()
    report = changed.import_products(feed.path)
    assert (report.added, report.updated, report.unchanged) == (1, 2, N - 2)
    assert changed.status().next_codes == reembedding.BATCH + 1
    assert {"new", "p0000"} <= {product for product, _, _ in by_picture(changed)}
    assert by_picture(old) == by_picture(changed)
    # One that was opened before does not know of the new embedder, and nothing is lost by that.
    feed.add("newer", RED)
    old.import_products(feed.write().path)
    report = changed.embed_products()
    assert (report.unchanged, report.embedded) == (reembedding.BATCH + 1, N - reembedding.BATCH + 1)
    assert changed.status().with_code == len(by_picture(changed)) == len(by_picture(old)) == N + 2
    assert everything(old, old.index) == everything(changed, rebuilt(changed))
    assert old.import_products(feed.path).unchanged == N + 2


def test_single_writes_meanwhile(old: Shop, other: Path, web: Web) -> None:
    settings = old.directory / "shop.toml"
    settings.write_text(settings.read_text().replace("allow_private = false", "allow_private = true"))
    rows = []
    for n in range(3):
        web.files[f"/{n}.png"] = png(n, 500 + n)
        rows.append({"id": f"w{n}", "title": "W", "image_link": f"{web.address}/{n}.png"})
    with Shop.open(old.directory, threads=1) as before:
        name_embedder(old, other)
        with Shop.open(old.directory, threads=1) as changed:
            key = changed.wanted_bundle.key
            assert changed.upsert_products(rows[:1]).embedded == 1
            assert changed.catalog.changeover.count(key) == (1, 0)
            assert before.upsert_products(rows[1:2]).embedded == 1
            assert changed.embed_products().embedded == N + 1
            # The process that was opened before writes for the embedder that serves by now.
            assert before.upsert_products(rows).added == ("w2",)
            assert changed.catalog.codes_by_bundle() == {key: N + 3}
            assert len(by_picture(before)) == len(by_picture(changed)) == N + 3


def test_an_import_that_runs_while_it_switches(
    changed: Shop, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every batch is written for the embedder that serves then."""
    feed.rows.clear()
    feed.fill(3 * N)
    running = Shop.open(changed.directory, threads=1)
    switched: list[ImportReport] = []

    def switch(report: object) -> None:
        if not switched and getattr(report, "read", 0) > N:
            switched.append(changed.embed_products())

    with running:
        report = running.import_products(feed.path, on_progress=switch)
        assert (report.added, report.failed) == (2 * N, 0)
        assert switched
        assert changed.embed_products().embedded == 0
        assert changed.catalog.codes_by_bundle() == {changed.wanted_bundle.key: 3 * N}
        assert len(by_picture(changed, 500)) == len(by_picture(running, 500)) == 3 * N
    assert everything(changed, changed.index) == everything(changed, rebuilt(changed))


def test_a_merchants_category_stays(shop: Shop, feed: Feed) -> None:
    feed.add("a", color=BLUE, google_product_category="Furniture > Benches")
    shop.import_products(feed.write().path)
    record = shop.catalog.product("a")
    assert record is not None
    shop.embed_products()
    assert shop.catalog.product("a") == record


def test_what_the_new_one_reads_comes_with_it(old: Shop, tmp_path: Path) -> None:
    blue_is_a_chair = [
        {"name": name, "category_id": number, "path": f"Furniture > {name}"}
        for name, number in (("Tables", 6392), ("Sofas", 460), ("Chairs", 443))
    ]
    name_embedder(old, make_tiny_embedder(tmp_path, bits=128, name="swapped", labels=blue_is_a_chair))
    chairs = {f"p{n:04}" for n in range(0, N, 3)}
    blue = {f"p{n:04}" for n in range(2, N, 3)}
    with Shop.open(old.directory, threads=1) as changed:
        with pytest.raises(Stop):
            changed.embed_products(on_progress=stop)
        query = png(RED)
        for shop in (old, changed):
            assert {
                hit.product_id
                for hit in shop.search(query, box=(0, 0, 1, 1), category="Chairs", k=N).objects[0]
            } == chairs
        changed.embed_products()
        for shop in (old, changed):
            assert {
                hit.product_id
                for hit in shop.search(query, box=(0, 0, 1, 1), category="Chairs", k=N).objects[0]
            } == blue
        assert everything(changed, changed.index) == everything(changed, rebuilt(changed))


def test_a_lost_picture_is_recorded_and_no_obstacle(changed: Shop) -> None:
    record = changed.catalog.product("p0003")
    assert record is not None
    path = changed.pictures.path(record.image_hash or "")
    data = path.read_bytes()
    path.unlink()
    report = changed.embed_products()
    assert (report.updated, report.failed) == (N - 1, 1)
    (problem,) = changed.catalog.problems()
    assert problem.product_id == "p0003"
    now = changed.status()
    assert (now.embedder, now.with_code, now.without_code) == ("other-embedder@1", N - 1, 1)
    assert "p0003" not in {product for product, _, _ in by_picture(changed)}
    with pytest.raises(NotFound, match="products embed"):
        changed.search_product("p0003")
    path.write_bytes(data)
    assert changed.embed_products().embedded == 1
    assert "p0003" in {product for product, _, _ in by_picture(changed)}


def test_where_the_pictures_are_not_at_hand_the_old_one_goes_on(old: Shop, changed: Shop) -> None:
    before = by_picture(old)
    pictures = changed.directory / "pictures"
    pictures.rename(changed.directory / "elsewhere")
    with pytest.raises(TooManyFailed, match=r"70 of the 70 products that are found have no code of other"):
        changed.embed_products()
    now = changed.status()
    assert (now.embedder, now.next_codes, now.next_failed, now.problems) == ("tiny-embedder@1", 0, N, N)
    assert by_picture(changed) == before
    (changed.directory / "elsewhere").rename(pictures)
    assert changed.embed_products().updated == N
    assert changed.status().embedder == "other-embedder@1"


def test_told_to_it_switches_whatever_failed(changed: Shop) -> None:
    (changed.directory / "pictures").rename(changed.directory / "elsewhere")
    assert changed.embed_products(most_failed=1).failed == N
    now = changed.status()
    assert (now.embedder, now.with_code, now.without_code) == ("other-embedder@1", 0, N)


def test_back_to_the_old_one_in_the_middle(old: Shop, changed: Shop) -> None:
    before = by_picture(old)
    with pytest.raises(Stop):
        changed.embed_products(on_progress=stop)
    name_embedder(old, old.wanted_bundle.path)
    with Shop.open(old.directory, threads=1) as back:
        assert (back.status().next_embedder, back.status().with_code) == (None, N)
        assert back.embed_products().embedded == 0
        assert back.catalog.changeover.count(changed.wanted_bundle.key) == (0, 0)
        assert by_picture(back) == by_picture(old) == before


def test_back_to_the_old_one_after_the_switch(old: Shop, changed: Shop) -> None:
    before = by_picture(old)
    changed.embed_products()
    name_embedder(old, old.wanted_bundle.path)
    with Shop.open(old.directory, threads=1) as back:
        assert back.status().embedder == "other-embedder@1"
        assert back.embed_products().embedded == N
        assert by_picture(back) == by_picture(changed) == by_picture(old) == before


def test_back_in_a_process_that_has_followed_to_a_third(old: Shop, changed: Shop, other: Path) -> None:
    first, second = by_picture(old), changed.wanted_bundle
    changed.embed_products()
    assert by_picture(old) == by_picture(changed) != first
    assert old.generation.bundle.key == second.key
    assert old.embed_products().embedded == N  # its shop.toml named the first when it was opened
    assert by_picture(old) == by_picture(changed) == first
    assert old.catalog.codes_by_bundle() == {old.wanted_bundle.key: N}


def test_who_was_slow_to_ask_does_not_lead_back(
    old: Shop, changed: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = old.catalog.changeover
    serving = change.serving
    reads: list[str | None] = []

    def slow() -> str | None:
        found = serving()
        reads.append(found)
        if len(reads) == 1:
            changed.embed_products()
            old.follow_embedder()  # as another thread would
        return found

    monkeypatch.setattr(change, "serving", slow)
    now = old.follow_embedder()
    assert reads[0] == old.wanted_bundle.key
    assert now.bundle.key == changed.wanted_bundle.key
    assert old.generation is now


def test_a_third_one_in_the_middle(old: Shop, changed: Shop, tmp_path: Path) -> None:
    with pytest.raises(Stop):
        changed.embed_products(on_progress=stop)
    name_embedder(old, make_tiny_embedder(tmp_path / "third", bits=192, name="third"))
    with Shop.open(old.directory, threads=1) as third:
        assert third.status().next_codes == 0
        assert third.embed_products().embedded == N
        assert third.catalog.codes_by_bundle() == {third.wanted_bundle.key: N}
        assert by_picture(third) == by_picture(changed) == by_picture(old)
        assert third.index.refresh() is not None


@pytest.fixture
def own(tmp_path: Path, tiny_detector: Path, feed: Feed) -> Shop:
    """A shop whose embedder may be taken away."""
    bundle = make_tiny_embedder(tmp_path / "mine")
    with Shop.create(tmp_path / "own", detector=str(tiny_detector), embedder=str(bundle), threads=1) as made:
        feed.fill(N)
        made.import_products(feed.path)
    shutil.rmtree(bundle)
    return made


def test_the_shop_keeps_its_embedder(own: Shop, other: Path) -> None:
    name_embedder(own, other)
    with Shop.open(own.directory, threads=1) as shop:
        assert len(by_picture(shop)) == N
        assert (shop.status().embedder, shop.status().note) == ("tiny-embedder@1", None)


def test_an_embedder_that_ships_needs_no_copy(tmp_path: Path, feed: Feed, other: Path) -> None:
    feed.fill(3)
    with Shop.create(tmp_path / "shop", threads=1) as made:
        made.import_products(feed.path)
        before = by_picture(made)
    shutil.rmtree(made.directory / "embedders")
    name_embedder(made, other)
    with Shop.open(made.directory, threads=1) as shop:
        assert by_picture(shop) == before
        assert shop.status().embedder.startswith("embedder-lite@")


def test_where_the_old_one_is_gone_the_new_ones_codes_are_searched(
    own: Shop, other: Path, feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(own.directory / "embedders")
    name_embedder(own, other)
    with Shop.open(own.directory, threads=1) as shop, Shop.open(own.directory, threads=1) as second:
        assert by_picture(shop) == by_picture(second) == []
        assert "tiny-embedder@1:" in caplog.text
        assert "is not here: until shop.toml names its bundle" in caplog.text
        now = shop.status()
        assert (now.with_code, now.other_code, now.next_codes) == (0, N, 0)
        assert "products embed" in str(now.note)
        with pytest.raises(NotFound):
            shop.search_product("p0000")
        feed.add("new", BLUE)
        feed.rows = feed.rows[-1:]
        assert shop.import_products(feed.write().path).embedded == 1
        assert [product for product, _, _ in by_picture(second)] == ["new"]
        with pytest.raises(Stop):
            shop.embed_products(on_progress=stop)
        # What is done is found at once.
        assert len(by_picture(shop)) == len(by_picture(second)) == reembedding.BATCH + 1
        assert shop.status().next_codes == reembedding.BATCH + 1
        shop.embed_products()
        assert len(by_picture(shop)) == len(by_picture(second)) == N + 1
        assert (shop.status().note, shop.status().next_embedder, second.status().note) == (None, None, None)
        assert everything(shop, shop.index) == everything(shop, rebuilt(shop))


def test_a_model_trained_again_under_its_old_name_is_another(old: Shop, feed: Feed, tmp_path: Path) -> None:
    old.import_scenes([feed.folder / "p0000.png"])
    again = make_tiny_embedder(tmp_path / "again", bits=128, name=old.embedder_bundle.name)
    name_embedder(old, again)
    with Shop.open(old.directory, threads=1) as reopened:
        assert reopened.wanted_bundle.id == old.embedder_bundle.id
        assert reopened.wanted_bundle.key != old.embedder_bundle.key
        assert reopened.embed_products().embedded == N + 1
        assert reopened.import_scenes([feed.folder / "p0000.png"]).unchanged == 1
        assert len(by_picture(reopened)) == N


def test_objects_of_stored_scenes_have_both_codes(old: Shop, other: Path, tmp_path: Path) -> None:
    from PIL import Image

    for name in ("one.png", "two.png"):
        Image.fromarray(ROOM).save(tmp_path / name)
    old.import_scenes([tmp_path / "one.png"])
    before = told(old.search_object("one/0", k=N))
    name_embedder(old, other)
    with Shop.open(old.directory, threads=1) as changed:
        changed.import_scenes([tmp_path / "two.png"])
        key = changed.wanted_bundle.key
        assert changed.catalog.changeover.object_code("two/1", key) is not None
        assert changed.catalog.changeover.scenes_missing(key) == ["one"]
        assert told(changed.search_object("one/0", k=N)) == told(old.search_object("two/0", k=N)) == before
        changed.embed_products()
        # The photo is not looked at again: the code is there.
        for picture in (changed.directory / "pictures").rglob("*"):
            if picture.is_file():
                picture.unlink()
        after = told(changed.search_object("one/0", k=N))
        assert after == told(old.search_object("two/0", k=N))
        assert after != before
        assert [key for key, _, _ in after]
        assert changed.scene("one")[0].embedder == changed.scene("two")[0].embedder == key


def test_one_at_a_time(changed: Shop) -> None:
    with (
        reembedding.changeover_turn(changed),
        Shop.open(changed.directory) as second,
        pytest.raises(ImportRunning, match="another process embeds the products"),
    ):
        second.embed_products()


def test_searches_while_it_switches_are_of_one_or_the_other(old: Shop, changed: Shop) -> None:
    """No search fails, and none has codes of both."""
    before = {"picture": by_picture(old), "product": told(old.search_product("p0004", k=N))}
    answers: list[tuple[str, Answer]] = []
    errors: list[BaseException] = []
    done = threading.Event()
    rounds = threading.Semaphore(0)

    def search(shop: Shop) -> None:
        try:
            while not done.is_set():
                answers.append(("picture", by_picture(shop)))
                answers.append(("product", told(shop.search_product("p0004", k=N))))
                rounds.release()
        except BaseException as error:
            errors.append(error)
            rounds.release()
            raise

    threads = [threading.Thread(target=search, args=(shop,)) for shop in (old, old, changed, changed)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        rounds.acquire()
    changed.embed_products()
    for _ in range(8):
        rounds.acquire()
    done.set()
    for thread in threads:
        thread.join()
    assert not errors
    after = {"picture": by_picture(changed), "product": told(changed.search_product("p0004", k=N))}
    assert before["picture"] != after["picture"]
    assert len(after["picture"]) == N
    strange = [answer for kind, answer in answers if answer not in (before[kind], after[kind])]
    assert not strange
    assert ("picture", before["picture"]) in answers
    assert ("picture", after["picture"]) in answers
