"""The white-background test on real pictures: rendered products, photos of rooms, and made hard cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from shopthelook import geometry, images
from shopthelook.detection.datasets.products.background import look_at_background

DEMO = Path(__file__).parents[4] / "demo"
PRODUCTS = sorted((DEMO / "products").glob("*.webp"))
SCENES = sorted((DEMO / "scenes").glob("*.webp"))


def test_rendered_products_are_on_white() -> None:
    some = PRODUCTS[::8]
    found = [look_at_background(images.read(path)) for path in some]
    # What is itself white, such as a cup or a glass, cannot be told from its ground.
    assert sum(one.is_white for one in found) >= 0.9 * len(some)
    assert sum(one.white >= 0.55 and one.light >= 0.8 for one in found) >= 0.99 * len(some)


def test_rooms_are_not_on_white() -> None:
    found = [look_at_background(images.read(path)) for path in SCENES]
    assert len(found) > 10
    assert not any(one.is_white for one in found)


def test_the_product_is_where_its_picture_is_not_white() -> None:
    path = DEMO / "products" / "blendswap-cc-0-armchair.webp"
    rgb = images.read(path)
    height, width = rgb.shape[:2]
    found = look_at_background(rgb)
    wide = np.full((height + 300, width + 200, 3), 255, np.uint8)
    wide[100 : 100 + height, 150 : 150 + width] = rgb
    moved = look_at_background(wide)
    assert found.is_white
    assert moved.is_white
    apart = np.abs(moved.box - found.box - np.array([150, 100, 150, 100])).max()
    assert apart <= 0.02 * max(wide.shape)  # it is looked at in another size
    # The renderer left a margin of some hundredths of the picture around the chair.
    assert geometry.iou(found.box, [[0, 0, width, height]])[0, 0] > 0.6


def made(
    ground: int = 255, thing: tuple[int, int, int] = (30, 90, 160), box: tuple[int, ...] = (60, 40, 240, 260)
) -> Image.Image:
    picture = Image.new("RGB", (300, 300), (ground,) * 3)
    ImageDraw.Draw(picture).rectangle(box, fill=thing)
    return picture


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (made(), True),
        (made(ground=240), True),
        (made(box=(60, 40, 240, 300)), True),  # trousers that the lower edge cuts
        (made(ground=210), False),  # grey
        (made(box=(0, 40, 300, 300)), False),  # a close-up
        (made(thing=(250, 250, 250)), False),  # nothing to see
        (made(box=(140, 140, 150, 150)), False),  # next to nothing
        (Image.new("RGB", (300, 300), "white"), False),
        (Image.new("RGB", (1, 1), "black"), False),
    ],
)
def test_made_pictures(picture: Image.Image, expected: bool) -> None:
    assert look_at_background(np.asarray(picture)).is_white is expected


def test_a_soft_shadow_is_no_part_of_the_product() -> None:
    shade = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(shade).ellipse((40, 235, 260, 285), fill=205)
    ground = shade.filter(ImageFilter.GaussianBlur(8)).convert("RGB")
    ImageDraw.Draw(ground).rectangle((60, 40, 240, 260), fill=(30, 90, 160))
    found = look_at_background(np.asarray(ground))
    assert found.is_white
    assert np.allclose(found.box, [[60, 40, 241, 261]], atol=3)


def test_the_dark_parts_of_something_pale_are_not_taken_for_it() -> None:
    picture = made(thing=(228, 226, 225), box=(20, 20, 280, 280))
    ImageDraw.Draw(picture).rectangle((200, 120, 280, 200), fill=(20, 20, 20))
    found = look_at_background(np.asarray(picture))
    assert found.light == pytest.approx(1)
    assert len(found.box) == 0
    assert not found.is_white
