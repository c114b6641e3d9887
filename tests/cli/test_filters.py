"""Filters on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_filter_and_its_explanation(stocked: Run, room: Path) -> None:
    answer = stocked("search", room, "--where", "price < 5", "--explain", "--relax")
    assert answer.status == 0
    assert "no products here" in answer.out
    assert "filter: price < 5" in answer.out
    assert "as asked: plan " in answer.out
    assert "to all of Furniture: plan " in answer.out


def test_widening_is_told(stocked: Run, room: Path) -> None:
    answer = stocked("search", room, "-k", 12, "--relax")
    assert answer.out.count("widened to the categories beside it in Furniture") == 2
    (found,) = stocked("search", room, "-k", 12, "--relax", "--json").objects
    assert [len(one["hits"]) for one in found["objects"]] == [12, 12]
    assert found["objects"][0]["widened"] == "to the categories beside it in Furniture"
    assert "explanation" not in found["objects"][0]


def test_json_filters_and_least_similarity(stocked: Run, room: Path) -> None:
    where = '{"field": "price", "lte": 10}'
    (every,) = stocked("search", room, "--where", where, "--gender", "women", "--json").objects
    assert [len(one["hits"]) for one in every["objects"]] == [10, 10]
    least = every["objects"][0]["hits"][4]["similarity"]
    (best,) = stocked("search", room, "--min-similarity", least, "--json").objects
    assert all(hit["similarity"] >= least for one in best["objects"] for hit in one["hits"])
    assert 5 <= len(best["objects"][0]["hits"]) <= 10


def test_a_wrong_filter_is_told_once_and_pointed_at(stocked: Run, room: Path) -> None:
    answer = stocked("search", room, room, "--where", "color:red brand:x")
    assert (answer.status, answer.out) == (1, "")
    assert answer.errors.splitlines() == [
        'error: where, column 11: expected AND, OR or the end, found "brand"; between two conditions goes AND',
        "  color:red brand:x",
        "            ^~~~~",
    ]
    assert "near it" in stocked("search", room, "--where", "category:Chars").errors


@pytest.mark.parametrize("arguments", [("--gender", "robots"), ("--min-similarity", "2")])
def test_wrong_options(stocked: Run, room: Path, arguments: tuple[str, str]) -> None:
    assert stocked("search", room, *arguments).status == 2
