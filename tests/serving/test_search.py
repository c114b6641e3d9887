"""Searching over HTTP: photos, scenes, objects, products."""

from __future__ import annotations

import threading

import httpx
import pytest

from shopthelook import Shop
from tests.serving.pictures import EMPTY, ROOM, encoded


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["category"]["name"] for one in answer.json()["objects"]]


def test_decompose_finds_the_objects(client: httpx.Client) -> None:
    answer = client.post("/v1/decompose", files={"photo": ROOM})
    assert sorted(names(answer)) == ["Chairs", "Sofas"]
    body = answer.json()
    assert (body["width"], body["height"]) == (320, 240)
    chair = next(one for one in body["objects"] if one["category"]["name"] == "Chairs")
    assert chair["box"] == pytest.approx([40 / 320, 60 / 240, 120 / 320, 180 / 240], abs=0.02)
    assert chair["score"] > 0.9
    assert chair["id"] is None


def test_decompose_keeps_to_the_threshold(client: httpx.Client) -> None:
    # The tiny detector takes these two for one chair, of which it is half sure.
    photo = {"photo": encoded((0, 20, 60, 80, 180), (0, 200, 60, 260, 180))}
    assert names(client.post("/v1/decompose", files=photo, data={"threshold": "0.3"})) == ["Chairs"]
    assert names(client.post("/v1/decompose", files=photo, data={"threshold": "0.9"})) == []


def test_a_photo_answers_products_per_object(client: httpx.Client) -> None:
    answer = client.post("/v1/search", files={"photo": ROOM}, data={"k": "3"})
    assert sorted(names(answer)) == ["Chairs", "Sofas"]
    assert answer.json()["whole_picture"] is False
    for found in answer.json()["objects"]:
        kind = found["category"]["name"].lower().rstrip("s")
        assert len(found["hits"]) == 3
        assert all(hit["product_id"].startswith(kind) for hit in found["hits"])
        distances = [hit["distance"] for hit in found["hits"]]
        assert distances == sorted(distances)
        assert all(0 <= hit["similarity"] <= 1 for hit in found["hits"])
        assert all(hit["image"].startswith("/v1/pictures/") for hit in found["hits"])


def test_hits_say_what_a_card_shows(client: httpx.Client) -> None:
    answer = client.get("/v1/products/chair-4").json()
    assert answer["title"] == "Chair number 4"
    assert (answer["price"], answer["sale_price"], answer["currency"]) == ("103.50", "83.00", "EUR")
    assert answer["link"] == "https://shop.example/chair-4"
    assert answer["category"] == {"id": 443, "name": "Chairs", "path": "Furniture > Chairs"}


def test_a_picture_without_objects_is_searched_whole_and_says_so(client: httpx.Client) -> None:
    body = client.post("/v1/search", files={"photo": EMPTY}, data={"k": "2"}).json()
    assert body["whole_picture"] is True
    assert body["objects"][0]["box"] == [0, 0, 1, 1]
    assert body["objects"][0]["category"] is None
    assert len(body["objects"][0]["hits"]) == 2


def test_a_box_is_searched_instead_of_detecting(client: httpx.Client) -> None:
    sent = {"box": "0.125,0.25,0.375,0.75", "category": "Furniture > Chairs", "k": "2"}
    body = client.post("/v1/search", files={"photo": ROOM}, data=sent).json()
    assert body["whole_picture"] is False
    assert [one["box"] for one in body["objects"]] == [[0.125, 0.25, 0.375, 0.75]]
    assert all(hit["product_id"].startswith("chair") for hit in body["objects"][0]["hits"])


def test_a_box_over_the_edge_is_cut(client: httpx.Client) -> None:
    body = client.post("/v1/search", files={"photo": ROOM}, data={"box": "-1,0.5,0.5,9"}).json()
    assert body["objects"][0]["box"] == [0, 0.5, 0.5, 1]


def test_the_category_overrides_the_detector(client: httpx.Client) -> None:
    body = client.post("/v1/search", files={"photo": ROOM}, data={"category": "Tables", "k": "1"}).json()
    assert all(one["searched"]["name"] == "Tables" for one in body["objects"])
    assert all(one["hits"][0]["product_id"].startswith("table") for one in body["objects"])


@pytest.mark.parametrize("as_json", [True, False])
def test_a_stored_scene_answers_for_every_object(client: httpx.Client, as_json: bool) -> None:
    fields = {"scene_id": "room-00", "k": 2}
    sent = {"json": fields} if as_json else {"data": fields}
    body = client.post("/v1/search", **sent).json()
    assert [one["id"] for one in body["objects"]] == ["room-00/0", "room-00/1", "room-00/2"]
    assert all(len(one["hits"]) == 2 for one in body["objects"])
    assert (body["width"], body["height"]) == (800, 600)


def test_a_box_of_a_stored_scene(client: httpx.Client) -> None:
    body = client.post("/v1/search", json={"scene_id": "room-00", "box": [0.07, 0.5, 0.28, 0.77]}).json()
    assert body["objects"][0]["hits"][0]["product_id"].startswith("chair")


def test_a_stored_object_answers_without_a_model(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_model(*args: object, **kwargs: object) -> None:
        raise AssertionError("a model ran")

    monkeypatch.setattr(shop.embedder, "embed", no_model)
    monkeypatch.setattr(shop.detector, "detect", no_model)
    searched = client.post("/v1/search", json={"object_id": "room-00/1", "k": 5}).json()["objects"][0]["hits"]
    listed = client.get("/v1/scenes/room-00/objects/1/products?k=5").json()["hits"]
    assert searched == listed
    assert len(listed) == 5
    assert client.post("/v1/search", json={"product_id": "sofa-1", "k": 5}).status_code == 200


def test_a_product_finds_others_like_it(client: httpx.Client) -> None:
    body = client.post("/v1/search", json={"product_id": "sofa-1", "k": 4}).json()
    ids = [hit["product_id"] for hit in body["objects"][0]["hits"]]
    assert len(ids) == 4
    assert "sofa-1" not in ids
    assert all(one.startswith("sofa") for one in ids)
    assert ids == [hit["product_id"] for hit in client.get("/v1/products/sofa-1/similar?k=4").json()["hits"]]


def test_the_feed_goes_to_its_end_without_repeating(client: httpx.Client) -> None:
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = client.get(f"/v1/scenes/room-00/objects/0/products?k=15&offset={offset}").json()
        seen += [hit["product_id"] for hit in page["hits"]]
        offset = page["next_offset"]
    assert len(seen) == 40
    assert set(seen) == {f"chair-{n}" for n in range(40)}


def test_many_at_once(address: str) -> None:
    answers: list[int] = []

    def ask() -> None:
        with httpx.Client(base_url=address, timeout=30) as own:
            answers.extend(own.post("/v1/search", files={"photo": ROOM}).status_code for _ in range(3))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 24
