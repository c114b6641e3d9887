"""Labelled photos and a shop's products as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook import Shop
from shopthelook.evaluation.labelled import LabelledObject, LabelsError
from shopthelook.evaluation.retrieval import compare
from shopthelook.evaluation.shop_retrieval import labelled_shop
from shopthelook.geometry import Box
from tests.fixtures.tiny_bundles import scene
from tests.pipeline.feeds import BLUE, GREEN, RED, Feed

KINDS = {RED: "Furniture > Chairs", GREEN: "Furniture > Sofas", BLUE: "Furniture > Tables"}
SIZE = (320, 240)
CHAIR, TABLE = (0, 20, 20, 100, 120), (2, 150, 60, 250, 200)


@pytest.fixture
def stocked(shop: Shop, feed: Feed) -> Shop:
    """Eight products of each colour in its category, one office chair, one without a category in the feed."""
    for color, kind in KINDS.items():
        for number in range(8):
            feed.add(f"{'rgb'[color]}{number}", color, number, google_product_category=kind)
    office = "Furniture > Office Furniture > Office Chairs"
    feed.add("office", RED, 50, google_product_category=office)
    feed.add("guessed", GREEN, 51)
    shop.import_products(feed.write().path)
    return shop


def box(rectangle: tuple[int, int, int, int, int]) -> Box:
    return Box.from_pixels(rectangle[1:], *SIZE)


def photo(folder: Path, *rectangles: tuple[int, int, int, int, int]) -> Path:
    path = folder / f"room-{len(rectangles)}.png"
    Image.fromarray(scene(*SIZE, *rectangles)).save(path)
    return path


def labelled(shop: Shop, path: Path, where: Box, kind: str, product: str | None = None) -> LabelledObject:
    return LabelledObject(path, where, shop.taxonomy.get(kind), product)


def test_objects_are_embedded_as_a_search_does_and_restricted_by_each_word(
    stocked: Shop, tmp_path: Path
) -> None:
    room = photo(tmp_path, CHAIR, TABLE)
    nowhere = Box(0.85, 0.85, 0.95, 0.95)
    objects = [
        labelled(stocked, room, box(CHAIR), "Furniture > Chairs > Kitchen & Dining Room Chairs", "r3"),
        # The photo shows a table here: the label and the models do not agree.
        labelled(stocked, room, box(TABLE), "Furniture > Sofas"),
        # Nothing that the detector could find.
        labelled(stocked, room, nowhere, "Furniture > Tables"),
    ]
    seen: list[int] = []
    data = labelled_shop(stocked, objects, on_photo=lambda: seen.append(1))
    chairs, sofas, tables = (stocked.taxonomy.get(kind) for kind in KINDS.values())
    assert data.queries.labels.tolist() == [chairs.id, sofas.id, tables.id]
    assert data.queries.products == ["r3", None, None]
    given = stocked.search(room, box=box(CHAIR), category=chairs, k=9).objects[0]
    code = data.queries.codes[0]
    codes = dict(zip(data.products.ids, data.products.codes, strict=True))
    distances = [int(np.bitwise_count(codes[hit.product_id] ^ code).sum()) for hit in given.hits]
    assert distances == [hit.distance for hit in given.hits]
    span = {kind.id: (kind.position, kind.end) for kind in (chairs, sofas, tables)}
    true, embedder, detector = (data.queries.restrictions[name] for name in ("true", "embedder", "detector"))
    for spans in (true, embedder, detector):
        assert spans[0] is not None
        assert span[chairs.id] in spans[0]
        office = stocked.taxonomy.get("Furniture > Office Furniture > Office Chairs")
        assert (office.position, office.end) in spans[0]
    assert span[sofas.id] in (true[1] or ())
    assert span[tables.id] in (embedder[1] or ())
    assert detector[1] == embedder[1]
    assert span[tables.id] in (true[2] or ())
    assert detector[2] is None
    assert (data.photos, len(seen), data.no_coarse, data.no_products, data.problems) == (1, 1, 0, 0, ())


def test_products_are_labelled_by_their_coarse_category(stocked: Shop, tmp_path: Path) -> None:
    data = labelled_shop(
        stocked, [labelled(stocked, photo(tmp_path, CHAIR), box(CHAIR), "Chairs")], by=["true"]
    )
    label = dict(zip(data.products.ids, data.products.labels.tolist(), strict=True))
    assert len(label) == 26
    assert label["office"] == label["r0"] == stocked.taxonomy.get("Furniture > Chairs").id
    assert label["guessed"] == label["g0"]
    assert data.predicted == 1
    found = {one.kind: one for one in compare(data.products, data.queries, ["flat", "category"], 20)}
    assert found["category"].wrong == 0.0
    assert found["category"].hits == 9
    assert found["flat"].wrong == pytest.approx(11 / 20)


def test_what_cannot_be_asked_is_counted(stocked: Shop, tmp_path: Path) -> None:
    room, broken = photo(tmp_path, CHAIR), tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    objects = [
        labelled(stocked, room, box(CHAIR), "Electronics"),
        labelled(stocked, room, box(CHAIR), "Rugs"),
        labelled(stocked, broken, box(CHAIR), "Chairs"),
    ]
    with pytest.raises(LabelsError, match=r"nothing is left to ask: of 3 .*broken\.jpg"):
        labelled_shop(stocked, objects)
    data = labelled_shop(stocked, [*objects, labelled(stocked, room, box(CHAIR), "Chairs")])
    assert (len(data.queries.codes), data.no_coarse, data.no_products, data.photos) == (1, 1, 1, 1)
    (problem,) = data.problems
    assert "broken.jpg" in problem


def test_an_empty_shop_has_nothing_to_ask_for(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="nothing of the category of 1"):
        labelled_shop(shop, [labelled(shop, photo(tmp_path, CHAIR), box(CHAIR), "Chairs")])
