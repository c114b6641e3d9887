from __future__ import annotations

import numpy as np
import pytest

from shopthelook.embedding.views.composing.pasting import LEAST_SIDE, paste
from shopthelook.images import Piece

GREEN, RED = (30, 200, 40), (220, 30, 30)


def thing(colour: tuple[int, int, int], size: tuple[int, int] = (120, 90)) -> Piece:
    return Piece(np.full((*size, 3), colour, np.uint8), np.full(size, 255, np.uint8))


def scene() -> np.ndarray:
    return np.full((300, 400, 3), 128, np.uint8)


@pytest.mark.parametrize("seed", range(20))
def test_boxes_are_around_what_is_seen(seed: int) -> None:
    """Colours that no light turns into each other say where each thing is."""
    made, found = paste(scene(), [thing(GREEN), thing(RED)], np.random.default_rng(seed))
    assert made.shape == (300, 400, 3)
    pixels = made.astype(int)
    seen = [pixels[..., 1] - pixels[..., 0] > 40, pixels[..., 0] - pixels[..., 1] > 40]
    for one in found:
        rows, columns = np.nonzero(seen[one.thing])
        around = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert np.abs(np.subtract(around, one.box)).max() <= 3  # of blurred edges
        assert min(one.box[2] - one.box[0], one.box[3] - one.box[1]) >= LEAST_SIDE
        assert 0 <= one.box[0] < one.box[2] <= 400
        assert 0 <= one.box[1] < one.box[3] <= 300


def test_most_things_are_found_and_hidden_ones_are_not() -> None:
    found = [paste(scene(), [thing(GREEN), thing(RED)], np.random.default_rng(i))[1] for i in range(60)]
    assert all(1 in [one.thing for one in some] for some in found)  # nothing hides the last one
    hidden = sum(0 not in [one.thing for one in some] for some in found)
    assert 0 < hidden < 30


def test_things_come_in_many_sizes_and_places() -> None:
    boxes = np.array([paste(scene(), [thing(RED)], np.random.default_rng(i))[1][0].box for i in range(60)])
    sides = boxes[:, 2:] - boxes[:, :2]
    assert sides.max() / sides.max(axis=1).min() > 1.8
    assert np.ptp(boxes[:, 0]) > 200
    assert sides.max() < 0.62 * 300 * 1.2


def test_the_scene_that_was_given_stays() -> None:
    ground = scene()
    paste(ground, [thing(RED)], np.random.default_rng(0))
    assert (ground == 128).all()


def test_a_seed_makes_one_scene() -> None:
    first, second = (paste(scene(), [thing(RED)], np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert first[1] == second[1]
