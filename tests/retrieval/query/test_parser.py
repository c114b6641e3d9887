"""What a filter's text means, and what is said where it means nothing."""

from __future__ import annotations

import pytest

from shopthelook.errors import ShopError
from shopthelook.retrieval.query import And, Filter, In, Not, Or, QueryError, Range, Term, parse, to_text

A, B, C = Term("a", "1"), Term("b", "2"), Term("c", "3")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a:1", A),
        ("  a : 1  ", A),
        ('"a":"1"', A),
        ("a=1", A),
        ("a != 1", Not(A)),
        ("Seat Height:1".replace("Seat Height", '"Seat  Height"'), Term("seat_height", "1")),
        ("brand:Levi's", Term("brand", "Levi's")),
        ("brand:'Norr Home'", Term("brand", "Norr Home")),
        (r'brand:"say \"hi\" \\ \'"', Term("brand", 'say "hi" \\ \'')),
        (r"brand:'it\'s'", Term("brand", "it's")),
        ("size:7-9/10%&", Term("size", "7-9/10%&")),
        ('x:"and"', Term("x", "and")),
        ('"and":x', Term("and", "x")),
        ("a:1 AND b:2 AND c:3", And((A, B, C))),
        ("a:1 or b:2 Or c:3", Or((A, B, C))),
        ("a:1 OR b:2 AND c:3", Or((A, And((B, C))))),
        ("a:1 AND b:2 OR c:3", Or((And((A, B)), C))),
        ("a:1 AND (b:2 OR c:3)", And((A, Or((B, C))))),
        ("(a:1 AND b:2) AND c:3", And((And((A, B)), C))),
        ("not a:1 and b:2", And((Not(A), B))),
        ("NOT NOT a:1", Not(Not(A))),
        ("NOT (a:1 AND b:2)", Not(And((A, B)))),
        ("((a:1))", A),
        ("a IN (1, '2 3')", In("a", ("1", "2 3"))),
        ("a in(1)", In("a", ("1",))),
        ("a NOT IN (1)", Not(In("a", ("1",)))),
        ("NOT a IN (1)", Not(In("a", ("1",)))),
        ("p < 5", Range("p", None, 5, high_open=True)),
        ("p<=5", Range("p", None, 5)),
        ("p>-.5", Range("p", -0.5, None, low_open=True)),
        ('p >= "10.25"', Range("p", 10.25, None)),
        ("p:[10 TO 50]", Range("p", 10, 50)),
        ("p:{10 to 50}", Range("p", 10, 50, True, True)),
        ("p:[10 TO 50}", Range("p", 10, 50, False, True)),
        ("p:[10 TO *]", Range("p", 10, None)),
        ("p:{* TO 10]", Range("p", None, 10)),
        ("p:[* TO *]", Range("p", None, None)),
        ("*", And(())),
        ("NOT *", Not(And(()))),
        ("a:*", Term("a", "*")),
        (
            'gender:Men AND (category:"Shirts & Tops" OR category:Neckties) AND NOT price < 50',
            And(
                (
                    Term("gender", "Men"),
                    Or((Term("category", "Shirts & Tops"), Term("category", "Neckties"))),
                    Not(Range("price", None, 50, high_open=True)),
                )
            ),
        ),
    ],
)
def test_a_text_is_this_tree(text: str, tree: Filter) -> None:
    assert parse(text) == tree


def test_nodes_know_where_they_stand() -> None:
    text = 'a:1 AND NOT (price:[1 TO 2] OR x IN ("é", b))'
    found = parse(text)
    assert isinstance(found, And)
    assert text[slice(*found.children[0].span)] == "a:1"
    negated = found.children[1]
    assert isinstance(negated, Not)
    assert isinstance(negated.child, Or)
    spans = [text[slice(*child.span)] for child in negated.child.children]
    assert spans == ["price:[1 TO 2]", 'x IN ("é", b)']


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "empty"),
        ("   ", 4, "empty"),
        ("red", 4, "expected :"),
        ("color:", 7, "expected a value"),
        ("color:red brand:x", 11, "goes AND"),
        ("color:red NOT brand:x", 11, "goes AND"),
        ("color:red (brand:x)", 11, "goes AND"),
        ("category:Shirts & Tops", 17, '"Shirts & Tops"'),
        ("category:Furniture > Chairs", 20, "in quotes"),
        ("a IN (x y)", 9, '"x y"'),
        ("a IN x", 6, "expected ("),
        ("a IN ()", 7, "expected a value"),
        ("a IN (x,)", 9, "expected a value"),
        ("a IN (x", 8, "expected , or )"),
        ("a NOT b:1", 7, "expected IN"),
        ("AND a:1", 1, "operator"),
        ("a:1 AND", 8, "expected a condition"),
        ("a:1 AND OR b:1", 9, "operator"),
        ("a:in", 3, "needs quotes"),
        ("(a:1", 1, "not closed"),
        ("a:1)", 4, "nothing opened"),
        ('a:"x', 3, "not closed"),
        ("a:'x\"", 3, "not closed"),
        (r'a:"\n"', 4, "backslash"),
        ("p < cheap", 5, "expected a number"),
        ("p < 1e3", 5, "expected a number"),
        ("p < 1,000", 6, "expected AND"),
        ("p:>10", 3, "without the colon"),
        ("p:(1 OR 2)", 3, "IN (a, b)"),
        ("p:[50 TO 10]", 3, "turned round"),
        ("p:[1 2]", 6, "expected TO"),
        ("p:[1 TO 2)", 10, "expected ]"),
        ('"":x', 1, "no name"),
        ("* a:1", 3, "goes AND"),
        ("a:\ud800", 3, "UTF-16"),
        ("!", 2, "expected :"),
        ("!=3", 1, "expected a condition"),
    ],
)
def test_errors_point_at_the_column(text: str, column: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert isinstance(error, ShopError)
    assert (error.column, error.field) == (column, "where")
    assert said in error.reason
    assert str(error).startswith(f"where, column {column}: ")


def test_the_caret_stands_below_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse("color:red\n\tbrand:x")
    _, line, caret = str(caught.value).split("\n")
    assert line == "  color:red  brand:x"
    assert caret == "             ^~~~~"
    assert line[caret.index("^") :].startswith("brand")


def test_a_long_text_is_shown_around_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse(" AND ".join(["color:red"] * 50) + " brand:x" + " AND color:red" * 50)
    _, line, caret = str(caught.value).split("\n")
    assert len(line) < 120
    assert line[caret.index("^") :].startswith("brand:x")


def test_wide_letters_move_the_caret() -> None:
    with pytest.raises(QueryError) as caught:
        parse("色:赤 b:x")
    assert str(caught.value).split("\n")[2] == "  " + " " * 6 + "^"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(" * 100 + "a:1" + ")" * 100, "nested"),
        ("NOT " * 100 + "a:1", "nested"),
        ("(" * 30_000, "nested"),
        (" AND ".join(["a:1"] * 1_000), "conditions"),
        ("a IN (" + ", ".join(["1"] * 10_001) + ")", "values"),
        ("a:" + "x" * 70_000, "characters"),
        ("(a:1 OR " * 63 + "b:1" + ")" * 63, None),
        ("NOT " * 63 + "a:1", None),
    ],
)
def test_large_filters_are_refused(text: str, said: str | None) -> None:
    if said is None:
        assert parse(to_text(parse(text))) == parse(text)
        return
    with pytest.raises(QueryError, match=said):
        parse(text)
