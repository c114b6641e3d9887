"""Inverted indexes, made and merged, with forward columns: beside lists of pairs in slow Python."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes
from shopthelook.retrieval.embedded import inverted as module
from shopthelook.retrieval.embedded.gathering import gathered, merged_inverted
from shopthelook.retrieval.embedded.inverted import Inverted, places_of
from shopthelook.retrieval.embedded.program import key
from shopthelook.retrieval.query import fold, fold_field
from tests.retrieval.filters import attributes, random_attributes

NONE = 2**32 - 1
RARE = 16

# Products with the positions of their rows.
Rows = list[tuple[int, Attributes]]
worlds = st.lists(st.tuples(st.integers(-1, 3), attributes), max_size=40)


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FORWARD_FROM", 1)
        yield


def in_rows(world: Rows) -> Rows:
    """The products in the order of their positions, as a segment has them."""
    return sorted(world, key=lambda one: one[0])


def made(world: Rows, seed: int) -> Inverted:
    """The index of products that come in any order."""
    rows = np.random.default_rng(seed).permutation(len(world))
    laid = in_rows(world)
    return gathered([laid[row][1] for row in rows.tolist()], rows, positions_of(world))


def positions_of(world: Rows) -> NDArray[np.int64]:
    return np.array([position for position, _ in in_rows(world)], np.int64)


def assert_is_of(index: Inverted, world: Rows) -> None:
    """The index is that of the products, in all its arrays."""
    laid = in_rows(world)
    assert index.places.tolist() == true_places([position for position, _ in laid])
    texts: dict[str, set[int]] = {}
    numbers: dict[str, list[tuple[float, int]]] = {}
    for row, (_, of_one) in enumerate(laid):
        for name, values in of_one.items():
            field = fold_field(name)
            for value in values:
                if isinstance(value, str):
                    texts.setdefault(key(field, fold(value)), set()).add(row)
                elif value == value:
                    numbers.setdefault(field, []).append((value, row))
    assert terms_of(index) == {term: sorted(rows) for term, rows in texts.items()}
    assert {field: len(of_field) for field, of_field in numbers.items()} == {
        field: len(column.rows) for field, column in index.numbers.items()
    }
    for field, pairs in numbers.items():
        assert_column(index, field, sorted(pairs), len(laid))
    assert_forward_texts(index, texts, len(laid))


def true_places(positions: list[int]) -> list[int]:
    firsts = [row for row, position in enumerate(positions) if position not in positions[:row]]
    return [*firsts, len(positions)]


def terms_of(index: Inverted) -> dict[str, list[int]]:
    bounds = index.bounds.tolist()
    assert (bounds[0], bounds[-1], len(bounds)) == (0, len(index.rows), len(index.terms) + 1)
    return {index.terms[i]: index.rows[bounds[i] : bounds[i + 1]].tolist() for i in range(len(index.terms))}


def assert_column(index: Inverted, field: str, pairs: list[tuple[float, int]], count: int) -> None:
    column = index.numbers[field]
    assert list(zip(column.values.tolist(), column.rows.tolist(), strict=True)) == pairs
    rows = [row for _, row in pairs]
    assert column.single is (len(set(rows)) == len(rows))
    if len(rows) * RARE < count:
        assert not len(column.forward)
        assert not len(column.within)
        assert not len(column.edges)
        return
    if column.single:
        assert column.forward.tolist() == padded(
            [rows.index(row) if row in rows else NONE for row in range(count)]
        )
    else:
        assert not len(column.forward)
    places = index.places.tolist()
    assert len(column.edges) == len(places)
    for i, (first, end) in enumerate(itertools.pairwise(places)):
        mine = column.within[column.edges[i] : column.edges[i + 1]].tolist()
        assert mine == [entry for entry, row in enumerate(rows) if first <= row < end]


def assert_forward_texts(index: Inverted, texts: dict[str, set[int]], count: int) -> None:
    by_field: dict[str, list[str]] = {}
    for term in texts:
        by_field.setdefault(term.partition("\0")[0], []).append(term)
    expected = {}
    for field, terms in by_field.items():
        rows = [row for term in terms for row in texts[term]]
        if len(set(rows)) == len(rows) and len(rows) * RARE >= count:
            expected[field] = [
                next((term for term in terms if row in texts[term]), None) for row in range(count)
            ]
    assert set(index.forward) == set(expected)
    for field, wanted in expected.items():
        found = index.forward[field].tolist()
        assert [None if term == NONE else index.terms[term] for term in found[:count]] == wanted
        assert found == padded(found[:count])


def padded(column: list[int]) -> list[int]:
    """As long as blocks of 64 rows are."""
    return column + [NONE] * (-len(column) % 64)


@given(worlds, st.integers(0, 99))
def test_an_index_is_that_of_its_products(world: Rows, seed: int) -> None:
    assert_is_of(made(world, seed), world)


@given(st.lists(worlds, min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_a_merged_index_is_that_of_what_is_left(parts: list[Rows], seed: int) -> None:
    rng = np.random.default_rng(seed)
    kept = [(p, row) for p, world in enumerate(parts) for row in range(len(world)) if rng.random() < 0.8]
    laid = [in_rows(world) for world in parts]
    # As in a segment: the rows by position, those of one position in some order.
    kept.sort(key=lambda one: (laid[one[0]][one[1]][0], rng.random()))
    moved = [np.full(len(world), -1, np.int64) for world in parts]
    for row, (part, old) in enumerate(kept):
        moved[part][old] = row
    world = [laid[part][old] for part, old in kept]
    merged = merged_inverted([made(one, seed % 100) for one in parts], moved, positions_of(world))
    # A field of numbers that were all in dead rows is still there, and empty.
    empty = {field for field, column in merged.numbers.items() if not len(column.rows)}
    numbers = {field: column for field, column in merged.numbers.items() if field not in empty}
    assert_is_of(
        Inverted(merged.places, merged.terms, merged.bounds, merged.rows, numbers, merged.forward), world
    )


@pytest.mark.parametrize("count", [63, 64, 65, 300])
def test_columns_of_more_rows_than_a_block(count: int) -> None:
    rng = np.random.default_rng(count)
    world: Rows = [
        (int(position), {**of_one, "maker": (f"m{i % 7}",), "serial": (float(-i),), "twice": (i, i + 0.5)})
        for i, (position, of_one) in enumerate(
            zip(rng.integers(-1, 9, count), random_attributes(rng, count), strict=True)
        )
    ]
    index = made(world, 0)
    assert "maker" in index.forward
    assert index.numbers["serial"].single
    assert not index.numbers["twice"].single
    assert_is_of(index, world)


@pytest.mark.parametrize(
    ("values", "single"),
    [
        ((1.0,), True),
        ((1.0, 2.0), False),
        ((2.0, 2.0), False),
        ((1.0, float("nan")), True),
        ((1.0, "2"), True),
    ],
)
def test_a_row_with_two_numbers_is_not_single(values: tuple[str | float, ...], single: bool) -> None:
    index = made([(0, {"size": (3.0,)}), (0, {"size": values}), (1, {})], 0)
    assert index.numbers["size"].single is single
    assert len(index.numbers["size"].forward) == (64 if single else 0)


@pytest.mark.parametrize(("values", "has"), [(("a",), True), (("a", " A"), True), (("a", "b"), False)])
def test_a_row_with_two_texts_has_no_forward_column(values: tuple[str, ...], has: bool) -> None:
    assert ("color" in made([(0, {"color": values}), (0, {"color": ("c",)})], 0).forward) is has


def test_rare_fields_and_small_segments_have_no_forward_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    rare: Attributes = {"size": (1.0,), "color": ("red",)}
    world: Rows = [(0, rare), *[(0, {})] * (RARE - 1)]
    index = made(world, 0)
    assert len(index.numbers["size"].forward) == 64
    assert "color" in index.forward
    rarer = made([*world, (0, {})], 0)
    monkeypatch.setattr(module, "FORWARD_FROM", len(world) + 1)
    for other in (rarer, made(world, 0)):
        assert not len(other.numbers["size"].forward)
        assert not len(other.numbers["size"].within)
        assert not other.forward


@given(st.lists(st.integers(-1, 5)))
def test_places_are_where_positions_begin(positions: list[int]) -> None:
    positions.sort()
    assert places_of(np.array(positions, np.int64)).tolist() == true_places(positions)
