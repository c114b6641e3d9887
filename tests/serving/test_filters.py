"""Filters over HTTP, in every place that takes them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.serving.pictures import ROOM

CHEAP = {"and": [{"field": "brand", "value": "Norr"}, {"field": "price", "lt": 90}]}


def hits(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    found = body["objects"][0] if "objects" in body else body
    return [hit["product_id"] for hit in found["hits"]]


@pytest.mark.parametrize(
    "send",
    [
        lambda client, where: client.post(
            "/v1/search", json={"object_id": "room-00/0", "where": where, "k": 50}
        ),
        lambda client, where: client.post(
            "/v1/search", json={"scene_id": "room-00", "where": where, "k": 50}
        ),
        lambda client, where: client.post(
            "/v1/search", json={"product_id": "chair-1", "where": where, "k": 50}
        ),
        lambda client, where: client.get(
            "/v1/scenes/room-00/objects/0/products", params={"where": where, "k": 50}
        ),
        lambda client, where: client.get("/v1/products/chair-1/similar", params={"where": where, "k": 50}),
        lambda client, where: client.post(
            "/v1/search", files={"photo": ROOM}, data={"where": where, "k": 50}
        ),
    ],
)
def test_a_filter_as_text(client: httpx.Client, send: Any) -> None:
    # Every fourth chair is on sale, for 79 and more; of forty, three are below 90.
    assert sorted(hits(send(client, "brand:norr AND price < 90"))) == ["chair-0", "chair-4", "chair-8"]
    assert hits(send(client, "brand:nobody")) == []
    answer = send(client, "brand:norr price < 90")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == ("bad_query", "where")
    assert error["message"].startswith("where, column 12: ")


def test_a_filter_as_json(client: httpx.Client) -> None:
    body = {"object_id": "room-00/0", "where": CHEAP}
    assert sorted(hits(client.post("/v1/search", json=body))) == ["chair-0", "chair-4", "chair-8"]
    as_text = {"photo": ROOM}, {"where": '{"field": "price", "lt": 90}'}
    assert len(hits(client.post("/v1/search", files=as_text[0], data=as_text[1]))) == 3


@pytest.mark.parametrize(
    "where", [5, [], True, {"and": 3}, {"field": "category", "value": "Chars"}, "category:Chars", "a:\x00 b"]
)
def test_what_is_no_filter_names_the_field(client: httpx.Client, where: object) -> None:
    answer = client.post("/v1/search", json={"object_id": "room-00/0", "where": where})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "where"


def test_deep_json_is_refused(client: httpx.Client) -> None:
    deep = '{"not": ' * 400 + "{}" + "}" * 400
    body = f'{{"object_id": "room-00/0", "where": {deep}}}'
    answer = client.post("/v1/search", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "where")


def test_least_similarity_widening_and_explanation(client: httpx.Client) -> None:
    address = "/v1/scenes/room-00/objects/0/products"
    plain = client.get(address, params={"k": 50}).json()
    assert (len(plain["hits"]), plain["widened"], plain["explanation"]) == (40, None, None)
    wide = client.get(address, params={"k": 50, "relax": True, "explain": True}).json()
    assert len(wide["hits"]) == 50
    assert wide["widened"] == "to the categories beside it in Furniture"
    assert wide["next_offset"] == 50
    assert [step["widened"] for step in wide["explanation"]["steps"]] == [None, wide["widened"]]
    least = plain["hits"][5]["similarity"]
    near = client.get(address, params={"k": 50, "min_similarity": least}).json()["hits"]
    assert near == [hit for hit in plain["hits"] if hit["similarity"] >= least]


@pytest.mark.parametrize(
    ("name", "value"), [("min_similarity", "2"), ("relax", "perhaps"), ("explain", "7"), ("gender", "robots")]
)
def test_wrong_values_name_the_field(client: httpx.Client, name: str, value: str) -> None:
    answers = [
        client.get("/v1/products/chair-1/similar", params={name: value}),
        client.post("/v1/search", json={"product_id": "chair-1", name: value}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, name)
    assert client.get("/v1/products/chair-1/similar", params={"gender": "women"}).status_code == 200


def test_the_description_has_the_fields(client: httpx.Client) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    names = {"where", "min_similarity", "relax", "explain", "gender"}
    body = paths["/v1/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert names <= set(body["properties"])
    for path in ("/v1/scenes/{scene_id}/objects/{n}/products", "/v1/products/{product_id}/similar"):
        assert names <= {one["name"] for one in paths[path]["get"]["parameters"]}
