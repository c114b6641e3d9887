"""A ladder that is really climbed: tiny networks, trained for a few steps and measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra [train]")

from shopthelook.embedding.training.recipe import Recipe
from shopthelook.evaluation.embedding.ladder import Climbed, Ladder, LadderError, climb
from shopthelook.evaluation.embedding.ladder.report import tables, write_ladder_report
from shopthelook.evaluation.embedding.ladder.running import make_recipes, train_embedder
from shopthelook.training.tables import RecipeError
from tests.embedding.training.conftest import one_thread, things
from tests.embedding.training.recipes import TINY

__all__ = ["one_thread", "things"]

VARIANTS = """
[[variants]]
name = "V1 baseline"
drop_tasks = ["color", "gender"]
tables = ["table 5"]

[[variants]]
name = "+Color"
tables = ["table 5"]
add_tasks = [{ kind = "attribute", label = "color", weight = 0.1, hidden = 8, least = 5 }]
"""


def write(folder: Path, things: Path, variants: str = VARIANTS) -> Ladder:
    (folder / "tiny.toml").write_text(TINY.replace("steps = 6", "steps = 2"))
    (folder / "ladder.toml").write_text(
        f"""
summary = "a test"
recipe = "tiny.toml"
data = {{ things = "{things}" }}
measure = {{ retrieval = ["{things}"], attributes = ["{things}"], split = "val", detector = "" }}
{variants}
"""
    )
    return Ladder.read(folder / "ladder.toml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ladder")


@pytest.fixture(scope="module")
def climbed(folder: Path, things: Path) -> Climbed:
    return climb(write(folder, things), folder / "out")


def test_variants_are_trained_and_measured(climbed: Climbed, folder: Path) -> None:
    assert [bundle.name for bundle in climbed.bundles] == ["v1-baseline", "plus-color"]
    assert [[head.name for head in bundle.card.heads] for bundle in climbed.bundles] == [[], ["color"]]
    told = json.loads(json.dumps(climbed.as_dict()))
    assert [(one["name"], one["on"]) for one in told["variants"]] == [
        ("V1 baseline", None),
        ("+Color", "V1 baseline"),
    ]
    assert [one["name"] for one in told["retrieval"]["embedders"]] == ["V1 baseline", "+Color"]
    heads = [(one["embedder"], one["head"]) for one in told["attributes"]["data"][0]["results"]]
    assert heads == [("V1 baseline", "category"), ("+Color", "category"), ("+Color", "color")]
    assert (folder / "out" / "runs" / "plus-color" / "recipe.json").exists()


def test_tables_and_report(climbed: Climbed, tmp_path: Path) -> None:
    found = tables(climbed, (0, 1))
    assert [title for title, _ in found] == [
        "P@1 of products",
        "Gains, in points",
        "P@1 of attributes",
        "Gains, in points",
    ]
    products, gains, attributes, _ = (table for _, table in found)
    assert [row[0].text for row in products.rows] == ["V1 baseline", "+Color"]
    assert (gains.rows[0][0].text, gains.rows[0][0].small) == ("+Color", "over V1 baseline")
    assert "p " in gains.rows[0][1].small
    color = attributes.head.index("color, things")
    assert attributes.rows[0][color].text == "–"
    assert attributes.rows[1][color].text != "–"
    write_ladder_report(climbed, tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == {
        "report.html", "report.md", "figures.json", "retrieval", "attributes",
    }  # fmt: skip
    text = (tmp_path / "report.md").read_text()
    assert "## table 5" in text
    assert (tmp_path / "attributes" / "report.html").exists()


def test_what_is_trained_is_kept(climbed: Climbed, folder: Path, things: Path) -> None:
    trained: list[str] = []

    def counting(recipe: Path, folders: Mapping[str, Path], run: Path, bundle: Path) -> None:
        trained.append(recipe.stem)
        train_embedder(recipe, folders, run, bundle)

    again = climb(write(folder, things), folder / "out", counting)
    assert trained == []
    assert again.as_dict() == climbed.as_dict()
    more = VARIANTS + '\n[[variants]]\nname = "-Attrs"\non = "V1 baseline"\nset = { "training.steps" = 1 }\n'
    third = climb(write(folder, things, more), folder / "out", counting)
    assert trained == ["minus-attrs"]
    assert third.ladder.tables == {"table 5": (0, 1), "variants": (2,)}
    with pytest.raises(LadderError, match=r"plus-color\.toml is of another recipe than the ladder now makes"):
        climb(write(folder, things, VARIANTS.replace("0.1", "0.2")), folder / "out", counting)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight = 0.1", 'weight = "much"', r"the variant '\+Color': 'tasks\[2\]\.weight' must be a number"),
        ('drop_tasks = ["color", "gender"]', 'add_sets = [{ name = "more" }]', "does not say where more is"),
        ('drop_tasks = ["color", "gender"]', 'drop_tasks = ["taste"]', "the recipe has no 'taste'"),
    ],
)
def test_what_is_wrong_is_told_before_training(
    tmp_path: Path, things: Path, old: str, new: str, message: str
) -> None:
    assert old in VARIANTS
    ladder = write(tmp_path, things, VARIANTS.replace(old, new))
    with pytest.raises(RecipeError, match=message):
        climb(ladder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_recipe_that_ships(tmp_path: Path, things: Path) -> None:
    ladder = write(tmp_path, things, '[[variants]]\nname = "as it is"\n')
    data = {one.name: "elsewhere" for one in Recipe.read("demo").data.sets}
    shipped = Ladder("demo", ladder.measure, ladder.variants, data, "a test", folder=tmp_path)
    # A folder of that name beside the ladder is none.
    (tmp_path / "demo").mkdir()
    [recipe] = make_recipes(shipped)
    assert recipe["summary"] == "as it is: a test"
    assert recipe["model"]["backbone"] == "efficientnet-lite0"


def test_the_paper_s_own_ladder_fits_the_recipe_that_ships() -> None:
    ladder = Ladder.read(Path(__file__).parents[4] / "benchmarks" / "ladder.toml")
    recipes = dict(zip([one.name for one in ladder.variants], make_recipes(ladder), strict=True))
    sets = {name: [one["name"] for one in recipe["data"]["sets"]] for name, recipe in recipes.items()}
    assert sets["V1 baseline"] == ["luma-catalogue", "renders"]
    assert sets["+Fashion dataset"] == ["luma-catalogue", "renders", "fashion-scenes"]
    labels = {name: [one.get("label") for one in recipe["tasks"]] for name, recipe in recipes.items()}
    assert labels["+Fabric"] == [None, None, "color", "pattern", "material"]
    assert labels["-Attrs"] == [None, None]
