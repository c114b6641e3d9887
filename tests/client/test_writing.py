"""Products written by both clients, with keys and without."""

from __future__ import annotations

import pytest

from shopthelook import Shop
from shopthelook.client import ApiError
from tests.client.conftest import Ask
from tests.serving.conftest import NewKey, Serve
from tests.serving.test_products import chair, picture_host

__all__ = ["picture_host"]


def test_products_come_in_batches_and_go(ask: Ask, address: str, shop: Shop, picture_host: str) -> None:
    products = [chair(f"batch/{n}", picture_host) for n in range(5)]
    products[3]["image_link"] = f"{picture_host}/gone.png"
    done = ask(address, "upsert", (one for one in products), batch=2)
    assert [one.id for one in done.results] == [f"batch/{n}" for n in range(5)]
    assert [one.status for one in done.results] == ["added", "added", "added", "failed", "added"]
    assert [(one.id, one.problems[0].field) for one in done.failed] == [("batch/3", "image_link")]
    assert done.seq == shop.catalog.last_seq()
    again = ask(address, "upsert", products[:3], batch=100)
    assert {one.status for one in again.results} == {"unchanged"}
    assert ask(address, "product", "batch/4").title == "Fresh chair"
    assert ask(address, "delete", (f"batch/{n}" for n in range(6)), batch=2) == 4
    assert shop.catalog.product("batch/4") is None


@pytest.mark.parametrize("key", ["..", ".", "a/../b", "50% off?", "ä #1", "x/similar-not"])
def test_ids_of_any_kind(ask: Ask, address: str, picture_host: str, key: str) -> None:
    assert ask(address, "upsert", [chair(key, picture_host)]).results[0].id == key
    assert ask(address, "product", key).product_id == key
    assert ask(address, "similar", key, page=200)
    assert ask(address, "delete", [key]) == 1


def test_nothing_to_write(ask: Ask, address: str) -> None:
    assert ask(address, "upsert", []).results == ()
    assert ask(address, "delete", []) == 0
    with pytest.raises(ValueError, match="at least 1"):
        ask(address, "delete", ["x"], batch=0)


def test_a_key_is_sent_where_one_is_given(ask: Ask, serve: Serve, new_key: NewKey) -> None:
    written = new_key("write")["Authorization"].removeprefix("Bearer ")
    with serve() as http:
        url = str(http.base_url)
        with pytest.raises(ApiError) as refused:
            ask(url, "delete", ["never"])
        assert (refused.value.status, refused.value.code) == (401, "key_required")
        assert ask(url, "delete", ["never"], client={"key": f"{written}\n"}) == 0
