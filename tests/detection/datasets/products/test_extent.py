"""The one thing in a photo, found in front of grounds of several kinds."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shopthelook import geometry
from shopthelook.detection.datasets.products.extent import main_extent


def photo(ground: NDArray[np.float64], *things: tuple[tuple[int, int, int, int], str]) -> NDArray[np.uint8]:
    """Things (a box and a colour each) on a ground ``(h, w, 3)``, with the noise of a camera."""
    picture = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    for box, colour in things:
        ImageDraw.Draw(picture).rectangle(box, fill=colour)
    noise = np.random.default_rng(0).normal(0, 4, ground.shape)
    return (np.asarray(picture) + noise).clip(0, 255).astype(np.uint8)


def plain(height: int = 200, width: int = 160) -> NDArray[np.float64]:
    return np.full((height, width, 3), (180.0, 170.0, 150.0))


def agrees(pixels: NDArray[np.uint8], box: tuple[int, int, int, int]) -> bool:
    found = main_extent(pixels).box
    return float(geometry.iou(found[None], np.array([box], np.float32))[0, 0]) > 0.75


def test_a_thing_in_front_of_plain_ground() -> None:
    pixels = photo(plain(), ((25, 30, 139, 179), "#283c78"))
    assert agrees(pixels, (25, 30, 140, 180))
    assert main_extent(pixels).is_seen


def test_a_thing_that_reaches_over_an_edge() -> None:
    assert agrees(photo(plain(), ((30, 50, 129, 199), "#283c78")), (30, 50, 130, 200))


def test_light_that_falls_off_is_no_thing() -> None:
    light = np.linspace(1.2, 0.6, 160)[None, :, None] * np.linspace(1.0, 0.8, 200)[:, None, None]
    assert agrees(photo(plain() * light, ((40, 40, 119, 169), "#8c2828")), (40, 40, 120, 170))


def test_a_patterned_ground() -> None:
    ground = plain()
    ground[:, np.arange(160) // 8 % 2 == 0] = (90, 130, 80)
    assert agrees(photo(ground, ((40, 30, 129, 169), "#7b2d6d")), (40, 30, 130, 170))


def test_two_shoes_are_one_thing_and_what_lies_in_a_corner_is_none() -> None:
    things = ((30, 60, 69, 149), "black"), ((90, 60, 129, 149), "black"), ((0, 0, 14, 14), "#204020")
    assert agrees(photo(plain(), *things), (30, 60, 130, 150))


def test_a_picture_of_one_colour_or_of_noise_shows_nothing() -> None:
    # Of one colour exactly, and no more than a few pixels, too.
    noise = np.random.default_rng(0).integers(0, 256, (200, 160, 3)).astype(np.uint8)
    for pixels in (noise, np.full((200, 160, 3), 255, np.uint8), np.zeros((3, 2, 3), np.uint8)):
        box, is_seen = main_extent(pixels)
        height, width = pixels.shape[:2]
        assert not is_seen
        assert 0 <= box[0] < box[2] <= width
        assert 0 <= box[1] < box[3] <= height


def test_the_box_is_in_pixels_of_the_picture_and_the_same_every_time() -> None:
    pixels = photo(plain(), ((25, 30, 139, 179), "#283c78"))
    large = np.asarray(Image.fromarray(pixels).resize((480, 600)))
    np.testing.assert_allclose(main_extent(large).box, 3 * main_extent(pixels).box, atol=9)
    np.testing.assert_array_equal(main_extent(pixels).box, main_extent(pixels.copy()).box)
