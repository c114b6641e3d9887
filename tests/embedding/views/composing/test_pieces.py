from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.embedding.views import DataError, Row, View, open_views, write_views
from shopthelook.embedding.views.composing.pieces import LONGEST, piece_of


def view(folder: Path, pixels: np.ndarray, **more: object) -> View:
    folder.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(folder / "a.png")
    write_views(folder, [Row("a.png", "product", "a", **more)])  # type: ignore[arg-type]
    return open_views(folder).views[0]


def disc(side: int = 200, ground: int = 255) -> np.ndarray:
    """A blue disc with a white middle, whose radii are 80 and 20 of 200."""
    y, x = np.mgrid[:side, :side] * (200 / side) - 99.5
    pixels = np.full((side, side, 3), ground, np.uint8)
    pixels[np.hypot(x, y) < 80] = (30, 60, 200)
    pixels[np.hypot(x, y) < 20] = 255
    return pixels


def thin() -> np.ndarray:
    """A line across the picture."""
    pixels = np.full((100, 100, 3), 255, np.uint8)
    pixels[np.arange(5, 95), np.arange(5, 95)] = 0
    return pixels


def test_a_thing_on_white_is_cut_out(tmp_path: Path) -> None:
    piece = piece_of(view(tmp_path / "set", disc()))
    assert piece is not None
    assert piece.pixels.shape == (160, 160, 3)
    assert piece.opacity.shape == (160, 160)
    assert piece.opacity[80, 80] == 255  # white within is of the thing
    assert piece.opacity[2, 2] == 0
    solid = piece.opacity > 200
    # Nothing of the ground is left at the edges, only the thing's two colours.
    assert {tuple(colour) for colour in piece.pixels[solid].tolist()} == {(30, 60, 200), (255, 255, 255)}
    assert 0.70 < solid.mean() < 0.79


def test_a_thing_is_cut_out_by_its_mask(tmp_path: Path) -> None:
    mask = np.zeros((200, 200), np.uint8)
    mask[60:120, 50:150] = 3
    mask[80:90, 60:140] = 4
    (tmp_path / "set").mkdir()
    Image.fromarray(mask).save(tmp_path / "set" / "mask.png")
    made = view(tmp_path / "set", disc(ground=90), box=(40, 50, 160, 130), mask="mask.png#3")
    piece = piece_of(made)
    assert piece is not None
    assert piece.opacity.shape == (80, 120)
    assert (piece.opacity[14:26, 14:106] == 255).all()
    assert not piece.opacity[:9].any()
    assert not piece.opacity[32:38, 24:96].any()


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    piece = piece_of(view(tmp_path / "set", disc(1000)))
    assert piece is not None
    assert max(piece.opacity.shape) <= LONGEST


@pytest.mark.parametrize(
    "pixels",
    [
        disc(ground=180),  # no white ground
        np.full((100, 100, 3), 255, np.uint8),  # nothing but ground
        disc(30),  # too small
        thin(),
    ],
)
def test_what_cannot_be_told_from_its_ground(tmp_path: Path, pixels: np.ndarray) -> None:
    assert piece_of(view(tmp_path / "set", pixels)) is None


def test_a_missing_mask_is_told(tmp_path: Path) -> None:
    made = view(tmp_path / "set", disc(), mask="none.png#3")
    with pytest.raises(DataError, match=r"none\.png"):
        piece_of(made)
