"""A run's data sets as its recipe wants them."""

from pathlib import Path

import pytest
from tests.detection.training.recipes import tiny

from shopthelook.detection.training.recipe import Recipe
from shopthelook.detection.training.run import Sources
from shopthelook.errors import ShopError


def with_absent(names: str) -> Recipe:
    return tiny(('{ name = "photos" }', f'{{ name = "photos", absent = {names} }}'))


def known(recipe: Recipe, photos: Path) -> tuple[list[str], list[str]]:
    """The labels that are known in the first scene, and all labels."""
    sources = Sources.read(recipe, {"photos": photos})
    names = [label.name for label in sources.space.labels]
    scene = sources.scenes[0][0]
    return [name for name, is_known in zip(names, scene.known, strict=True) if is_known], names


def test_what_a_recipe_calls_absent_is_background(photos: Path) -> None:
    labelled, every = known(tiny(), photos)
    assert labelled == ["Chairs"]  # couches have too few boxes
    assert known(with_absent('["Shoes", "Rugs"]'), photos)[0] == ["Shoes", "Chairs", "Rugs"]
    assert known(with_absent('["*"]'), photos)[0] == every


def test_an_absent_label_must_exist(photos: Path) -> None:
    with pytest.raises(ShopError, match="the data set photos: the recipe calls 'Shoe' absent"):
        known(with_absent('["Shoe"]'), photos)
