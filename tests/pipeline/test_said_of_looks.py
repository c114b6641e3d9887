"""What an embedder's heads say, from the pixels of pictures to the products that a filter finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shopthelook import Shop
from shopthelook.catalog import Product
from shopthelook.pipeline.attributes import guessed
from tests.fixtures.tiny_bundles import WARDROBE, WARDROBE_HEADS, make_tiny_embedder
from tests.fixtures.wardrobe import (
    BLUE,
    DARK,
    GREEN,
    LIGHT,
    MIDDLE,
    RED,
    looks,
    make_wardrobe,
    on_white,
    photo_of,
)
from tests.pipeline.feeds import Feed


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_wardrobe(tmp_path_factory.mktemp("wardrobe"))


def add(feed: Feed, key: str, thing: NDArray[np.uint8], **fields: str) -> dict[str, str]:
    """A product with this picture."""
    (feed.folder / f"{key}.png").write_bytes(on_white(thing))
    row = feed.add(key, image_link=f"{key}.png")
    row.update(fields)
    return row


@pytest.fixture
def shop(tmp_path: Path, bundles: dict[str, str]) -> Iterator[Shop]:
    with Shop.create(tmp_path / "shop", threads=1, **bundles) as made:
        yield made


def product(shop: Shop, key: str) -> Product:
    record = shop.catalog.product(key)
    assert record is not None
    return record.product


def said(shop: Shop, key: str) -> dict[str, str]:
    return {name: guess.value for name, guess in product(shop, key).guesses.items()}


def found(shop: Shop, **options: Any) -> set[str]:
    (one,) = shop.search(looks(RED), box="0,0,1,1", k=50, **options).objects
    return {hit.product_id for hit in one}


def test_products_get_what_the_picture_shows(shop: Shop, feed: Feed) -> None:
    add(feed, "dress", looks(RED))
    add(feed, "shirt", looks(GREEN, DARK, striped=True))
    add(feed, "coat", looks(RED, MIDDLE))
    add(feed, "sofa", looks(BLUE, DARK))
    shop.import_products(feed.write().path)
    assert said(shop, "dress") == {"color": "Red", "pattern": "Solid", "gender": "female"}
    assert said(shop, "shirt") == {"color": "Green", "pattern": "Striped", "gender": "male"}
    assert said(shop, "coat") == {"color": "Red", "pattern": "Solid", "gender": "unisex"}
    assert said(shop, "sofa") == {"color": "Blue", "pattern": "Solid"}  # furniture has no gender
    for key in ("dress", "shirt", "sofa"):
        for name, guess in product(shop, key).guesses.items():
            assert (0.4 if name == "color" else 0.75) <= guess.confidence <= 1
    assert 0.5 <= product(shop, "coat").guesses["gender"].confidence < 0.75


def test_filters_find_them(shop: Shop, feed: Feed) -> None:
    add(feed, "dress", looks(RED))
    add(feed, "stripes", looks(RED, DARK, striped=True))
    add(feed, "shirt", looks(GREEN, MIDDLE), gender="male")
    add(feed, "navy", looks(RED, 0.9), color="Navy Blue", pattern="Floral")
    add(feed, "sofa", looks(BLUE))
    shop.import_products(feed.write().path)
    assert found(shop, where="color:red") == {"dress", "stripes"}
    assert found(shop, where="color:Blue") == {"navy", "sofa"}
    assert found(shop, where="color:'navy blue'") == {"navy"}
    assert found(shop, where="pattern:STRIPED") == {"stripes"}
    assert found(shop, where="pattern:solid AND NOT color:Blue") == {"dress", "shirt"}
    assert found(shop, where="gender:Women") == {"dress", "navy"}
    assert found(shop, where="gender:male") == {"stripes", "shirt"}


def test_the_merchants_word_wins_and_the_models_is_kept(shop: Shop, feed: Feed) -> None:
    row = add(feed, "a", looks(RED, striped=True), color="teal", gender="male")
    shop.import_products(feed.write().path)
    assert said(shop, "a") == {"color": "Red", "pattern": "Striped", "gender": "female"}
    assert (product(shop, "a").color, product(shop, "a").gender) == ("teal", "male")
    (hit,) = shop.search(looks(RED), box="0,0,1,1").objects[0]
    told = [(one.name, one.value, one.by) for one in hit.attributes]
    assert told == [
        ("color", "teal", "merchant"),
        ("pattern", "Striped", "model"),
        ("gender", "male", "merchant"),
    ]
    row["color"] = row["gender"] = ""
    assert shop.import_products(feed.write().path).embedded == 0
    assert found(shop, where="color:red AND gender:female") == {"a"}


def test_a_row_that_changed_keeps_what_was_said(shop: Shop, feed: Feed) -> None:
    row = add(feed, "a", looks(RED))
    shop.import_products(feed.write().path)
    before = product(shop, "a").guesses
    row["title"] = "New words"
    report = shop.import_products(feed.write().path)
    assert (report.updated, report.embedded) == (1, 0)
    assert product(shop, "a").guesses == before


def test_a_category_of_the_merchant_decides_what_makes_sense(shop: Shop, feed: Feed) -> None:
    row = add(feed, "a", looks(RED), google_product_category="Furniture > Sofas")
    shop.import_products(feed.write().path)
    assert said(shop, "a") == {"color": "Red", "pattern": "Solid"}
    row["google_product_category"] = "Dresses"  # now there is a gender to be told
    assert shop.import_products(feed.write().path).embedded == 1
    assert said(shop, "a") == {"color": "Red", "pattern": "Solid", "gender": "female"}
    row["google_product_category"] = "Furniture > Chairs"
    assert shop.import_products(feed.write().path).embedded == 0
    assert said(shop, "a") == {"color": "Red", "pattern": "Solid"}


def test_products_of_one_picture_and_two_categories(shop: Shop, feed: Feed) -> None:
    add(feed, "a", looks(RED), google_product_category="Furniture > Sofas")
    add(feed, "b", looks(RED), google_product_category="Dresses")
    assert shop.import_products(feed.write().path).embedded == 1
    assert said(shop, "a").keys() == {"color", "pattern"}
    assert said(shop, "b").keys() == {"color", "pattern", "gender"}


def test_a_category_is_given_only_where_it_is_sure(
    tmp_path: Path, bundles: dict[str, str], feed: Feed
) -> None:
    labels = [{**label, "threshold": 0.97 if place else 0.5} for place, label in enumerate(WARDROBE)]
    strict = make_tiny_embedder(tmp_path, 64, "strict", **{**WARDROBE_HEADS, "labels": labels})
    row = add(feed, "unsure", looks(GREEN, DARK))
    add(feed, "sure", looks(RED, DARK))
    models = {**bundles, "embedder": str(strict)}
    with Shop.create(tmp_path / "strict-shop", threads=1, **models) as shop:
        shop.import_products(feed.write().path)
        unsure, sure = product(shop, "unsure"), product(shop, "sure")
        assert (unsure.category_id, unsure.category_source, unsure.category_score) == (None, None, None)
        assert (sure.category_id, sure.category_source) == (2271, "predicted")
        assert sure.category_score is not None
        assert 0.5 <= sure.category_score < 0.97
        # Who knows no category knows no gender, and finds it where no category is asked for.
        assert said(shop, "unsure") == {"color": "Green", "pattern": "Solid"}
        assert found(shop) == {"unsure", "sure"}
        row["title"] = "New words"
        assert shop.import_products(feed.write().path).embedded == 0
        assert product(shop, "unsure").category_id is None
        row["google_product_category"] = "Shirts & Tops"
        shop.import_products(feed.write().path)
        assert (product(shop, "unsure").category_source, said(shop, "unsure")["gender"]) == (
            "merchant",
            "male",
        )


def test_embedding_again_renews_what_is_said(tmp_path: Path, shop: Shop, feed: Feed) -> None:
    add(feed, "a", looks(RED), color="teal")
    shop.import_products(feed.write().path)
    heads = [{"name": "color", "labels": ["Crimson", "Lime", "Navy"], "least": 0.4}]
    outputs = {name: name for name in ("embedding", "category", "color")}
    card = {"labels": [dict(label) for label in WARDROBE], "heads": heads, "outputs": outputs}
    other = make_tiny_embedder(tmp_path, 128, "other", **card)
    settings = shop.directory / "shop.toml"
    text = settings.read_text(encoding="utf-8")
    line = next(one for one in text.splitlines() if one.startswith("embedder"))
    settings.write_text(text.replace(line, f'embedder = "{other}"'), encoding="utf-8")
    with Shop.open(shop.directory, threads=1) as reopened:
        reopened.embed_products()
        assert said(reopened, "a") == {"color": "Crimson"}
        assert product(reopened, "a").color == "teal"


@pytest.fixture
def clothed(shop: Shop, feed: Feed) -> Shop:
    """Dresses of women, of men, of both, and two of which the merchant says whose they are; a sofa."""
    for key, shade in (("women", LIGHT), ("men", DARK), ("both", MIDDLE)):
        add(feed, key, looks(RED, shade), google_product_category="Dresses")
    add(feed, "merchant-men", looks(RED), google_product_category="Dresses", gender="male")
    add(feed, "sofa", looks(BLUE, DARK))
    shop.import_products(feed.write().path)
    return shop


@pytest.mark.parametrize(
    ("shade", "expected"),
    [
        (LIGHT, {"women", "both"}),
        (DARK, {"men", "both", "merchant-men"}),
        (MIDDLE, {"women", "men", "both", "merchant-men"}),
    ],
)
def test_an_objects_own_gender_restricts_where_it_is_sure(
    clothed: Shop, shade: float, expected: set[str]
) -> None:
    photo = photo_of((20, looks(RED, shade)), (200, looks(BLUE, DARK)))
    dress, sofa = sorted(clothed.search(photo), key=lambda one: one.box.x1)
    assert {hit.product_id for hit in dress} == expected
    assert {hit.product_id for hit in sofa} == {"sofa"}
    assert {one.name for one in sofa.attributes} == {"color", "pattern"}
    every = min(clothed.search(photo, gender="any"), key=lambda one: one.box.x1)
    assert {hit.product_id for hit in every} == {"women", "men", "both", "merchant-men"}


def test_a_products_gender_by_the_model_restricts_too(clothed: Shop) -> None:
    assert {hit.product_id for hit in clothed.search_product("women")} == {"both"}
    assert {hit.product_id for hit in clothed.search_product("men")} == {"both", "merchant-men"}
    assert {hit.product_id for hit in clothed.search_product("merchant-men")} == {"men", "both"}
    assert len(clothed.search_product("both")) == 3
    asked = clothed.search_product("merchant-men")
    assert [(one.name, one.value, one.by) for one in asked.attributes] == [
        ("color", "Red", "model"),
        ("pattern", "Solid", "model"),
        ("gender", "male", "merchant"),
    ]


def test_objects_of_scenes_keep_what_is_said(clothed: Shop, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    photo = photo_of((20, looks(RED, DARK, striped=True)), (200, looks(BLUE)))
    Image.fromarray(photo).save(photos / "look.png")
    clothed.import_scenes(photos)
    _, objects = clothed.scene("look")
    dress, sofa = sorted(objects, key=lambda one: one.box.x1)
    assert {name: guess.value for name, guess in dress.guesses.items()} == {
        "color": "Red",
        "pattern": "Striped",
        "gender": "male",
    }
    assert sofa.guesses.keys() == {"color", "pattern"}
    hits = clothed.search_object(dress.id)
    assert hits.attributes == guessed(dress.guesses)
    assert {hit.product_id for hit in hits} == {"men", "both", "merchant-men"}


def test_decomposing_says_it_where_objects_are_embedded(shop: Shop) -> None:
    photo = photo_of((20, looks(RED)))
    (plain,) = shop.decompose(photo)
    assert plain.attributes == ()
    (one,) = shop.decompose(photo, embed=True)
    assert one.guesses.keys() == {"color", "pattern", "gender"}
    assert one.guesses["color"].value == "Red"
    document = one.as_dict()["attributes"]
    assert [(said["name"], said["by"]) for said in document] == [
        ("color", "model"),
        ("pattern", "model"),
        ("gender", "model"),
    ]


def test_an_embedder_without_heads_says_nothing(new_shop: Callable[..., Shop], feed: Feed) -> None:
    bare = new_shop("bare")
    feed.fill(2)
    bare.import_products(feed.path)
    assert said(bare, "p0000") == {}
    assert product(bare, "p0000").category_source == "predicted"
