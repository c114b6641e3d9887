"""Recipes are read strictly: what is wrong is told by file and key."""

from pathlib import Path

import pytest
from tests.detection.training.recipes import TINY, tiny

from shopthelook.detection.training.recipe import Recipe, RecipeError, shipped


@pytest.mark.parametrize("name", shipped())
def test_every_recipe_that_ships_can_be_read(name: str) -> None:
    recipe = Recipe.read(name)
    assert recipe.name == name
    assert recipe.summary
    assert recipe.as_dict()["model"]["options"]["channels"] == recipe.options.channels


def test_the_four_variants_of_the_paper_differ_in_one_step_each() -> None:
    for suffix in ("", "-small"):
        baseline, spi, fpn, mul = (
            Recipe.read(f"{name}{suffix}") for name in ("baseline", "spi", "fpn", "mul-cln")
        )
        assert {one.name for one in spi.data.sets} - {one.name for one in baseline.data.sets} == {
            "single-products"
        }
        assert (baseline.model, baseline.options, baseline.picture) == (spi.model, spi.options, spi.picture)
        assert (baseline.options.neck, baseline.data.labels) == ("single", "coarse")
        assert (fpn.options.neck, fpn.data.labels) == ("pyramid", "fine")
        assert (fpn.model, fpn.options, fpn.training) == (mul.model, mul.options, mul.training)
        assert not fpn.picture.sizes
        assert len(mul.picture.sizes) > 2
        assert any("cleaned" in one.name for one in mul.data.sets)


WRONG = [
    ("rate = 1e-3", "rates = 1e-3", "unknown key 'training.rates'"),
    ("rate = 1e-3", "", "'training.rate' is missing"),
    ("batch = 4", 'batch = "4"', "'training.batch' must be a whole number"),
    ("batch = 4", "batch = 4.0", "'training.batch' must be a whole number"),
    ("batch = 4", "batch = true", "'training.batch' must be a whole number"),
    ("batch = 4", "batch = 0", "training: batch must be at least 1"),
    ("rate = 1e-3", "rate = inf", "'training.rate' must be a number"),
    ("steps = 6", "steps = 6\nepochs = 1", "either epochs or steps"),
    ("steps = 6", "", "either epochs or steps"),
    ('optimiser = "adamw"', 'optimiser = "lion"', "'training.optimiser' must be 'sgd' or 'adamw'"),
    ("[picture]", "[pictures]", "unknown key 'pictures'"),
    ("shorter = 64", "shorter = 640", "shorter <= longer"),
    ("shorter = 64", 'shorter = 60\nmode = "jitter"', "multiples"),
    ('sets = [{ name = "photos" }]', "sets = []", "at least one data set"),
    ('sets = [{ name = "photos" }]', 'sets = ["photos"]', "'data.sets[0]' must be a table"),
    ('{ name = "photos" }', '{ name = "photos", weight = 0 }', "weight must be above 0"),
    ('{ name = "photos" }', '{ name = "a" }, { name = "a" }', "named twice"),
    ('"faster-rcnn"', '"yolo"', "'model.architecture' must be one of faster-rcnn"),
    ("channels = 16", "chanels = 16", "unknown key 'model.options.chanels'"),
    ("anchors = [[16], [32], [64]]", "anchors = [16, 32]", "'model.options.anchors[0]' must be a list"),
    ('neck = "pyramid"', 'neck = "single"', "one level"),
    ('head = "light"', 'head = "block"', "belongs to neck 'single'"),
    ("candidates = [100, 50]", "candidates = [100]", "must be a list of 2"),
    ("batch = 4", "batch = ", "cannot be read as TOML"),
    ('"photos"', '"photos", zoom = [1.0]', "data.sets[0]: zoom must be two factors"),
    ('"photos"', '"photos", zoom = [1.0, 0.5]', "the smaller first"),
    ('"photos"', '"photos", pasted = 2', "pasted must be from 0 to 1"),
    ('"photos"', '"photos", pasted = 0.5', "data: pasted needs a data set with cut_out"),
    ("shorter = 64", "shorter = 64\nsizes_until = 0.5", "sizes_until belongs to mode 'jitter'"),
    ("shorter = 64", 'shorter = 64\nmode = "jitter"\nsizes = [48]', "multiples of 'multiple'"),
    ("shorter = 64", "shorter = 64\nmosaic = 0.5", "mosaic belongs to mode 'jitter'"),
]


@pytest.mark.parametrize(("old", "new", "problem"), WRONG)
def test_what_is_wrong_names_the_file_and_the_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TINY.replace(old, new))
    with pytest.raises(RecipeError) as caught:
        Recipe.read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no recipe 'fnp'; there are baseline, .*fpn"):
        Recipe.read("fnp")
    with pytest.raises(RecipeError, match="cannot be read: No such file"):
        Recipe.read(tmp_path / "none.toml")


def test_epochs_take_the_place_of_steps() -> None:
    changed = tiny().with_training(epochs=3)
    assert (changed.training.epochs, changed.training.steps) == (3, 0)
    assert changed.with_training(steps=5).training.epochs == 0
