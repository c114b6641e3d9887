"""Which classes a task has, and what is left out."""

from dataclasses import replace
from pathlib import Path

import pytest

from shopthelook.embedding.training.targets import left_out, make_targets
from shopthelook.embedding.views import View
from shopthelook.errors import ShopError
from tests.embedding.training.recipes import tiny


def views(n: int, instance: str = "", category: int = 443, **labels: str) -> list[View]:
    """So many views of one thing."""
    return [
        View(
            Path("x"),
            f"{instance}-{i}.png",
            "s",
            instance or None,
            "product",
            category,
            "train",
            "g",
            labels=labels,
        )
        for i in range(n)
    ]


GROUP = [
    *views(6, "a", color="Red"),
    *views(5, "b", category=460, color="Blue"),
    *views(4, "c", category=-1, color="Mauve"),
    *views(5),
]


def test_classes_are_what_enough_views_have() -> None:
    targets = {one.name: one for one in make_targets(tiny(), [GROUP])}
    assert targets["instance"].classes == ("a", "b", "c")
    assert targets["category"].classes == ("443", "460")
    assert targets["color"].classes == ("Blue", "Red")
    assert targets["color"].left_out == {"Mauve": 4}
    assert "gender" not in targets
    numbers = targets["color"].of(GROUP, ["things"] * len(GROUP))
    assert numbers == [1] * 6 + [0] * 5 + [-1] * 9
    assert targets["instance"].of(GROUP, ["things"] * len(GROUP))[-5:] == [-1] * 5
    assert {name: one.share for name, one in targets.items()} == pytest.approx(
        {"instance": 15 / 20, "category": 16 / 20, "color": 11 / 20}
    )


def test_what_is_left_out_is_said() -> None:
    recipe = tiny(('kind = "instance"', 'kind = "instance"\nleast = 5'))
    assert left_out(recipe, make_targets(recipe, [GROUP])) == [
        "instance: 1 things left out that have fewer than 5 training views",
        "gender: left out, fewer than two values have 5 training views",
        "color: left out, with fewer than 5 training views: Mauve (4)",
    ]
    every = make_targets(tiny(("least = 5", "least = 1")), [GROUP])
    assert left_out(tiny(("least = 5", "least = 1")), every) == [
        "gender: left out, fewer than two values have 1 training views"
    ]


def test_a_task_asks_only_its_sets() -> None:
    recipe = tiny(
        ('sets = [{ name = "things" }]', 'sets = [{ name = "things" }, { name = "others", weight = 3 }]'),
        ('label = "color"', 'label = "color"\nsets = ["things"]'),
    )
    other = views(10, "z", color="Green")
    color = {one.name: one for one in make_targets(recipe, [GROUP, other])}["color"]
    assert color.classes == ("Blue", "Red")
    assert color.share == pytest.approx(11 / 20 / 4)
    assert color.of([*GROUP[:1], *other[:1]], ["things", "others"]) == [1, -1]


def test_the_share_follows_how_views_are_drawn() -> None:
    recipe = tiny(('{ name = "things" }', '{ name = "things", by = "instance" }'))
    color = {one.name: one for one in make_targets(recipe, [GROUP])}["color"]
    # Every thing comes as often, and two of three have a colour that is told apart.
    assert color.share == pytest.approx(2 / 3)


def test_without_categories_or_anything_to_learn_codes_by() -> None:
    with pytest.raises(ShopError, match="no coarse category has the 5 training views"):
        make_targets(tiny(), [views(30, "a", category=-1)])
    beside = tiny(("least = 5", 'least = 5\non = "features"'))
    with pytest.raises(ShopError, match="no task is left that teaches the embedding"):
        make_targets(beside, [views(30, "a")])
    # A code that starts as something need learn nothing.
    still = replace(beside, model=replace(beside.model, start="rotation"))
    assert [one.name for one in make_targets(still, [views(30, "a")])] == ["category"]
