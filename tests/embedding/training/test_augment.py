"""From a view to a training picture."""

import numpy as np

from shopthelook.embedding.training.augment import training_picture
from shopthelook.embedding.training.recipe import PictureRule
from shopthelook.models.preprocess import square
from tests.embedding.training.recipes import tiny

STILL = PictureRule(40, 32, flip=0, brightness=0, contrast=0, saturation=0)
RGB = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)


def test_a_random_part_of_the_resized_view() -> None:
    whole, places = square(RGB, 40), set()
    for seed in range(30):
        found = training_picture(RGB, STILL, np.random.default_rng(seed))
        places |= {
            (y, x) for y in range(9) for x in range(9) if np.array_equal(found, whole[y : y + 32, x : x + 32])
        }
    assert len(places) > 20
    assert {y for y, _ in places} == set(range(9))


def test_mirrored_now_and_then() -> None:
    rule = PictureRule(32, 32, flip=0.5, brightness=0, contrast=0, saturation=0)
    whole = square(RGB, 32)
    found = [training_picture(RGB, rule, np.random.default_rng(seed)) for seed in range(40)]
    mirrored = sum(np.array_equal(one, whole[:, ::-1]) for one in found)
    assert 10 <= mirrored <= 30
    assert mirrored + sum(np.array_equal(one, whole) for one in found) == 40


def test_light_changes_and_hue_stays() -> None:
    rule = PictureRule(32, 32, flip=0, brightness=0.3, contrast=0.3, saturation=0.3)
    red = np.zeros((40, 40, 3), np.uint8) + np.array([180, 60, 40], np.uint8)
    found = np.stack([training_picture(red, rule, np.random.default_rng(seed))[0, 0] for seed in range(40)])
    assert found.std(axis=0).max() > 8
    assert (found[:, 0] > found[:, 1]).all()
    assert (found[:, 1] > found[:, 2]).all()


def test_the_same_seed_gives_the_same_picture() -> None:
    rule = tiny().picture
    one, two = (training_picture(RGB, rule, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (32, 32, 3)
    assert one.dtype == np.uint8
