"""The meaning of filters, on rows; engines are tested against this oracle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings

from shopthelook.retrieval.query import (
    And,
    Filter,
    In,
    Not,
    Or,
    Term,
    fold,
    fold_field,
    matches,
    number,
    parse,
)
from shopthelook.retrieval.query.fold import plain
from tests.retrieval.query.trees import filters, numbers, rows

Row = Mapping[str, Sequence[str | float]]

SHIRT: Row = {
    "brand": ("Norr Home",),
    "color": ("red", "Dark  Blue"),
    "price": (49.9,),
    "seat_height": ("45", 45.0),
    "note": ("10",),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand:'NORR   home'", True),
        ("brand:Norr", False),
        ("Brand:'norr home'", True),
        ("color:'dark blue'", True),
        ("color IN (green, red)", True),
        ("color NOT IN (green, red)", False),
        ("color NOT IN (green)", True),
        ("price:49.90", True),
        ("price = 49.9", True),
        ("price != 49.9", False),
        ("price < 49.9", False),
        ("price <= 49.9", True),
        ("price:{49.9 TO 60]", False),
        ("price:[49.9 TO 60]", True),
        ("price:[* TO *]", True),
        ("'seat height':45.0", True),
        ("'seat height' >= 45", True),
        ("note:10", True),
        ("note:10.0", False),
        ("note >= 5", False),
        ("size:42", False),
        ("NOT size:42", True),
        ("size < 42", False),
        ("NOT size < 42", True),
        ("*", True),
        ("NOT *", False),
    ],
)
def test_meaning(text: str, expected: bool) -> None:
    assert matches(parse(text), SHIRT) is expected


def test_field_names_of_rows_are_folded() -> None:
    assert matches(parse("seat_height:1"), {"Seat Height": ("1",)})


def test_empty_operators() -> None:
    assert matches(And(()), {})
    assert not matches(Or(()), {})
    assert not matches(In("a", ()), {"a": ("x",)})


@settings(max_examples=100, deadline=None)
@given(filters, filters, rows)
def test_two_valued_logic(a: Filter, b: Filter, row: Row) -> None:
    assert matches(Not(a), row) is not matches(a, row)
    assert matches(Not(And((a, b))), row) == matches(Or((Not(a), Not(b))), row)
    assert matches(Not(Or((a, b))), row) == matches(And((Not(a), Not(b))), row)


def test_folds() -> None:
    assert fold("  Straße\t X ") == "strasse x"
    assert fold_field(" Seat  Height ") == "seat_height"
    every = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x20000)))
    assert fold(fold(every)) == fold(every)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        (" -0.50 ", -0.5),
        (".5", 0.5),
        ("+3", 3),
        ("1e3", None),
        ("", None),
        ("1.", None),
        ("٣", None),
        ("9" * 400, None),
        ("1,5", None),
        ("nan", None),
        ("0x1", None),
        ("1_000", None),
    ],
)
def test_numbers(text: str, expected: float | None) -> None:
    assert number(text) == expected


@settings(max_examples=100, deadline=None)
@given(numbers)
def test_numbers_are_written_plainly(value: float) -> None:
    assert number(plain(value)) == value
    assert matches(Term("a", plain(value)), {"a": (value,)})
