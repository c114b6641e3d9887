"""Pictures over HTTP: WebP for all, AVIF for who takes it, kept forever once they are as good as they get."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from PIL import Image

from shopthelook import Shop
from shopthelook.images.sizes import CAN_AVIF
from shopthelook.pipeline import layout
from shopthelook.serving.routes.pictures import _matches, _takes_avif

BROWSER = {"Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}


@pytest.fixture
def image(shop: Shop) -> Iterator[str]:
    """The address of a picture with much to keep, as photos have, of which no size has been made."""
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8))
    file = io.BytesIO()
    coarse.resize((400, 300), Image.Resampling.BICUBIC).save(file, "PNG")
    name = shop.pictures.put(file.getvalue())
    yield f"/v1/pictures/{name}?w=320"
    shop.pictures.later.wait()
    for path in layout.sizes(shop.directory).glob(f"??/{name}.*"):
        path.unlink()


@pytest.mark.skipif(not CAN_AVIF, reason="this Pillow cannot write AVIF")
def test_avif_for_who_takes_it_once_it_is_made(client: httpx.Client, shop: Shop, image: str) -> None:
    first = client.get(image, headers=BROWSER)
    assert (first.headers["content-type"], first.headers["vary"]) == ("image/webp", "Accept")
    # It is asked for again soon, since something smaller is on its way.
    assert first.headers["cache-control"] == "public, max-age=3600"
    client.get(image, headers=BROWSER)
    shop.pictures.later.wait()
    asked = BROWSER | {"If-None-Match": first.headers["etag"]}
    found = client.get(image, headers=asked)
    assert (found.status_code, found.headers["content-type"]) == (200, "image/avif")
    assert found.headers["vary"] == "Accept"
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["etag"] != first.headers["etag"]
    assert len(found.content) < len(first.content)
    with Image.open(io.BytesIO(found.content)) as picture:
        assert (picture.format, picture.width) == ("AVIF", 320)
    again = client.get(image, headers=BROWSER | {"If-None-Match": f'"x", W/{found.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == "Accept"


@pytest.mark.parametrize("accept", ["*/*", "image/*", "image/webp", "image/avif;q=0, image/webp", ""])
def test_webp_for_all_others_forever(client: httpx.Client, image: str, accept: str) -> None:
    for _ in range(2):
        answer = client.get(image, headers={"Accept": accept})
        assert (answer.headers["content-type"], answer.headers["vary"]) == ("image/webp", "Accept")
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("accept", "takes"),
    [
        (["image/avif"], True),
        (["text/html", "IMAGE/AVIF ; q=0.5"], True),
        (["image/avif;q=0"], False),
        (["image/avif; q=0.000"], False),
        (["image/avif;q=0.001"], True),
        (["image/avif-sequence"], False),
        (["*/*"], False),
        ([",;,;"], False),
        ([], False),
    ],
)
def test_what_takes_avif(accept: list[str], takes: bool) -> None:
    assert _takes_avif(accept) is takes


@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        (['"a"'], True),
        (['W/"a"'], True),
        (['"b", "a"'], True),
        (['"b"', '"a"'], True),
        (["*"], True),
        (['"ab"'], False),
        (["a"], False),
        ([], False),
    ],
)
def test_what_the_caller_has(asked: list[str], matches: bool) -> None:
    assert _matches('"a"', asked) is matches
