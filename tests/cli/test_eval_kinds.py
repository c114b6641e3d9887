"""eval kinds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shopthelook.cli.eval_kinds import KINDS, RESTRICTIONS
from shopthelook.evaluation import shop_retrieval
from shopthelook.retrieval import kinds
from tests.cli.conftest import Run


@pytest.fixture
def labels(room: Path) -> Path:
    """The red chair and the blue table of the photo, and an entry that is wrong."""
    path = room.parent / "labels.csv"
    path.write_text(
        "photo,x1,y1,x2,y2,category,product_id\n"
        "room.png,0.0625,0.08333,0.3125,0.5,Chairs,p0000\n"
        "room.png,0.46875,0.25,0.78125,0.83333,Tables,\n"
        "room.png,0.4,0.2,30,0.8,Tables,\n"
    )
    return path


def test_the_choices_are_those_that_there_are() -> None:
    assert tuple(kinds.KINDS) == KINDS
    assert shop_retrieval.RESTRICTIONS == RESTRICTIONS


def test_for_programs(stocked: Run, labels: Path) -> None:
    answer = stocked("eval", "kinds", labels, "-k", "4", "--json")
    assert answer.status == 0
    (found,) = answer.objects
    assert (found["objects"], found["photos"], found["products"], found["k"]) == (2, 1, 30, 4)
    # The feed says no categories: all are the embedder's.
    assert found["products_of_predicted_category"] == 30
    assert found["bundles"] == ["tiny-embedder@1", "tiny-detector@1"]
    (problem,) = found["left_out"]["problems"]
    assert problem.startswith("labels.csv, line 4: x2")
    assert problem in answer.errors
    rows = {(one["kind"], one["restricted_to"]): one for one in found["results"]}
    assert list(rows) == [
        ("flat", "nothing"),
        ("tree", "nothing"),
        *((kind, word) for kind in ("tree", "category", "tokens") for word in RESTRICTIONS),
    ]
    for word in RESTRICTIONS:
        one = rows["category", word]
        assert (one["wrong_category"], one["hits_per_query"], one["starved"]) == (0.0, 4.0, 0.0)
        assert one["with_known_product"] == 1
        assert one["queries_per_second"] > 0
    assert rows["category", "true"]["categories"] == [
        {"category": "Furniture > Chairs", "queries": 1, "hits": 4, "precision": 1.0},
        {"category": "Furniture > Tables", "queries": 1, "hits": 4, "precision": 1.0},
    ]


def test_for_people(stocked: Run, labels: Path) -> None:
    # 30 hits are the whole shop: two thirds of it are of other categories.
    answer = stocked(
        "eval", "kinds", labels, "-k", "30", "--kind", "flat", "--kind", "category", "--by", "true"
    )
    assert answer.status == 0
    assert "2 objects of 1 photos, 30 products, 30 hits each; tiny-embedder@1\n" in answer.out
    assert "30 products are of a category that a model predicted" in answer.out
    lines = [line.split() for line in answer.out.splitlines()]
    (flat,) = [line for line in lines if line[1:3] == ["flat", "nothing"]]
    (exact,) = [line for line in lines if line[1:3] == ["category", "true"]]
    assert flat[3:6] == ["2", "66.7%", "30.00"]
    assert exact[3:7] == ["2", "0.0%", "10.00", "0.0%"]
    assert ["Furniture", ">", "Chairs", "1", "33.3%", "100.0%"] in lines
    assert len(lines) == 11


def test_what_is_misuse_and_what_fails(stocked: Run, labels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stocked("eval", "kinds", labels, "--kind", "round").status == 2
    assert stocked("eval", "kinds").status == 2
    answer = stocked("eval", "kinds", labels.with_name("none.csv"))
    assert answer.status == 1
    assert "cannot read the labels" in answer.errors
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    answer = stocked("eval", "kinds", labels, "--kind", "tree")
    assert answer.status == 1
    assert "pip install 'shopthelook[compare]'" in answer.errors
    # What is wrong with the labels comes first, and nothing of what would have been left out.
    for kind in ([], ["--kind", "tree"]):
        answer = stocked("eval", "kinds", labels.with_name("none.csv"), *kind)
        assert answer.status == 1
        assert "cannot read the labels" in answer.errors
        assert "usearch" not in answer.errors


def test_a_plain_install_leaves_the_tree_out(
    stocked: Run, labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    answer = stocked("eval", "kinds", labels, "--by", "true", "--json")
    assert answer.status == 0
    assert "left out: the index kind 'tree' needs usearch" in answer.errors
    assert "pip install 'shopthelook[compare]'" in answer.errors
    (found,) = answer.objects
    assert [one["kind"] for one in found["results"]] == ["flat", "category", "tokens"]
