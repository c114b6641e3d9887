"""Filters as JSON."""

from __future__ import annotations

import pytest

from shopthelook.retrieval.query import (
    And,
    Filter,
    In,
    Not,
    Or,
    QueryError,
    Range,
    Term,
    from_json,
    to_json,
    to_text,
)


@pytest.mark.parametrize(
    ("value", "tree"),
    [
        ({"field": "Brand", "value": "Norr"}, Term("brand", "Norr")),
        ({"field": "size", "value": 42.0}, Term("size", "42")),
        ({"field": "color", "in": ["red", 7]}, In("color", ("red", "7"))),
        ({"field": "price", "gte": 10, "lt": 50}, Range("price", 10, 50, False, True)),
        ({"field": "price", "gt": 10, "lte": None}, Range("price", 10, None, True, False)),
        ({"field": "price", "gte": None}, Range("price", None, None)),
        ({"and": []}, And(())),
        ({"or": [{"field": "a", "value": "x"}]}, Or((Term("a", "x"),))),
        ({"not": {"field": "a", "value": ""}}, Not(Term("a", ""))),
    ],
)
def test_a_document_is_this_tree(value: object, tree: Filter) -> None:
    assert from_json(value) == tree
    assert from_json(to_json(tree)) == tree


@pytest.mark.parametrize(
    ("value", "path", "said"),
    [
        ("a:1", "where", "expected an object, found a text"),
        (None, "where", "null"),
        ({}, "where", "keys none"),
        ({"and": {}}, "where.and", "expected a list"),
        ({"and": [], "or": []}, "where", "keys"),
        ({"or": [{"not": 3}]}, "where.or[0].not", "a number"),
        ({"field": 1, "value": "x"}, "where.field", "name"),
        ({"field": " ", "value": "x"}, "where.field", "no name"),
        ({"field": "a"}, "where", "keys"),
        ({"field": "a", "value": True}, "where.value", "true"),
        ({"field": "a", "in": ["x", None]}, "where.in[1]", "null"),
        ({"field": "a", "gt": 1, "gte": 1}, "where", "not both"),
        ({"field": "a", "gt": "1"}, "where.gt", "expected a number"),
        ({"field": "a", "gt": float("inf")}, "where.gt", "finite"),
        ({"field": "a", "gt": 2, "lt": 1}, "where", "turned round"),
        ({"field": "a", "value": "x", "boost": 2}, "where", '"boost"'),
    ],
)
def test_errors_name_the_place(value: object, path: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        from_json(value)
    assert caught.value.path == path
    assert said in str(caught.value)


def test_deep_and_large_documents_are_refused() -> None:
    deep: object = {"field": "a", "value": "x"}
    for _ in range(5_000):
        deep = {"not": deep}
    with pytest.raises(QueryError, match="nested"):
        from_json(deep)
    with pytest.raises(QueryError, match="values"):
        from_json({"field": "a", "in": ["x"] * 10_001})
    with pytest.raises(QueryError, match="conditions"):
        from_json({"and": [{"field": "a", "value": "x"}] * 1_000})


def test_what_text_cannot_spell_keeps_its_meaning() -> None:
    assert to_text(Or((Term("a", "x"),))) == "a:x"
    assert to_text(Not(And((Or((Term("a", "x"), Term("b", "y"))),)))) == "NOT (a:x OR b:y)"
    assert to_text(Not(Or(()))) == "NOT NOT *"
    assert to_text(And((In("a", ()), And(())))) == "NOT * AND *"


@pytest.mark.parametrize("bad", [Range("a", float("nan"), None), Term("", "x"), Term("a", 3), "text"])
def test_trees_that_are_none(bad: Filter) -> None:
    with pytest.raises(QueryError):
        to_json(bad)
    with pytest.raises(QueryError):
        to_text(bad)
