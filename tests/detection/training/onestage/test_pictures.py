"""What a training step does to pictures: boxes stay on their things."""

import numpy as np
import pytest

from shopthelook.detection.training.onestage.pictures import Picture, Product, augment, on_ground, paste

KNOWN = np.array([True, False, True])


def dark_with_square() -> Picture:
    pixels = np.full((120, 90, 3), 20, np.uint8)
    pixels[30:80, 20:60] = 240
    return Picture(pixels, np.array([[20, 30, 60, 80]], np.float32), np.array([2]), KNOWN)


def bright(pixels: np.ndarray) -> np.ndarray:
    """Box of what is much brighter than the darkest and is no grey padding."""
    rows, columns = np.nonzero(pixels.min(axis=2) > 140)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], np.float32)


@pytest.mark.parametrize("seed", range(12))
def test_a_box_moves_with_its_thing(seed: int) -> None:
    out = augment(dark_with_square(), 96, 128, (0.6, 1.4), np.random.default_rng(seed))
    assert out.pixels.shape == (128, 96, 3)
    assert out.known is KNOWN
    if len(out.boxes):
        assert out.labels.tolist() == [2]
        np.testing.assert_allclose(out.boxes[0], bright(out.pixels), atol=2)


def test_what_is_hardly_left_in_view_loses_its_box() -> None:
    shares = []
    for seed in range(60):
        out = augment(dark_with_square(), 96, 128, (2.0, 4.0), np.random.default_rng(seed))
        shares.append(len(out.boxes))
        if len(out.boxes):
            assert (out.boxes[:, 2:] - out.boxes[:, :2]).min() >= 3
            assert out.boxes.min() >= 0
            assert (out.boxes[:, 2:] <= [96, 128]).all()
    assert 0 < sum(shares) < 60


def test_a_pasted_thing_has_a_box_and_what_it_hides_has_none() -> None:
    rng = np.random.default_rng(1)
    thing = Product(np.full((50, 50, 3), 250, np.uint8), np.full((50, 50), 255, np.uint8), 0)
    small = np.array([[44, 59, 46, 61]], np.float32)
    before = Picture(np.full((120, 90, 3), 20, np.uint8), small, np.array([1]), KNOWN)
    hidden = 0
    for _ in range(40):
        out = paste(before, [thing], rng)
        box = out.boxes[-1]
        np.testing.assert_allclose(box, bright(out.pixels), atol=1)
        assert out.labels[-1] == 0
        covers = bool((box[:2] <= small[0, :2]).all() and (box[2:] >= small[0, 2:]).all())
        assert not covers or len(out.boxes) == 1
        hidden += covers
    assert hidden > 0
    assert (before.pixels == 20).all()


def test_a_product_on_plain_ground_has_the_box_of_its_pixels() -> None:
    thing = Product(np.zeros((30, 60, 3), np.uint8), np.full((30, 60), 255, np.uint8), 1)
    for seed in range(10):
        out = on_ground(thing, KNOWN, np.random.default_rng(seed))
        rows, columns = np.nonzero(out.pixels.max(axis=2) < 80)
        assert out.boxes[0].tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert out.labels.tolist() == [1]
