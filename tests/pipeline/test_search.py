"""From a photo, a stored object or a product to hits."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook import Shop, images
from shopthelook.geometry import BoxError
from shopthelook.images import PictureError
from shopthelook.pipeline.encoding import encode, read_product_picture
from shopthelook.pipeline.errors import NotFound, SearchError
from shopthelook.taxonomy import UnknownCategory
from tests.fixtures.tiny_bundles import scene
from tests.pipeline.feeds import BLUE, RED, Feed

ROOM = scene(320, 240, (RED, 20, 20, 100, 120), (BLUE, 150, 60, 250, 200))


@pytest.fixture
def stocked(shop: Shop, feed: Feed) -> Shop:
    feed.fill(30)
    shop.import_products(feed.path)
    return shop


def test_each_object_finds_products_of_its_category(stocked: Shop) -> None:
    result = stocked.search(ROOM, k=4)
    assert (result.photo, result.width, result.height) == (None, 320, 240)
    assert [str(one.category) for one in result] == ["Furniture > Chairs", "Furniture > Tables"]
    assert result.objects[0].box.pixels(320, 240) == (20, 20, 100, 120)
    for one in result:
        assert len(one) == 4
        assert {hit.product.category_id for hit in one} == {one.category.id if one.category else 0}
        distances = [(hit.distance, hit.product_id) for hit in one]
        assert distances == sorted(distances)


def test_hits_are_those_of_a_plain_scan(stocked: Shop, feed: Feed) -> None:
    rgb = images.read(feed.folder / "p0000.png")
    (hits,) = stocked.search(rgb, box="0,0,1,1", k=30).objects
    code = np.unpackbits(stocked.embedder.embed([rgb]).codes)
    expected = []
    for key in stocked.catalog.product_ids():
        picture = read_product_picture((feed.folder / f"{key}.png").read_bytes(), images.PictureLimits())
        (encoded,) = encode(stocked.embedder, [picture])
        distance = int((np.unpackbits(np.frombuffer(encoded.code, np.uint8)) != code).sum())
        expected.append((distance, key))
    assert [(hit.distance, hit.product_id) for hit in hits] == sorted(expected)
    assert all(hit.similarity == pytest.approx(1 - hit.distance / 64) for hit in hits)


def test_a_picture_without_objects_is_searched_whole(stocked: Shop) -> None:
    (one,) = stocked.search(scene(64, 64), k=40).objects
    assert (one.category, one.searched, one.score) == (None, None, 0.0)
    assert one.box.as_list() == [0, 0, 1, 1]
    assert len(one) == 30


def test_threshold_above_every_score_leaves_the_whole_picture(stocked: Shop) -> None:
    stripes = ROOM.copy()
    stripes[20:120:2, 20:100] = 235
    assert len(stocked.decompose(stripes, threshold=0.9).objects) == 1
    assert len(stocked.decompose(stripes, threshold=0.1).objects) == 2


def test_a_category_overrides_the_detectors(stocked: Shop) -> None:
    for one in stocked.search(ROOM, category="Sofas"):
        assert {hit.product.category_id for hit in one} == {stocked.taxonomy.get("Sofas").id}
        assert str(one.searched) == "Furniture > Sofas"


def test_a_subtree_is_searched(stocked: Shop) -> None:
    assert len(stocked.search(ROOM, box=(0, 0, 1, 1), category="Furniture", k=100).objects[0]) == 30
    assert len(stocked.search(ROOM, box=(0, 0, 1, 1), category="Apparel & Accessories").objects[0]) == 0


@pytest.mark.parametrize("box", ["0.5,0.5,1.5,2", (0.5, 0.5, 1.5, 2.0), [0.5, 0.5, 1, 1]])
def test_what_lies_outside_is_cut_off(stocked: Shop, box: object) -> None:
    (one,) = stocked.search(ROOM, box=box).objects  # type: ignore[arg-type]
    assert one.box.as_list() == [0.5, 0.5, 1, 1]


@pytest.mark.parametrize(
    "box", ["1.1,0,2,1", "0.5,0.5,0.5,0.9", "a,b,c,d", "1,2,3", (0, 0, 1), "nan,0,1,1", "0.9,0,0.1,1"]
)
def test_a_box_that_is_none(stocked: Shop, box: object) -> None:
    with pytest.raises(BoxError):
        stocked.search(ROOM, box=box)  # type: ignore[arg-type]


def test_what_cannot_be_asked(stocked: Shop) -> None:
    with pytest.raises(UnknownCategory, match="near it"):
        stocked.search(ROOM, category="Chars")
    for k in (0, -1, 100_000):
        with pytest.raises(SearchError):
            stocked.search(ROOM, k=k)
    for threshold in (-0.1, 1.1, float("nan")):
        with pytest.raises(SearchError):
            stocked.search(ROOM, threshold=threshold)
    with pytest.raises(PictureError):
        stocked.search(b"no picture")
    with pytest.raises(NotFound):
        stocked.search_product("nobody")
    with pytest.raises(NotFound):
        stocked.search_object("nobody/0")
    with pytest.raises(NotFound):
        stocked.scene("nobody")


def test_products_like_a_product_leave_it_out_and_page(stocked: Shop) -> None:
    all_of_them = stocked.search_product("p0003", k=30).hits
    assert "p0003" not in {hit.product_id for hit in all_of_them}
    assert len(all_of_them) == 9
    pages = [stocked.search_product("p0003", k=4, offset=offset).hits for offset in (0, 4, 8, 12)]
    assert tuple(hit for page in pages for hit in page) == all_of_them


def test_a_stored_object_finds_what_its_photo_finds(stocked: Shop, tmp_path: Path) -> None:
    photo = tmp_path / "room.png"
    Image.fromarray(ROOM).save(photo)
    stocked.import_scenes([photo])
    live = stocked.search(photo, k=10)
    assert live.photo == str(photo)
    for number, one in enumerate(live):
        stored = stocked.search_object(f"room/{number}", k=10)
        assert stored.hits == one.hits
        assert stored.category == one.category
        assert stocked.search_object(f"room/{number}", k=3, offset=2).hits == one.hits[2:5]
    sofas = stocked.search_object("room/0", category="Sofas")
    assert {hit.product.category_id for hit in sofas} == {stocked.taxonomy.get("Sofas").id}


def test_a_stored_scene_finds_what_its_objects_find(stocked: Shop, tmp_path: Path) -> None:
    photo = tmp_path / "room.png"
    Image.fromarray(ROOM).save(photo)
    stocked.import_scenes([photo])
    _, objects = stocked.scene("room")
    whole = stocked.search_scene("room", k=5)
    assert (whole.width, whole.height) == (320, 240)
    assert list(whole) == [stocked.search_object(one.id, k=5) for one in objects]
    scene, (first, second) = stocked.scene("room")
    stocked.catalog.put_scene(scene, [first, replace(second, score=0.5)])
    assert [one.id for one in stocked.search_scene("room", threshold=0.6)] == [first.id]
    with pytest.raises(NotFound, match="no scene 'hall'"):
        stocked.search_scene("hall")
    with pytest.raises(SearchError, match="threshold"):
        stocked.search_scene("room", threshold=2)


def test_a_tap_reads_little(stocked: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "room.png"
    Image.fromarray(ROOM).save(photo)
    stocked.import_scenes([photo])
    wanted = stocked.search_object("room/0")
    database = stocked.catalog._database
    read, reading = [], database.reading
    monkeypatch.setattr(database, "reading", lambda: read.append(None) or reading())
    # The object with its scene, and how far the index has to follow; the products are known already.
    assert stocked.search_object("room/0") == wanted
    assert len(read) == 2
    read.clear()
    assert len(stocked.search_scene("room").objects) == 2
    assert len(read) == 3


def test_writes_are_in_the_next_search(stocked: Shop, feed: Feed) -> None:
    before = [hit.product_id for hit in stocked.search_product("p0003", k=3)]
    assert stocked.delete_products(before) == 3
    after = [hit.product_id for hit in stocked.search_product("p0003", k=9)]
    assert len(after) == 6
    assert not set(before) & set(after)
    stocked.import_products(feed.path)
    assert [hit.product_id for hit in stocked.search_product("p0003", k=3)] == before


def test_writes_of_another_opening_are_in_the_next_search(stocked: Shop) -> None:
    first = stocked.search_product("p0003", k=1).hits[0].product_id
    with Shop.open(stocked.directory) as other:
        assert other.delete_products([first]) == 1
    assert stocked.search_product("p0003", k=1).hits[0].product_id != first


def test_threads_search_while_products_come_and_go(stocked: Shop, feed: Feed) -> None:
    failures: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        try:
            while not stop.is_set():
                hits = stocked.search(ROOM, k=5).objects[0].hits
                assert len(hits) == 5
        except BaseException as error:  # noqa: BLE001 - the test reports it
            failures.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        stocked.delete_products(["p0000", "p0003", "p0006"])
        stocked.import_products(feed.path)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_decompose_with_codes(stocked: Shop) -> None:
    found = stocked.decompose(ROOM, embed=True)
    assert [len(one.code or b"") for one in found] == [8, 8]
    assert [one.code for one in stocked.decompose(ROOM)] == [None, None]
    assert found.as_dict()["objects"][0]["category"] == "Furniture > Chairs"
