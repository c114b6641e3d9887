"""Ladders as files, and recipes with changes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.evaluation.embedding.ladder import Ladder, LadderError, Rung
from shopthelook.evaluation.embedding.ladder.changing import apply, as_toml
from shopthelook.training.tables import RecipeError

LADDER = """
summary = "a test"
recipe = "light"
data = { rooms = "views/rooms" }

[measure]
retrieval = ["views/rooms"]

[[variants]]
name = "V1 baseline"
tables = ["table 5", "table 6"]

[[variants]]
name = "+Color"
tables = ["table 5"]
add_tasks = [{ kind = "attribute", label = "color" }]

[[variants]]
name = "-Attrs"
tables = ["table 6"]
on = "V1 baseline"
set = { "training.epochs" = 3 }

[[variants]]
name = "+Attrs"
on = "recipe"
"""


def recipe() -> dict[str, Any]:
    return {
        "summary": "s",
        "data": {"sets": [{"name": "a", "weight": 2.0}, {"name": "b"}], "queries": 5},
        "tasks": [
            {"kind": "instance", "sets": ["a", "b"]},
            {"kind": "category"},
            {"kind": "attribute", "label": "color", "weight": 0.1, "sets": ["b"]},
        ],
        "training": {"epochs": 10, "frozen": {"epochs": 2, "rate": 0.6}},
    }


def test_a_ladder_is_read(tmp_path: Path) -> None:
    (tmp_path / "l.toml").write_text(LADDER)
    ladder = Ladder.read(tmp_path / "l.toml")
    assert [one.slug for one in ladder.variants] == ["v1-baseline", "plus-color", "minus-attrs", "plus-attrs"]
    assert [ladder.base(i) for i in range(4)] == [None, 0, 0, None]
    assert ladder.tables == {"table 5": (0, 1), "table 6": (0, 2), "variants": (3,)}
    assert ladder.path(ladder.data["rooms"]) == tmp_path / "views" / "rooms"
    assert (ladder.measure.distractors, ladder.measure.split) == (-1, "test")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[measure]", "[measured]", "unknown key 'measured'"),
        ('retrieval = ["views/rooms"]', "", "retrieval or attributes must name a set of views"),
        ('name = "+Color"', 'name = "v1 Baseline"', "two variants have the name"),
        ('on = "V1 baseline"', 'on = "+Attrs"', "'-Attrs' is on '\\+Attrs', which is none before it"),
        ("recipe =", "recipe ", "cannot be read as TOML"),
        ('data = { rooms = "views/rooms" }', "data = { rooms = 3 }", "data is a table of NAME = FOLDER"),
    ],
)
def test_ladders_that_are_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in LADDER
    (tmp_path / "l.toml").write_text(LADDER.replace(old, new))
    with pytest.raises(RecipeError, match=message):
        Ladder.read(tmp_path / "l.toml")


def test_a_ladder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LadderError, match="this ladder cannot be read"):
        Ladder.read(tmp_path / "l.toml")


def test_changes() -> None:
    rung = Rung(
        "x",
        set={"training.epochs": 3, "tasks.color.weight": 0.5, "data.sets.a.weight": 1.0, "model.bits": 64},
        add_tasks=({"kind": "gender"},),
        drop_tasks=("category",),
        add_sets=({"name": "c"},),
    )
    original = recipe()
    made = apply(original, rung)
    assert original == recipe()
    assert made["training"] == {"epochs": 3, "frozen": {"epochs": 2, "rate": 0.6}}
    assert made["tasks"] == [
        {"kind": "instance", "sets": ["a", "b"]},
        {"kind": "attribute", "label": "color", "weight": 0.5, "sets": ["b"]},
        {"kind": "gender"},
    ]
    assert made["data"]["sets"] == [{"name": "a", "weight": 1.0}, {"name": "b"}, {"name": "c"}]
    assert made["model"] == {"bits": 64}


def test_tasks_forget_sets_that_are_dropped() -> None:
    made = apply(recipe(), Rung("x", drop_sets=("b",)))
    assert [one["name"] for one in made["data"]["sets"]] == ["a"]
    # What only that set taught is taught no more: without sets, all would teach it.
    assert made["tasks"] == [{"kind": "instance", "sets": ["a"]}, {"kind": "category"}]


@pytest.mark.parametrize(
    ("rung", "message"),
    [
        (
            Rung("x", drop_tasks=("taste",)),
            "x: task: the recipe has no 'taste'; there are instance, category, color",
        ),
        (Rung("x", drop_sets=("z",)), "x: data set: the recipe has no 'z'; there are a, b"),
        (Rung("x", set={"tasks.taste.weight": 1}), "x: tasks.taste.weight: the recipe has no 'taste'"),
        (Rung("x", set={"summary.x.y": 1}), "x: the recipe has nothing at 'summary.x.y'"),
        (Rung("x", set={"tasks.color": 1}), "'tasks.color' is no key of a table"),
        (Rung("x", set={"training": {"epochs": 3}}), 'in quotes, as in "training.epochs"'),
    ],
)
def test_changes_that_do_not_fit(rung: Rung, message: str) -> None:
    with pytest.raises(LadderError) as caught:
        apply(recipe(), rung)
    assert message in str(caught.value)


SCALARS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
)
INNER = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), INNER, max_size=5))
def test_what_is_written_is_read_back(made: dict[str, Any]) -> None:
    assert tomllib.loads(as_toml(made)) == made


def test_the_text_is_as_one_would_write_it() -> None:
    assert as_toml(recipe()).splitlines()[:8] == [
        'summary = "s"',
        "",
        "[data]",
        'sets = [{ name = "a", weight = 2.0 }, { name = "b" }]',
        "queries = 5",
        "",
        "[[tasks]]",
        'kind = "instance"',
    ]
