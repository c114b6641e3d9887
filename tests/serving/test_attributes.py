"""What is said of looks, over HTTP: who says it, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from shopthelook import Shop
from tests.fixtures.tiny_shop import running
from tests.fixtures.wardrobe import BLUE, DARK, RED, looks, make_wardrobe, on_white, photo_of, png

LOOK = png(photo_of((20, looks(RED, DARK, striped=True)), (200, looks(BLUE))))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A shop of dresses and a sofa, with one look."""
    folder = tmp_path_factory.mktemp("wardrobe")
    feed = folder / "feed.csv"
    feed.write_text(
        "id,title,image_link,color,gender,google_product_category\n"
        "women,Dress,women.png,,,\nmen,Dress,men.png,,,\nteal,Dress,men.png,Navy Blue,female,Dresses\n"
        "sofa,Sofa,sofa.png,,,\n",
        encoding="utf-8",
    )
    for name, thing in (("women", looks(RED)), ("men", looks(RED, DARK)), ("sofa", looks(BLUE))):
        (folder / f"{name}.png").write_bytes(on_white(thing))
    (folder / "photos").mkdir()
    (folder / "photos" / "look.png").write_bytes(LOOK)
    with Shop.create(folder / "shop", threads=1, **make_wardrobe(folder)) as shop:
        shop.import_products(feed)
        shop.import_scenes(folder / "photos")
        with running(shop) as address, httpx.Client(base_url=address, timeout=20) as made:
            yield made


def said(body: dict[str, list[dict[str, object]]]) -> dict[object, tuple[object, object]]:
    for one in body["attributes"]:
        assert (one["by"] == "merchant") is (one["confidence"] is None)
    return {one["name"]: (one["value"], one["by"]) for one in body["attributes"]}


def test_a_product(client: httpx.Client) -> None:
    women = client.get("/v1/products/women").json()
    assert said(women) == {
        "color": ("Red", "model"),
        "pattern": ("Solid", "model"),
        "gender": ("female", "model"),
    }
    assert women["category"]["name"] == "Dresses"
    assert women["category_source"] == "predicted"
    assert 0.3 <= women["category_score"] <= 1
    teal = client.get("/v1/products/teal").json()
    assert said(teal) == {
        "color": ("Navy Blue", "merchant"),
        "pattern": ("Solid", "model"),
        "gender": ("female", "merchant"),
    }
    assert teal["category_score"] is None


def test_objects_of_a_scene(client: httpx.Client) -> None:
    objects = sorted(client.get("/v1/scenes/look").json()["objects"], key=lambda one: one["box"][0])
    assert said(objects[0]) == {
        "color": ("Red", "model"),
        "pattern": ("Striped", "model"),
        "gender": ("male", "model"),
    }
    assert said(objects[1]).keys() == {"color", "pattern"}
    page = client.get(f"/v1/scenes/{objects[0]['id'].replace('/', '/objects/')}/products").json()
    assert said(page) == said(objects[0])
    # The object is a man's: the women's dresses are left out, whoever says that they are.
    assert [hit["product_id"] for hit in page["hits"]] == ["men"]
    assert said(page["hits"][0])["gender"] == ("male", "model")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("color:Red", {"women", "men"}),
        ("color:blue", {"teal", "sofa"}),
        ("pattern:Solid", {"women", "men", "teal", "sofa"}),
        ("gender:female", {"women", "teal"}),
        ("NOT gender:female", {"men", "sofa"}),
    ],
)
def test_filters(client: httpx.Client, where: str, expected: set[str]) -> None:
    sent = {"box": "0,0,1,1", "where": where}
    body = client.post("/v1/search", files={"photo": LOOK}, data=sent).json()
    assert {hit["product_id"] for hit in body["objects"][0]["hits"]} == expected


def test_a_photo_is_searched_by_the_objects_own_gender(client: httpx.Client) -> None:
    def dresses(**more: str) -> set[str]:
        objects = client.post("/v1/search", files={"photo": LOOK}, data=more).json()["objects"]
        (dress,) = [one for one in objects if one["category"]["name"] == "Dresses"]
        return {hit["product_id"] for hit in dress["hits"]}

    assert dresses() == {"men"}
    assert dresses(gender="women") == {"women", "teal"}
    assert dresses(gender="any") == {"women", "men", "teal"}


def test_decompose_says_it_on_request(client: httpx.Client) -> None:
    plain = client.post("/v1/decompose", files={"photo": LOOK}).json()
    assert [one["attributes"] for one in plain["objects"]] == [[], []]
    asked = client.post("/v1/decompose", files={"photo": LOOK}, data={"attributes": "true"}).json()
    assert sorted(said(one)["color"][0] for one in asked["objects"]) == ["Blue", "Red"]
