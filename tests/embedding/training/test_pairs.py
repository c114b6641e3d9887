from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from shopthelook.embedding.training.augment import augment_product, augment_scene, outer_white, put_in_scene
from shopthelook.embedding.training.pairs import Labelled, Pairs, Rules
from tests.embedding.training.conftest import picture
from tests.embedding.training.world import CHAIRS, SOFAS, world

VARIANTS = 2


def test_a_pair_shows_one_thing_in_two_kinds_of_view() -> None:
    views, _ = world()
    a, b = Pairs(views, VARIANTS, Rules(pairs=40)).draw(np.random.default_rng(0))
    assert len(a) == len(b) == 40
    for first, second in zip(a // VARIANTS, b // VARIANTS, strict=True):
        assert views[first].thing == views[second].thing
        assert views[first].kind != views[second].kind
        assert views[first].split == "train"
    assert max(Counter(views[n].thing for n in a // VARIANTS).values()) == 1


def test_a_thing_with_one_view_is_paired_with_another_look_at_it() -> None:
    views = [view for view in world()[0] if view.kind == "product"]
    a, b = Pairs(views, VARIANTS).draw(np.random.default_rng(0))
    assert np.array_equal(a // VARIANTS, b // VARIANTS)
    assert np.all(a != b)


def test_a_batch_holds_as_many_categories_as_asked_for() -> None:
    views, _ = world()
    pairs = Pairs(views, VARIANTS, Rules(pairs=20, categories=1))
    for seed in range(5):
        a, _ = pairs.draw(np.random.default_rng(seed))
        assert len({views[n].category for n in a // VARIANTS}) == 1


def test_a_source_of_more_weight_is_drawn_more_often() -> None:
    views, _ = world()
    views = [replace(v, source="rare" if int(v.thing.rpartition("/")[2]) % 4 < 2 else "often") for v in views]
    pairs = Pairs(views, VARIANTS, Rules(pairs=20, weights={"rare": 0.05}))
    drawn = Counter(
        views[n // VARIANTS].source for s in range(5) for n in pairs.draw(np.random.default_rng(s))[0]
    )
    assert drawn["often"] > 4 * drawn["rare"]


def test_draws_follow_from_the_seed() -> None:
    pairs = Pairs(world()[0], VARIANTS)
    first, second = (pairs.draw(np.random.default_rng([0, 3])) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_labelled_rows_have_their_category() -> None:
    views, _ = world()
    labelled = Labelled(views, VARIANTS)
    assert set(labelled.categories) == {CHAIRS, SOFAS}
    rows, classes = labelled.draw(np.random.default_rng(0), 100)
    assert [views[n].category for n in rows // VARIANTS] == [labelled.categories[c] for c in classes]


def test_a_rare_category_is_not_learned() -> None:
    views, _ = world()
    with pytest.raises(ValueError, match="no category has 1000 views"):
        Labelled(views, VARIANTS, least=1000)


@pytest.mark.parametrize("augment", [augment_scene, augment_product])
@pytest.mark.parametrize("size", [(16, 16), (17, 200), (700, 500)])
def test_augmentations_are_pictures_and_follow_from_the_seed(augment, size) -> None:  # type: ignore[no-untyped-def]
    rgb = np.asarray(picture(0, *size))
    first, second = (augment(rgb, np.random.default_rng(5)) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert min(first.shape[:2]) >= 8
    assert np.array_equal(first, second)
    assert not np.array_equal(first, augment(rgb, np.random.default_rng(6)))


def test_a_product_on_white_gets_something_behind_it() -> None:
    rgb = np.full((100, 100, 3), 255, np.uint8)
    rgb[30:70, 30:70] = (10, 200, 30)
    background = np.zeros((50, 60, 3), np.uint8)
    looks = [put_in_scene(rgb, background, np.random.default_rng(seed)) for seed in range(8)]
    # The light may change, so white is gone where even its brightest version would be.
    assert all((look.min(2) > 200).mean() < 0.3 for look in looks)


def test_white_inside_of_a_thing_is_not_background() -> None:
    rgb = np.full((9, 9, 3), 255, np.uint8)
    rgb[2:7, 2:7] = 0
    rgb[4, 4] = 255
    ground = outer_white(rgb)
    assert ground.sum() == 81 - 25
    assert not ground[4, 4]
