"""Recipes are read strictly, and those that ship can be."""

import pytest

from shopthelook.embedding.training.recipe import Recipe, RecipeError, shipped
from tests.embedding.training.recipes import TINY, tiny


def test_what_ships_is_valid_and_says_the_paper_s_numbers() -> None:
    assert {"demo", "light", "paper"} <= set(shipped())
    assert all(Recipe.read(name).summary for name in shipped())
    paper = Recipe.read("paper")
    assert (paper.training.frozen.epochs, paper.training.frozen.rate) == (2, 0.6)
    assert (paper.training.epochs, paper.training.momentum, paper.training.weight_decay) == (15, 0.9, 1e-4)
    assert {task.called: task.weight for task in paper.tasks if task.kind == "attribute"} == dict.fromkeys(
        ("color", "pattern", "fabric", "lower_length", "dress_style"), 0.1
    )
    assert {task.classes_per_step for task in paper.tasks if task.kind == "instance"} == {2048}
    assert (paper.picture.resize, paper.picture.crop) == (256, 224)


def test_defaults_and_names() -> None:
    recipe = tiny()
    assert [task.called for task in recipe.tasks] == ["instance", "category", "gender", "color"]
    assert [task.fewest for task in recipe.tasks] == [1, 5, 5, 5]
    assert Recipe.parse(TINY.replace("least = 5", ""), "x", "x").tasks[1].fewest == 20
    assert recipe.as_dict()["tasks"][3]["label"] == "color"
    assert recipe.with_weights("best.pt").model.weights == "best.pt"
    assert recipe.with_training(epochs=3).training.steps == 0


WRONG = [
    ("bits = 64", "bits = 100", "'?model'?: bits must be a multiple of 64 from 64 to 4096"),
    ("bits = 64", "bits = 8192", "from 64 to 4096"),
    ("bits = 64", "bots = 64", "unknown key 'model.bots'"),
    ("crop = 32", "crop = 48", "32 <= crop <= resize"),
    ('label = "color"\n', "", "label belongs to kind 'attribute', which needs it"),
    ('kind = "gender"', 'kind = "gender"\nlabel = "sex"', "label belongs to kind"),
    ('kind = "gender"', 'kind = "gander"', r"tasks\[2\].kind' must be 'instance' or"),
    ('kind = "gender"', 'kind = "instance"', "two tasks have one name"),
    ('kind = "gender"', 'kind = "gender"\nname = "Whose?"', "name must be of a-z"),
    ('kind = "gender"', 'kind = "gender"\nname = "embedding"', "none of image, embedding"),
    ('kind = "gender"', 'kind = "gender"\nsets = ["other"]', "task 'gender': the data has no set other"),
    ('kind = "gender"', 'kind = "pairs"', "task 'pairs': kind 'pairs' needs sets, each drawn by = 'pair'"),
    ('kind = "gender"', 'kind = "pairs"\nsets = ["things"]', "each drawn by = 'pair'"),
    ('norm = "frozen"', "looks = 2", "looks can be kept of a frozen backbone only"),
    ('[[tasks]]\nkind = "category"\nleast = 5', "", "a task of kind 'category' is needed"),
    ('sets = [{ name = "things" }]', "sets = []", "at least one data set"),
    ('sets = [{ name = "things" }]', 'sets = [{ name = "things", weight = 0 }]', "weight must be above 0"),
    ("weight = 0.5", "weight = -1", "weight must be above 0"),
    ('norm = "frozen"', 'norm = "frozen"\nquantisation = -1', "quantisation must not be below 0"),
]


def test_pairs_need_an_even_batch() -> None:
    paired = ('{ name = "things" }', '{ name = "things", by = "pair" }')
    assert tiny(paired).data.sets[0].by == "pair"
    with pytest.raises(RecipeError, match="by = 'pair' needs an even batch"):
        tiny(paired, ("batch = 8", "batch = 7"))


@pytest.mark.parametrize(("old", "new", "problem"), WRONG)
def test_a_mistake_is_told_by_file_and_key(old: str, new: str, problem: str) -> None:
    with pytest.raises(RecipeError, match=rf"^tiny.toml: .*{problem}"):
        tiny((old, new))


def test_a_recipe_that_is_not_there() -> None:
    with pytest.raises(RecipeError, match="no recipe 'none'; there are demo"):
        Recipe.read("none")
    with pytest.raises(RecipeError, match=r"none\.toml: cannot be read"):
        Recipe.read("none.toml")
