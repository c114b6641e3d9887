"""Products given by a program."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from shopthelook import Shop
from tests.pipeline.feeds import BLUE, RED, png
from tests.pipeline.web import Web


@pytest.fixture
def open_to_private(shop: Shop) -> Iterator[Shop]:
    settings = shop.directory / "shop.toml"
    settings.write_text(settings.read_text().replace("allow_private = false", "allow_private = true"))
    with Shop.open(shop.directory, threads=1) as reopened:
        yield reopened


def test_products_are_found_when_the_call_returns(open_to_private: Shop, web: Web) -> None:
    shop = open_to_private
    web.files |= {"/a.png": png(RED, 1), "/b.png": png(BLUE, 2)}
    a = {"id": "a", "title": "A", "image_link": f"{web.address}/a.png", "price": "9.5 EUR"}
    b = {"g:id": "b", "title": "B", "image link": f"{web.address}/b.png"}
    report = shop.upsert_products([a, b])
    assert (report.added, report.failed, report.problems, report.embedded) == (("a", "b"), (), (), 2)
    assert report.seq == shop.catalog.last_seq()
    hit = shop.search(png(RED, 1), box=(0.125, 0.125, 0.875, 0.875), k=1).objects[0].hits[0]
    assert (hit.product_id, hit.distance, hit.product.price) == ("a", 0, Decimal("9.5"))
    again = shop.upsert_products([a | {"title": "New"}, b])
    assert (again.updated, again.unchanged, again.embedded) == (("a",), ("b",), 0)
    assert web.asked["/a.png"] == 1


def test_what_is_refused(open_to_private: Shop, web: Web, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    web.files["/a.png"] = png()
    link = f"{web.address}/a.png"
    report = open_to_private.upsert_products(
        [
            {"id": "file", "image_link": str(tmp_path / "a.png")},
            {"id": "gone", "image_link": f"{web.address}/gone.png"},
            {"title": "no id", "image_link": link},
            {"id": "none"},
            "nonsense",  # type: ignore[list-item]
            {"id": "twice", "title": "one", "image_link": link},
            {"id": "twice", "title": "two", "image_link": link},
        ]
    )
    assert report.added == ("twice",)
    assert set(report.failed) == {"file", "gone", "#3", "none", "#5"}
    assert {(one.line, one.field) for one in report.problems} == {
        (1, "image_link"),
        (2, "image_link"),
        (3, "id"),
        (4, "image_link"),
        (5, None),
        (6, "id"),
    }
    record = open_to_private.catalog.product("twice")
    assert record is not None
    assert record.product.title == "two"


def test_private_addresses_are_refused(shop: Shop, web: Web) -> None:
    web.files["/a.png"] = png()
    report = shop.upsert_products([{"id": "a", "image_link": f"{web.address}/a.png"}])
    assert report.failed == ("a",)
    assert not web.asked
    assert shop.upsert_products([]).seq == 0
