"""Filters as programs: followed by slow Python they mean what `matches` says, and what must hold is marked."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes
from shopthelook.retrieval.embedded import program as p
from shopthelook.retrieval.embedded.program import Program, compiled_filter, field_number, key
from shopthelook.retrieval.embedded.texts import Texts
from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term, fold, fold_field, matches
from tests.retrieval.filters import CASES, attributes, filters

Values = Mapping[str, Sequence[str | float]]


@dataclass
class Leaf:
    """One condition as it stands in a program's table."""

    kind: int
    field: int
    keys: list[str]
    numbers: list[float]
    limits: tuple[float, float]
    open: int
    must: bool

    def holds(self, values: Values, position: int) -> bool:
        low, high = self.limits
        if self.kind == p.POSITIONS:
            return low <= position < high
        if self.kind == p.PLACES:
            return position >= 0 and position in self.numbers
        mine = [(name, value) for name, found in values.items() for value in found]
        mine = [(name, value) for name, value in mine if field_number(name) == self.field]
        numbers = [value for _, value in mine if not isinstance(value, str)]
        if self.kind == p.BETWEEN:
            above = [value for value in numbers if (value > low if self.open & 1 else value >= low)]
            return any(value < high if self.open & 2 else value <= high for value in above)
        texts = [key(name, fold(value)) for name, value in mine if isinstance(value, str)]
        return any(text in self.keys for text in texts) or any(value in self.numbers for value in numbers)


class Read:
    """A program read back from its table of addresses."""

    def __init__(self, program: Program) -> None:
        table = program.table.tolist()
        count = table[p.LEAVES_]
        self.nodes = _at(table[p.NODES], np.int64, table[p.N_NODES], 2).tolist()
        leaves = _at(table[p.LEAVES], np.int64, count, 8).tolist()
        limits = _at(table[p.LIMITS], np.float64, count, 2).tolist()
        texts = max((leaf[p.LEAF_VALUES_END] for leaf in leaves), default=0)
        values = _at(table[p.VALUES], np.int64, texts, 3).tolist()
        letters = _at(table[p.LETTERS], np.uint8, values[-1][2] if values else 0, 1).tobytes()
        floats = max((leaf[p.LEAF_NUMBERS_END] for leaf in leaves), default=0)
        numbers = _at(table[p.NUMBERS], np.float64, floats, 1).reshape(-1).tolist()
        self.keys = [letters[start:end].decode("utf-8", "surrogatepass") for _, start, end in values]
        self.hashes = [one[0] for one in values]
        self.leaves = [
            Leaf(
                leaf[p.LEAF_KIND],
                leaf[p.LEAF_FIELD],
                self.keys[leaf[p.LEAF_VALUES] : leaf[p.LEAF_VALUES_END]],
                numbers[leaf[p.LEAF_NUMBERS] : leaf[p.LEAF_NUMBERS_END]],
                (low, high),
                leaf[p.LEAF_OPEN],
                bool(leaf[p.LEAF_MUST]),
            )
            for leaf, (low, high) in zip(leaves, limits, strict=True)
        ]

    def passes(self, values: Values, position: int) -> bool:
        stack: list[bool] = []
        for what, count in self.nodes:
            if what == p.LEAF:
                stack.append(self.leaves[count].holds(values, position))
            elif what == p.NOT:
                stack.append(not stack.pop())
            else:
                children = [stack.pop() for _ in range(count)]
                stack.append(all(children) if what == p.AND else any(children))
        (whole,) = stack
        return whole

    @property
    def must(self) -> list[bool]:
        return [leaf.must for leaf in self.leaves]


def _at(address: int, kind: type, count: int, width: int) -> NDArray[np.generic]:
    if not count:
        return np.zeros((0, width), kind)
    size = count * width * np.dtype(kind).itemsize
    return np.frombuffer(ctypes.string_at(address, size), kind).reshape(-1, width)


def read(where: Filter) -> Read:
    program = Program(where)
    return Read(program)


def folded(of_one: Attributes) -> Values:
    """The same by folded field, as an index takes it: a field that is named `category` is not one."""
    values: dict[str, list[str | float]] = {}
    for name, found in of_one.items():
        if fold_field(name) != "category":
            values.setdefault(fold_field(name), []).extend(found)
    return values


@given(filters, attributes, st.integers(-1, 12))
def test_a_program_means_what_its_filter_does(where: Filter, of_one: Attributes, position: int) -> None:
    found, values = read(where), folded(of_one)
    whole = values if position < 0 else {**values, "category": [position]}
    passes = found.passes(values, position)
    assert passes == matches(where, whole)
    if passes:
        assert all(leaf.holds(values, position) for leaf in found.leaves if leaf.must)


@pytest.mark.parametrize("where", CASES)
def test_values_are_found_by_the_hash_of_their_key(where: Filter) -> None:
    found = read(where)
    texts = Texts.of(found.keys)
    by_text = dict(zip(texts.numbers.tolist(), texts.hashes.view(np.int64).tolist(), strict=True))
    assert found.hashes == [by_text[i] for i in range(len(found.keys))]


def test_a_value_is_looked_for_as_text_and_as_number() -> None:
    (leaf,) = read(Term(" Seat  Size", " 10.50 ")).leaves
    assert (leaf.kind, leaf.field) == (p.ANY_OF, field_number("seat_size"))
    assert (leaf.keys, leaf.numbers) == (["seat_size\x0010.50"], [10.5])
    (leaf,) = read(Term("brand", "Acme  Inc")).leaves
    assert (leaf.keys, leaf.numbers) == (["brand\0acme inc"], [])


def test_equal_values_are_looked_for_once() -> None:
    (leaf,) = read(In("size", ("L", " l", "2", "2.0", "1"))).leaves
    assert leaf.keys == ["size\0l", "size\x002", "size\x002.0", "size\x001"]
    assert leaf.numbers == [1.0, 2.0]


def test_ranges_of_numbers() -> None:
    (leaf,) = read(Range("price", 2, None, low_open=True)).leaves
    assert (leaf.kind, leaf.limits, leaf.open) == (p.BETWEEN, (2, math.inf), 1)
    (leaf,) = read(Range("price", -1, 8, high_open=True)).leaves
    assert (leaf.limits, leaf.open) == ((-1, 8), 2)


@pytest.mark.parametrize(
    ("low", "high", "low_open", "high_open", "first", "end"),
    [
        (3, 7, False, False, 3, 8),
        (3, 7, True, True, 4, 7),
        (2.5, 6.5, False, True, 3, 7),
        (2.5, 6.5, True, False, 3, 7),
        (-5, 2, False, False, 0, 3),
        (-9, -1, False, False, 0, 0),
        (None, 4, False, True, 0, 4),
        (4, None, False, False, 4, 2**40),
        (math.inf, None, False, False, 2**40, 2**40),
    ],
)
def test_ranges_of_categories_are_of_positions(
    low: float | None, high: float | None, low_open: bool, high_open: bool, first: int, end: int
) -> None:
    (leaf,) = read(Range("category", low, high, low_open, high_open)).leaves
    assert leaf.kind == p.POSITIONS
    assert leaf.limits[0] == first
    # Where there is no upper limit the end is beyond all taxonomies, wherever that is.
    assert leaf.limits[1] == end if end < 2**40 else leaf.limits[1] >= end


def test_values_of_the_category_are_places() -> None:
    (leaf,) = read(In("Category", ("3", "x", "4.5"))).leaves
    assert (leaf.kind, leaf.keys, leaf.numbers) == (p.PLACES, [], [3.0, 4.5])


A, B, C = Term("a", "1"), Term("b", "1"), Range("c", 1, 2)


@pytest.mark.parametrize(
    ("where", "must"),
    [
        (A, [True]),
        (And((A, B, C)), [True, True, True]),
        (And((A, And((B, C)))), [True, True, True]),
        (Or((A, C)), [False, False]),
        (Or((A,)), [True]),
        (And((A, Or((And((B, C)),)))), [True, True, True]),
        (Not(A), [False]),
        (Not(Not(A)), [False]),
        (And((A, Not(And((B, C))))), [True, False, False]),
        (And((A, Or((B, C)))), [True, False, False]),
        # One field's alternatives are one condition, and that must hold.
        (And((A, Or((B, Term("b", "2"))))), [True, True]),
    ],
)
def test_what_must_hold_is_marked(where: Filter, must: list[bool]) -> None:
    assert read(where).must == must


def test_alternatives_of_one_field_are_joined() -> None:
    found = read(Or((Term("a", "x"), Term("b", "y"), In("A", ("z", "x")), C)))
    by_field = {leaf.field: leaf for leaf in found.leaves}
    assert len(by_field) == len(found.leaves) == 3
    assert by_field[field_number("a")].keys == ["a\0x", "a\0z"]
    assert by_field[field_number("b")].keys == ["b\0y"]
    assert found.nodes[-1] == [p.OR, 3]


def test_ranges_of_one_field_are_not_joined() -> None:
    assert len(read(Or((C, Range("c", 5, 6)))).leaves) == 2
    assert len(read(And((A, Term("a", "2")))).leaves) == 2


def test_filters_without_conditions() -> None:
    for where, passes in ((And(()), True), (Or(()), False), (In("a", ()), False)):
        assert read(where).passes({"a": ["1"]}, 3) is passes


def test_equal_filters_share_a_program() -> None:
    one = compiled_filter(And((A, B)))
    assert compiled_filter(And((Term("A", "1"), Term("b", "1")))) is one
    assert compiled_filter(And((B, A))) is not one


def test_a_field_keeps_its_number() -> None:
    numbers = [field_number(f"field of its own {i}") for i in range(20)]
    assert len(set(numbers)) == 20
    assert numbers == [field_number(f"field of its own {i}") for i in range(20)]
