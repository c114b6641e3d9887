"""Cutting boxes and borders."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tests.images.conftest import encoded, photo

from shopthelook.geometry import WHOLE, Box
from shopthelook.images import crop, read, trim_background


def product(background: str = "white", box: tuple[int, int, int, int] = (60, 40, 140, 170)) -> Image.Image:
    image = Image.new("RGB", (200, 200), background)
    ImageDraw.Draw(image).ellipse(box, fill=(150, 30, 60))
    return image


def test_crop_takes_the_pixels_of_the_box() -> None:
    rgb = np.asarray(photo(100, 50))
    assert np.array_equal(crop(rgb, Box(0.1, 0.2, 0.5, 0.6)), rgb[10:30, 10:50])
    assert np.array_equal(crop(rgb, WHOLE), rgb)
    assert crop(rgb, Box(0.999, 0.999, 1, 1)).shape == (1, 1, 3)


def test_crop_is_a_copy() -> None:
    rgb = np.zeros((10, 10, 3), np.uint8)
    crop(rgb, WHOLE)[:] = 1
    assert not rgb.any()


@pytest.mark.parametrize("background", ["white", "black", "#f4f2ef"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_trim_cuts_to_the_product(background: str, kind: str) -> None:
    rgb = read(encoded(product(background), kind))
    cut = trim_background(rgb)
    # JPEG smears colour over a block of 16 pixels.
    assert -3 <= cut.shape[0] - 131 <= 16
    assert -3 <= cut.shape[1] - 81 <= 16


def test_trim_with_a_noisy_background() -> None:
    noise = np.random.default_rng(0).integers(-4, 5, (200, 200, 3))
    rgb = np.clip(np.asarray(product("#eeeeee")).astype(int) + noise, 0, 255).astype(np.uint8)
    assert abs(trim_background(rgb).shape[0] - 131) <= 6


def test_a_photo_stays_as_it_is() -> None:
    rgb = np.asarray(photo(120, 90))
    assert trim_background(rgb) is rgb


def test_a_sky_above_a_street_stays() -> None:
    rgb = np.asarray(photo(120, 90)).copy()
    rgb[:60] = (120, 180, 240)
    assert trim_background(rgb) is rgb


def test_a_product_may_run_out_through_one_side() -> None:
    rgb = np.asarray(product(box=(60, 40, 140, 260)))
    assert trim_background(rgb).shape[:2] == (160, 81)
    through_two = np.asarray(product(box=(60, -40, 140, 260)))
    assert trim_background(through_two) is through_two
    no_background_left = np.asarray(product(box=(-300, 40, 500, 900)))
    assert trim_background(no_background_left) is no_background_left


@pytest.mark.parametrize("fill", [0, 128, 255])
def test_all_background_stays(fill: int) -> None:
    rgb = np.full((50, 50, 3), fill, np.uint8)
    assert trim_background(rgb) is rgb


def test_specks_are_not_a_product() -> None:
    rgb = np.full((50, 50, 3), 255, np.uint8)
    rgb[10, 10] = rgb[30, 40] = 0
    assert trim_background(rgb) is rgb
    tiny = np.full((5, 5, 3), 255, np.uint8)
    assert trim_background(tiny) is tiny


def test_trim_twice_is_trim_once() -> None:
    square = Image.new("RGB", (100, 100), "white")
    square.paste(photo(40, 30), (20, 50))
    once = trim_background(np.asarray(square))
    assert once.shape == (30, 40, 3)
    assert np.array_equal(trim_background(once), once)


def test_reading_and_trimming_a_file() -> None:
    out = io.BytesIO()
    product().save(out, "JPEG", quality=70)
    assert trim_background(read(out.getvalue())).shape[0] < 150
