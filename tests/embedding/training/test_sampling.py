"""Drawing batches from sets of views."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from shopthelook.embedding.training.recipe import Recipe, SetUse
from shopthelook.embedding.training.sampling import BatchStream, Example
from shopthelook.embedding.training.targets import make_targets
from shopthelook.embedding.views import open_views
from tests.embedding.training.recipes import tiny


def stream(folder: Path, recipe: Recipe, batch: int = 6, **more: object) -> BatchStream:
    groups = [open_views(folder).of_split("train")] * len(recipe.data.sets)
    targets = make_targets(recipe, groups)
    return BatchStream(groups, recipe.data.sets, targets, recipe.picture, batch, **more)  # type: ignore[arg-type]


def same(one: Example, other: Example) -> None:
    np.testing.assert_array_equal(one.shown, other.shown)
    assert one.classes == other.classes
    assert {k: v.tolist() for k, v in one.drawn.items()} == {k: v.tolist() for k, v in other.drawn.items()}


def test_batches_follow_from_seed_and_step_alone(things: Path) -> None:
    first = [*islice(stream(things, tiny(), workers=3).batches(), 4)]
    again = [*islice(stream(things, tiny()).batches(2), 2)]
    for batch, other in zip(first[2:], again, strict=True):
        for one, two in zip(batch, other, strict=True):
            same(one, two)
    other_seed = next(stream(things, tiny(), seed=1).batches())
    assert any(not np.array_equal(a.shown, b.shown) for a, b in zip(first[0], other_seed, strict=True))


def test_devices_share_a_batch_out(things: Path) -> None:
    recipe = tiny(('kind = "instance"', 'kind = "instance"\nclasses_per_step = 9'))
    whole = next(stream(things, recipe).batches())
    shares = [next(stream(things, recipe, share=(rank, 2)).batches()) for rank in (0, 1)]
    for place, one in enumerate(whole):
        same(one, shares[place % 2][place // 2])


def test_classes_that_compete(things: Path) -> None:
    recipe = tiny(('kind = "instance"', 'kind = "instance"\nclasses_per_step = 9'))
    made = stream(things, recipe)
    total = len(made.targets[0].classes)
    seen: set[int] = set()
    for step in range(30):
        drawn = made.drawn(step)["instance"]
        shown = {made.example(step, place).classes["instance"] for place in range(6)}
        assert drawn.tolist() == sorted(set(drawn.tolist()))
        assert len(drawn) == 9
        assert shown <= set(drawn.tolist())
        seen |= set(drawn.tolist())
    assert seen == set(range(total))
    # A batch with more classes than may compete: all of its own do.
    few = tiny(('kind = "instance"', 'kind = "instance"\nclasses_per_step = 2'))
    assert len(stream(things, few, 12).drawn(0)["instance"]) > 2
    assert stream(things, tiny()).drawn(0) == {}


PAIRED = ('{ name = "things" }', '{ name = "things", by = "pair" }')


def test_pairs_are_two_views_of_one_thing(things: Path) -> None:
    made = stream(things, tiny(PAIRED), 8)
    seen = set()
    for step in range(20):
        drawn = [made._draw(step, place)[:2] for place in range(8)]
        for one, other in zip(drawn[::2], drawn[1::2], strict=True):
            views = [made.groups[which][index] for which, index in (one, other)]
            assert views[0].instance == views[1].instance
            assert views[0] is not views[1]
            seen.add(views[0].instance)
    assert len(seen) > 20
    views = [view for view in made.groups[0] if view.role == "product"]
    alone = BatchStream([views], tiny(PAIRED).data.sets, made.targets, tiny().picture, 4)
    assert alone._draw(0, 0)[:2] == alone._draw(0, 1)[:2]


def test_pairs_stay_on_one_device(things: Path) -> None:
    recipe = tiny(PAIRED)
    whole = next(stream(things, recipe, 8).batches())
    shares = [next(stream(things, recipe, 8, share=(rank, 2)).batches()) for rank in (0, 1)]
    for place, one in enumerate(whole):
        same(one, shares[place // 2 % 2][place // 4 * 2 + place % 2])


def test_pairs_stand_beside_single_views(things: Path) -> None:
    recipe = tiny(('{ name = "things" }', '{ name = "things", by = "pair" }, { name = "more" }'))
    made = stream(things, recipe, 8)
    drawn = [made._draw(step, place)[:2] for step in range(30) for place in range(8)]
    assert all(one[0] == other[0] for one, other in zip(drawn[::2], drawn[1::2], strict=True))
    single = [(one, other) for one, other in zip(drawn[::2], drawn[1::2], strict=True) if one[0] == 1]
    instance = [[made.groups[1][index].instance for _, index in pair] for pair in single]
    assert sum(one != other for one, other in instance) > len(single) / 2


def test_sets_are_drawn_uniformly_unless_weighted(things: Path) -> None:
    recipe = tiny(('{ name = "things" }', '{ name = "things" }, { name = "more", weight = 3 }'))
    views = open_views(things).of_split("train")
    groups = [views, views[:2]]
    targets = make_targets(recipe, groups)
    for weight, wanted in ((1.0, 0.5), (3.0, 0.75)):
        uses = [SetUse("things"), SetUse("more", weight)]
        made = BatchStream(groups, uses, targets, recipe.picture, 1)
        of_more = np.mean([made._draw(step, 0)[0] for step in range(400)])
        assert of_more == pytest.approx(wanted, abs=0.07)


def test_things_with_few_pictures_come_as_often(things: Path) -> None:
    views = open_views(things).of_split("train")
    single = [view for view in views if view.instance == views[0].instance][:1]
    others = [view for view in views if view.instance == views[-1].instance]
    group = [*single, *others * 5]
    for by, wanted in (("view", 1 / len(group)), ("instance", 0.5)):
        uses = [replace(tiny().data.sets[0], by=by)]
        made = BatchStream([group], uses, (), tiny().picture, 1)
        assert np.mean([made._draw(step, 0)[1] == 0 for step in range(400)]) == pytest.approx(
            wanted, abs=0.07
        )


def test_an_empty_set_is_refused(things: Path) -> None:
    with pytest.raises(ValueError, match="at least one view"):
        BatchStream([[]], tiny().data.sets, (), tiny().picture, 2)
    views = [replace(view, instance=None) for view in open_views(things).views]
    with pytest.raises(ValueError, match="needs views with an instance"):
        BatchStream([views], [SetUse("things", by="instance")], (), tiny().picture, 2)
