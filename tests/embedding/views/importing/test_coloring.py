"""Plain colours by pixels."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shopthelook.embedding.views.importing.coloring import _SHADES, _lab, main_color


def patch(*colours: tuple[int, int, int], each: int = 50) -> np.ndarray:
    return np.repeat(np.array(colours, np.uint8), each, axis=0)


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "Black"),
        ((255, 255, 255), "White"),
        ((128, 128, 128), "Gray"),
        ((200, 20, 30), "Red"),
        ((90, 15, 25), "Red"),
        ((235, 130, 40), "Orange"),
        ((240, 210, 50), "Yellow"),
        ((40, 130, 60), "Green"),
        ((30, 60, 160), "Blue"),
        ((28, 40, 84), "Blue"),
        ((100, 50, 130), "Purple"),
        ((235, 130, 170), "Pink"),
        ((100, 65, 40), "Brown"),
        ((220, 200, 165), "Beige"),
    ],
)
def test_names(rgb: tuple[int, int, int], name: str) -> None:
    assert main_color(patch(rgb)) == name


def test_every_shade_has_its_own_name() -> None:
    for name, shades in _SHADES.items():
        assert {main_color(patch(one)) for one in shades} == {name}


def test_what_has_no_one_colour_has_no_name() -> None:
    assert main_color(patch((200, 20, 30), (30, 60, 160), (40, 130, 60))) is None
    assert main_color(patch((200, 20, 30), (200, 20, 30), (40, 130, 60))) == "Red"
    assert main_color(patch()) is None


def test_lab_is_that_of_the_standard() -> None:
    # Bruce Lindbloom's calculator, sRGB and D65.
    found = _lab(
        np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (119, 119, 119)], np.uint8)
    )
    wanted = [
        (53.24, 80.09, 67.20),
        (87.73, -86.18, 83.18),
        (32.30, 79.19, -107.86),
        (100, 0, 0),
        (50.03, 0, 0),
    ]
    np.testing.assert_allclose(found, wanted, atol=0.06)


@given(arrays(np.uint8, st.tuples(st.integers(0, 300), st.just(3))))
def test_any_pixels_have_a_name_or_none(pixels: np.ndarray) -> None:
    assert main_color(pixels) in {None, *_SHADES}


@given(st.floats(0, 1), st.floats(0.25, 1), st.floats(0.35, 1))
def test_a_strong_colour_is_no_grey(hue: float, saturation: float, value: float) -> None:
    rgb = tuple(round(255 * one) for one in colorsys.hsv_to_rgb(hue, min(1, saturation + 0.45), value))
    assert main_color(patch(rgb)) not in {"Black", "White", "Gray"}
