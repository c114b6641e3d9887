"""A server whose disk takes no more: writes answer 503, searches go on, and writes go on when there is room."""

from __future__ import annotations

import sys

import httpx
import pytest

from shopthelook import Shop
from tests.fixtures.disks import limited_files
from tests.serving.pictures import ROOM
from tests.serving.test_errors import check

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of files are set as on Unix")


def test_a_full_disk(client: httpx.Client, shop: Shop) -> None:
    product_id = next(shop.catalog.product_ids())
    before = shop.catalog.last_seq()
    with limited_files(1):
        for _ in range(2):
            answer = client.delete(f"/v1/products/{product_id}")
            check(answer, 503, "storage", None)
            assert str(shop.directory) not in answer.text
        assert client.get(f"/v1/products/{product_id}").status_code == 200
        assert client.post("/v1/search", files={"photo": ROOM}).status_code == 200
    assert shop.catalog.last_seq() == before
    [record] = shop.catalog.products([product_id]).values()
    assert client.delete(f"/v1/products/{product_id}").json() == {"removed": 1}
    shop.catalog.put_products([record])
