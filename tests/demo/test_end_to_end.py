"""The whole way with the shipped models: the demo feed in, a rendered room's own products out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from demo.evaluate import evaluate, summary

from shopthelook import Shop

DEMO = Path(__file__).parents[2] / "demo"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.create(tmp_path_factory.mktemp("demo") / "shop") as shop:
        report = shop.import_products(DEMO / "products.tsv")
        assert report.failed == 0
        assert report.embedded == report.added >= 400
        yield shop


def test_importing_again_embeds_nothing(shop: Shop) -> None:
    again = shop.import_products(DEMO / "products.tsv", replace=True)
    assert (again.added, again.updated, again.removed, again.embedded) == (0, 0, 0, 0)
    assert again.unchanged >= 400


def test_rooms_find_their_own_products(shop: Shop) -> None:
    figures = summary(evaluate(shop, limit=30))
    assert figures["given boxes, top 5"] >= 0.6
    assert figures["detected"] >= 0.3


def test_scenes_are_shoppable(shop: Shop) -> None:
    report = shop.import_scenes(sorted((DEMO / "scenes").glob("*.webp"))[:12])
    assert report.added == 12
    objects = [shop.scene(scene.id)[1] for scene in shop.scenes()]
    assert sum(bool(found) for found in objects) >= 11
    # The detector speaks of clothes too, which a furniture shop does not sell.
    answers = [len(shop.search_object(one.id, k=5).hits) for found in objects for one in found]
    assert sum(n == 5 for n in answers) >= 0.9 * len(answers)
