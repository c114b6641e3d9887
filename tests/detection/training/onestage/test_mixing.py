"""Batches of mixed sources."""

import numpy as np

from shopthelook.detection.training.onestage.mixing import Mixer, Products, Source
from shopthelook.detection.training.onestage.pictures import Picture, Product

KNOWN = np.full(3, True)


def picture(value: int, height: int, width: int) -> Picture:
    box = np.array([[2, 2, width - 2, height - 2]], np.float32)
    return Picture(np.full((height, width, 3), value, np.uint8), box, np.array([0]), KNOWN)


def products() -> Products:
    cut = [Product(np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 255, np.uint8), i) for i in (1, 1, 1, 2)]
    return Products(cut, 1.0, KNOWN)


def mixer() -> Mixer:
    sources = [Source([picture(50, 60, 40), picture(60, 40, 60)], 2.0, pasted=0.5)]
    return Mixer(sources, products(), [(32, 64), (64, 96)], 6, seed=4)


def test_a_batch_follows_from_its_step_alone() -> None:
    stream = mixer().batches(5)
    for step in (5, 6, 7):
        for one, other in zip(next(stream), mixer().batch(step), strict=True):
            assert (one.pixels == other.pixels).all()
            assert (one.boxes == other.boxes).all()
    stream.close()


def test_a_batch_has_one_canvas_of_the_list_upright_or_lying() -> None:
    seen = set()
    for step in range(20):
        shapes = {one.pixels.shape[:2] for one in mixer().batch(step)}
        assert len(shapes) == 1
        seen |= shapes
    assert seen == {(64, 32), (32, 64), (96, 64), (64, 96)}


def test_rare_kinds_of_product_come_as_often_as_common_ones() -> None:
    rng, source = np.random.default_rng(0), products()
    drawn = np.bincount([source.draw(rng).label for _ in range(400)], minlength=3)
    assert drawn[0] == 0
    assert abs(drawn[1] - drawn[2]) < 80
