"""The bundles that ship on real rooms: a dozen objects of the demo among its products."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shopthelook import geometry
from shopthelook.detection import Detector
from shopthelook.embedding import Embedder, hamming
from shopthelook.embedding.views import Row, ViewSet, load, open_views, write_views
from shopthelook.evaluation.embedding import Way, ask, evaluate
from shopthelook.evaluation.embedding.crops import SAME_OBJECT
from shopthelook.images import read
from shopthelook.models import open_bundle

DEMO = Path(__file__).parents[3] / "demo"


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> ViewSet:
    """Twelve objects of the first rooms, and the pictures of their products."""
    rows, products = [], []
    for scene in json.loads((DEMO / "rooms.json").read_text())["scenes"][:3]:
        sides = (scene["width"], scene["height"]) * 2
        for thing in scene["objects"]:
            if thing["visible"] > 0.8 and len(rows) < 12:
                x1, y1, x2, y2 = (round(a * b, 1) for a, b in zip(thing["box"], sides, strict=True))
                product = thing["product_id"]
                rows.append(
                    Row(str(DEMO / scene["scene"]), "scene", product, thing["category"], (x1, y1, x2, y2))
                )
                products.append(
                    Row(
                        str(DEMO / "products" / f"{product}.webp"),
                        "product",
                        product,
                        thing["category"],
                        main=True,
                    )
                )
    folder = tmp_path_factory.mktemp("views") / "rooms"
    write_views(folder, [*rows, *dict.fromkeys(products)])
    return open_views(folder)


def test_a_dozen_objects_of_rooms(rooms: ViewSet) -> None:
    embedder, detector = open_bundle("embedder-lite"), open_bundle("detector-lite")
    asked = ask([rooms], "all")
    [one] = evaluate([embedder], asked, detector=detector, replicates=20).measured
    queries, corpus = one.benchmark.queries, one.benchmark.corpus
    assert len(queries) == 12

    # The same with the parts themselves, one query at a time.
    model, finder = Embedder(embedder, threads=1), Detector(detector, threads=1)
    codes = model.embed([load(view) for view in corpus]).codes
    for i, view in enumerate(queries):
        [code] = model.embed([load(view)]).codes
        order = np.argsort(hamming(code[None], codes)[0], kind="stable")
        first = [corpus[j].instance for j in order].index(view.instance)
        ranked = one.answers[0][Way("given", "everything"), "binary"].ranked
        assert ranked.first[i] == first
        assert one.found is not None
        found = finder.detect(read(view.path))
        assert view.box is not None
        overlaps = geometry.iou([view.box], found.boxes)[0]
        assert one.found.missed[i] == (overlaps.max(initial=0) < SAME_OBJECT)
    given = one.answers[0][Way("given", "everything"), "binary"].scores["p@1"].mean()
    # Far above what drawing one of the dozen products would give.
    assert given > 0.4
