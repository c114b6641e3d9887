from __future__ import annotations

import numpy as np
import pytest

from shopthelook.images import cut_out, lay_over


def test_white_that_the_border_reaches_is_ground() -> None:
    pixels = np.full((20, 24, 3), 255, np.uint8)
    pixels[4:16, 6:18] = 40
    pixels[8:12, 10:14] = 255  # within the thing
    piece = cut_out(pixels)
    assert piece is not None
    assert piece.pixels.shape == (12, 12, 3)
    assert (piece.opacity == 255).all()
    pixels[8:10, 0:10] = 255  # now a way leads in
    piece = cut_out(pixels)
    assert piece is not None
    assert not piece.opacity[4:8, 4:8].any()
    assert (piece.opacity == 0).sum() == 4 * 4 + 2 * 4


@pytest.mark.parametrize("value", [255, 90])
def test_nothing_to_cut_out(value: int) -> None:
    assert cut_out(np.full((9, 9, 3), value, np.uint8)) is None


def test_what_is_opaque_is_laid_over() -> None:
    under, colour = np.full((1, 3, 3), 200, np.uint8), np.full((1, 3, 3), 100, np.uint8)
    mixed = lay_over(under, colour, np.array([[0, 255, 51]], np.uint8))
    assert mixed[0, :, 0].tolist() == [200, 100, 180]
    assert (under == 200).all()
