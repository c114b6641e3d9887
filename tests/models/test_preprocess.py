"""From pictures to model inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.models.card import Input, Resize
from shopthelook.models.preprocess import (
    PixelsError,
    check_rgb,
    fit,
    for_detector,
    for_embedder,
    normalise,
    square,
)


@pytest.mark.parametrize(
    ("height", "width", "inner", "outer"),
    [
        (300, 400, (288, 384), (288, 384)),
        (400, 300, (384, 288), (384, 288)),
        (100, 100, (288, 288), (288, 288)),  # scaled up
        (200, 800, (112, 448), (128, 448)),  # the longer side decides
        (10, 2000, (2, 448), (32, 448)),
        (1, 5000, (1, 448), (32, 448)),
    ],
)
def test_fit(height: int, width: int, inner: tuple[int, int], outer: tuple[int, int]) -> None:
    picture, scale = fit(np.full((height, width, 3), 200, np.uint8), 288, 448, 32, (10.4, 20, 30))
    assert picture.shape == (*outer, 3)
    assert scale == pytest.approx(min(288 / min(height, width), 448 / max(height, width)))
    assert (picture[: inner[0], : inner[1]] == 200).all()
    assert (picture[inner[0] :] == (10, 20, 30)).all()
    assert (picture[:, inner[1] :] == (10, 20, 30)).all()


@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from([1, 16, 32]))
def test_fit_keeps_within_its_limits(height: int, width: int, multiple: int) -> None:
    picture, scale = fit(np.zeros((height, width, 3), np.uint8), 64, 96, multiple)
    assert picture.shape[0] % multiple == 0
    assert picture.shape[1] % multiple == 0
    assert max(picture.shape[:2]) <= 96
    assert min(picture.shape[:2]) <= 64
    # The picture fills what is not padding.
    assert abs(height * scale - picture.shape[0]) <= multiple
    assert abs(width * scale - picture.shape[1]) <= multiple


def test_fit_puts_pixels_where_the_scale_says() -> None:
    rgb = np.zeros((600, 800, 3), np.uint8)
    rgb[150:300, 400:600] = 255
    picture, scale = fit(rgb, 288, 448, 32)
    ys, xs = np.nonzero(picture[..., 0] > 127)
    found = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]) / scale
    assert np.allclose(found, [400, 150, 600, 300], atol=2)


@pytest.mark.parametrize(
    ("resize", "shape"),
    [
        (Resize("fit", shorter=288, longer=448, multiple=32), (288, 384)),
        (Resize("square", size=256), (256, 256)),
    ],
)
def test_a_detectors_input_has_pixels_where_the_scales_say(resize: Resize, shape: tuple[int, int]) -> None:
    rgb = np.zeros((600, 800, 3), np.uint8)
    rgb[150:300, 400:600] = 255
    pixels, scales = for_detector(rgb, Input("image", (0, 0, 0), (255, 255, 255), resize))
    assert pixels.shape == (1, 3, *shape)
    assert pixels.dtype == scales.dtype == np.float32
    ys, xs = np.nonzero(pixels[0, 0] > 0.5)
    found = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]) / np.tile(scales, 2)
    assert np.allclose(found, [400, 150, 600, 300], atol=2)


def test_square_squeezes() -> None:
    rgb = np.zeros((50, 100, 3), np.uint8)
    rgb[:, 50:] = 255
    picture = square(rgb, 32)
    assert picture.shape == (32, 32, 3)
    assert (picture[:, :15] == 0).all()
    assert (picture[:, 17:] == 255).all()


@pytest.mark.parametrize(("height", "width"), [(50, 100), (100, 50), (1, 900), (70, 70)])
def test_pad_keeps_the_aspect_on_white(height: int, width: int) -> None:
    picture = square(np.zeros((height, width, 3), np.uint8), 32, "pad")
    assert picture.shape == (32, 32, 3)
    dark = picture[..., 0] == 0
    rows, columns = int(dark.any(axis=1).sum()), int(dark.any(axis=0).sum())
    assert max(rows, columns) == 32
    assert rows / columns == pytest.approx(height / width, rel=0.05) or min(rows, columns) == 1
    assert (picture[~dark] == 255).all()


def test_an_unknown_mode() -> None:
    with pytest.raises(ValueError, match="square"):
        square(np.zeros((4, 4, 3), np.uint8), 32, "crop")


def test_a_result_never_shares_memory_with_its_source() -> None:
    rgb = np.zeros((32, 32, 3), np.uint8)
    for picture in (square(rgb, 32), square(rgb, 32, "pad"), fit(rgb, 32, 32, 32)[0]):
        assert not np.shares_memory(picture, rgb)


def test_pictures_that_are_views_are_resized_like_copies() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    view = rgb[10:90:2, ::-1]
    assert np.array_equal(square(view, 24), square(view.copy(), 24))


def test_normalise() -> None:
    batch = np.random.default_rng(0).integers(0, 256, (3, 5, 7, 3), dtype=np.uint8)
    mean, std = (120.5, 110, 100), (58, 57, 128)
    found = normalise(batch, mean, std)
    assert found.dtype == np.float32
    assert found.flags["C_CONTIGUOUS"]
    assert np.allclose(found, ((batch.astype(np.float64) - mean) / std).transpose(0, 3, 1, 2), atol=1e-5)
    assert normalise(batch[:0], mean, std).shape == (0, 3, 5, 7)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        [[1, 2, 3]],
        None,
    ],
)
def test_what_is_no_picture(picture: Any) -> None:
    with pytest.raises(PixelsError, match="height, width, 3"):
        check_rgb(picture)


def test_an_embedder_takes_the_middle() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (50, 30, 3), dtype=np.uint8)
    whole = for_embedder(rgb, Resize("square", size=40))
    np.testing.assert_array_equal(whole, square(rgb, 40))
    middle = for_embedder(rgb, Resize("square", size=40, crop=33))
    np.testing.assert_array_equal(middle, whole[3:36, 3:36])
