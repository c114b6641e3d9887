"""From a user's filter to the index's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopthelook.pipeline.errors import SearchError
from shopthelook.pipeline.filters import resolve
from shopthelook.pipeline.gender import gender_filter
from shopthelook.retrieval.query import And, In, Not, Or, QueryError, Range, Term, matches, parse, to_json
from shopthelook.taxonomy import Category, Taxonomy

TAXONOMY = Taxonomy.builtin()
CHAIRS, SOFAS = TAXONOMY.get("Furniture > Chairs"), TAXONOMY.get("Sofas")


def subtree(category: Category) -> Range:
    return Range("category", category.position, category.end - 1)


@pytest.mark.parametrize("name", ["Chairs", "443", '"Furniture > Chairs"', '"furniture>chairs"', "chairs"])
def test_a_category_is_its_subtree_by_any_name(name: str) -> None:
    assert resolve(f"category:{name}", TAXONOMY).where == subtree(CHAIRS)
    assert resolve(f"Category IN ({name}, 460)", TAXONOMY).where == Or((subtree(CHAIRS), subtree(SOFAS)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("category:Chairs", True),
        ("NOT category:Chairs", False),
        ("category NOT IN (Chairs)", False),
        ("NOT NOT category:Chairs", True),
        ("NOT (brand:x AND NOT category:Chairs)", True),
        ("brand:x OR category:Chairs", True),
        ("brand:x", False),
    ],
)
def test_whether_it_asks_for_a_category(text: str, names: bool) -> None:
    assert resolve(text, TAXONOMY).names_category is names


def test_any_form_is_one_filter() -> None:
    text = 'gender:Men AND NOT price < 50 AND "Seat Height" >= 40'
    tree = parse(text)
    document: Any = to_json(tree)
    forms = [resolve(form, TAXONOMY) for form in (text, tree, document, " " + json.dumps(document))]
    assert all(form == forms[0] for form in forms)
    assert forms[0].names_gender


def test_one_spelling_of_gray() -> None:
    assert resolve("color:'Dark Grey'", TAXONOMY).written == Term("color", "Dark Gray")
    assert resolve("Color IN (grey, red)", TAXONOMY).where == In("color", ("gray", "red"))
    assert resolve("brand:grey", TAXONOMY).where == Term("brand", "grey")


def test_words_of_the_specification() -> None:
    found = resolve("gender IN (Women, unisex) AND availability:'In Stock' AND condition:odd", TAXONOMY)
    assert found.written == And(
        (In("gender", ("female", "unisex")), Term("availability", "in_stock"), Term("condition", "odd"))
    )


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("brand:x AND category:Chars", 13, "near it"),
        ("category IN (Chairs, Chars)", 1, "Chars"),
        ("category < 5", 1, "names, paths and ids"),
        ("brand:", 7, "expected a value"),
        ('{"field": "a", "value"}', 23, "not JSON"),
    ],
)
def test_errors_point_at_the_column(text: str, column: int, said: str) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        resolve(text, TAXONOMY)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "where",
    [
        '{"not": ' * 100_000,
        '{"field": "a", "value": ' + "9" * 5_000 + "}",
        '{"field": "category", "value": "Chars"}',
        {"field": "category", "gte": 3},
        '{"field": "a", "value": NaN}',
        {},
        5,
        None,
    ],
)
def test_what_is_no_filter(where: Any) -> None:
    with pytest.raises(QueryError):
        resolve(where, TAXONOMY)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30) | st.text(max_size=30).map(lambda text: "{" + text))
def test_any_text(text: str) -> None:
    try:
        resolve(text, TAXONOMY)
    except QueryError as error:
        failed = error
    else:
        return
    assert str(failed).startswith("where")


DRESSES, COATS = TAXONOMY.get("Dresses"), TAXONOMY.get("Outerwear")


@pytest.mark.parametrize(
    ("asked", "own", "kind", "named", "allowed"),
    [
        (None, None, DRESSES, False, "female male unisex none"),
        (None, "female", DRESSES, False, "female unisex none"),
        (None, "male", COATS, False, "male unisex none"),
        (None, "unisex", COATS, False, "unisex none"),
        (None, "female", CHAIRS, False, "female male unisex none"),
        (None, "female", None, False, "female male unisex none"),
        (None, "female", DRESSES, True, "female male unisex none"),
        ("any", "female", DRESSES, False, "female male unisex none"),
        ("men", "female", DRESSES, False, "male unisex none"),
        ("women", None, None, False, "female unisex none"),
        ("female", None, DRESSES, True, "female unisex none"),
        ("men", None, CHAIRS, False, "female male unisex none"),
    ],
)
def test_gender(asked: str | None, own: str | None, kind: Category | None, named: bool, allowed: str) -> None:
    found = gender_filter(asked, own, kind, named)
    products: dict[str, Any] = {one: {"gender": (one,)} for one in ("female", "male", "unisex")} | {
        "none": {}
    }
    left = [name for name, row in products.items() if found is None or matches(found, row)]
    assert left == allowed.split()


def test_no_gender() -> None:
    with pytest.raises(SearchError, match="women, men, unisex or any"):
        gender_filter("robots", None, DRESSES, named=False)


def test_a_filter_of_python_is_checked() -> None:
    with pytest.raises(QueryError):
        resolve(Not(Range("price", float("inf"), None)), TAXONOMY)


@pytest.mark.parametrize("text", ["NOT " * 63 + "a:1", " OR ".join(["a:1"] * 999)])
def test_there_is_room_for_the_gender(text: str) -> None:
    with pytest.raises(QueryError, match="more than"):
        resolve(text, TAXONOMY)
    with pytest.raises(QueryError, match="more than"):
        resolve("category IN (" + ", ".join(["443"] * 1_000) + ")", TAXONOMY)
    resolve("NOT " * 60 + "a:1", TAXONOMY)
