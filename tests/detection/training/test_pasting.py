"""Things cut out of their ground and put into pictures: boxes stay on them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.detection.datasets import LabelledScene
from shopthelook.detection.training.augment import Made
from shopthelook.detection.training.pasting import CutOut, CutOuts, cut_out, on_ground, paste


def ring() -> np.ndarray:
    """A dark ring on white, with a pale grey heart that the ground does not reach."""
    pixels = np.full((60, 80, 3), 255, np.uint8)
    pixels[10:50, 20:60] = 30
    pixels[20:40, 30:50] = 250
    return pixels


def test_the_ground_goes_and_white_within_the_thing_stays() -> None:
    thing = cut_out(ring(), 3)
    assert thing is not None
    assert thing.pixels.shape == (40, 40, 3)
    assert (thing.opacity == 255).all()
    assert thing.label == 3


def test_ground_that_reaches_into_the_thing_is_transparent() -> None:
    pixels = ring()
    pixels[25:35, 50:60] = 255  # a gap in the ring
    thing = cut_out(pixels, 0)
    assert thing is not None
    assert not thing.opacity[15:25, 30:].any()  # the gap, and what it leads to
    assert thing.opacity[:10].all()


@pytest.mark.parametrize("seed", range(3))
def test_cut_outs_agree_with_a_slow_flood(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.where(rng.random((24, 31, 1)) < 0.6, 255, 90).astype(np.uint8).repeat(3, axis=2)
    pixels[0, 0] = pixels[-1, -1] = 90  # so that the cut-out is the whole picture
    free = pixels[..., 0] == 255
    reached, edge = np.zeros_like(free), []
    for y in range(24):
        for x in range(31):
            if free[y, x] and (y in (0, 23) or x in (0, 30)):
                reached[y, x] = True
                edge.append((y, x))
    while edge:
        y, x = edge.pop()
        for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= v < 24 and 0 <= u < 31 and free[v, u] and not reached[v, u]:
                reached[v, u] = True
                edge.append((v, u))
    thing = cut_out(pixels, 0)
    assert thing is not None
    assert ((thing.opacity == 0) == reached).all()


def test_nothing_to_cut_out() -> None:
    assert cut_out(np.full((20, 20, 3), 255, np.uint8), 0) is None
    assert cut_out(np.full((20, 20, 3), 90, np.uint8), 0) is None  # no white ground to tell it from


def test_a_thing_is_cut_out_of_its_box(tmp_path: Path) -> None:
    Image.fromarray(np.kron(ring(), np.ones((8, 8, 1), np.uint8))).save(tmp_path / "ring.png")
    box = np.array([[152, 72, 488, 408]], np.float32)  # the ring and 8 pixels around; 3% are added
    scene = LabelledScene(tmp_path / "ring.png", (640, 480), box, np.array([5]), "train", np.ones(6, bool))
    outs = CutOuts([scene])
    drawn = outs.draw(np.random.default_rng(0))
    assert drawn is scene
    thing = outs.cut(drawn)
    assert thing is not None
    assert thing.label == 5
    assert abs(thing.pixels.shape[0] - 224 * 320 / (336 * 1.06)) <= 2
    assert thing.pixels.shape[0] == thing.pixels.shape[1]
    assert outs.cut(drawn) is thing  # kept


def bright(pixels: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(pixels.min(axis=2) > 140)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], np.float32)


def test_a_pasted_thing_has_a_box_and_what_it_hides_has_none() -> None:
    rng = np.random.default_rng(1)
    thing = CutOut(np.full((50, 50, 3), 250, np.uint8), np.full((50, 50), 255, np.uint8), 0)
    small = np.array([[44, 59, 46, 61]], np.float32)
    before = Made(np.full((120, 90, 3), 20, np.uint8), small, np.array([1]))
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
    thing = CutOut(np.zeros((30, 60, 3), np.uint8), np.full((30, 60), 255, np.uint8), 1)
    for seed in range(10):
        shot = on_ground(thing, np.random.default_rng(seed))
        pixels = np.asarray(shot.open(1, 1))
        assert shot.size == (pixels.shape[1], pixels.shape[0])
        rows, columns = np.nonzero(pixels.max(axis=2) < 80)
        assert shot.boxes[0].tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert shot.labels.tolist() == [1]
