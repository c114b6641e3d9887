"""Order and counts over HTTP, in every place that takes them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.fixtures.tiny_shop import PER_KIND
from tests.serving.pictures import ROOM

PAGE = "/v1/scenes/room-00/objects/0/products"


def first(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    found: dict[str, Any] = body["objects"][0] if "objects" in body else body
    return found


def paid(hit: dict[str, Any]) -> float:
    return float(hit["sale_price"] or hit["price"])


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.post(
            "/v1/search",
            json={"object_id": "room-00/0", "facets": ["brand", "price"], "sort": "price", "k": 9},
        ),
        lambda client: client.post(
            "/v1/search", json={"scene_id": "room-00", "facets": "brand,price", "sort": "price", "k": 9}
        ),
        lambda client: client.get(PAGE, params={"facets": "brand, price", "sort": "price", "k": 9}),
        lambda client: client.get(
            "/v1/products/chair-39/similar", params={"facets": "brand,price", "sort": "price", "k": 9}
        ),
        lambda client: client.post(
            "/v1/search",
            files={"photo": ROOM},
            data={"category": "Chairs", "facets": "brand,price", "sort": "price", "k": "9"},
        ),
    ],
)
def test_everywhere(client: httpx.Client, send: Any) -> None:
    found = first(send(client))
    amounts = [paid(hit) for hit in found["hits"]]
    assert len(amounts) == 9
    assert amounts == sorted(amounts)
    assert amounts[0] == 79
    brand, price = found["facets"]
    assert (brand["field"], price["field"]) == ("brand", "price")
    assert brand["complete"]
    assert brand["values"] == [
        {
            "value": "Norr",
            "count": brand["counted"],
            "selected": False,
            "where": "brand:Norr",
            "category": None,
        }
    ]
    assert [one["value"] for one in price["values"]] == ["50-100", "100-200"]


def test_without_being_asked_nothing_is_counted(client: httpx.Client) -> None:
    assert first(client.get(PAGE))["facets"] is None
    assert first(client.get(PAGE, params={"facets": "false"}))["facets"] is None
    fields = [one["field"] for one in first(client.get(PAGE, params={"facets": "true"}))["facets"]]
    assert fields == ["category", "color", "price", "brand", "pattern", "gender", "availability"]
    asked = client.post("/v1/search", json={"object_id": "room-00/0", "facets": True})
    assert [one["field"] for one in first(asked)["facets"]] == fields


def test_a_sorted_list_ends_with_the_nearest(client: httpx.Client) -> None:
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = first(client.get(PAGE, params={"k": 7, "offset": offset, "sort": "-price", "among": 20}))
        seen += [hit["product_id"] for hit in page["hits"]]
        offset = page["next_offset"]
    nearest = first(client.get(PAGE, params={"k": 20}))["hits"]
    assert set(seen) == {hit["product_id"] for hit in nearest}
    assert len(seen) == 20


def test_a_condition_of_a_count_finds_as_many(client: httpx.Client) -> None:
    price = first(client.get(PAGE, params={"facets": "price"}))["facets"][0]
    assert sum(one["count"] for one in price["values"]) == PER_KIND
    for one in price["values"]:
        found = first(client.get(PAGE, params={"where": one["where"], "k": 200, "facets": "price"}))
        assert len(found["hits"]) == one["count"]
        assert [value["count"] for value in found["facets"][0]["values"]] == [
            value["count"] for value in price["values"]
        ]
        assert [value["value"] for value in found["facets"][0]["values"] if value["selected"]] == [
            one["value"]
        ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "prize"),
        ("among", 0),
        ("among", 1001),
        ("facets", "color,,brand"),
        ("facets", ",".join(map(str, range(21)))),
    ],
)
def test_wrong_values_name_the_field(client: httpx.Client, name: str, value: Any) -> None:
    answers = [
        client.get(PAGE, params={name: value}),
        client.post("/v1/search", json={"object_id": "room-00/0", name: value}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, name), answer.text


@pytest.mark.parametrize("value", [5, [3], {"a": 1}, ["x" * 101]])
def test_what_is_no_list_of_fields(client: httpx.Client, value: Any) -> None:
    answer = client.post("/v1/search", json={"object_id": "room-00/0", "facets": value})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "facets")


def test_a_part_whose_kind_is_said_is_searched_like_a_found_object(client: httpx.Client) -> None:
    for found in client.post("/v1/search", files={"photo": ROOM}, data={"k": "30"}).json()["objects"]:
        box = ",".join(map(repr, found["box"]))
        sent = {"k": "30", "box": box, "kind": found["category"]["path"]}
        again = first(client.post("/v1/search", files={"photo": ROOM}, data=sent))
        assert again["searched"] == found["searched"]
        assert again["hits"] == found["hits"]
    answer = client.post("/v1/search", files={"photo": ROOM}, data={"kind": "Chairs"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "kind")
    unknown = client.post("/v1/search", files={"photo": ROOM}, data={"kind": "Chars", "box": "0,0,1,1"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_category")
