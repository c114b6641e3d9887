"""The k nearest where distances tie by the thousand, over several segments, and ids of any letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopthelook.retrieval import Query
from shopthelook.retrieval.embedded import EmbeddedIndex
from shopthelook.retrieval.embedded.nearest import room_for
from shopthelook.retrieval.query import Not, Term
from tests.retrieval.engines import pairs, random_codes

BITS = 64
SIZES = (5200, 1000, 200)
"""Rows of segments that nothing merges, as each is more than four times as large as all smaller ones."""

Rows = list[tuple[str, NDArray[np.uint8]]]


def filled(rows: Rows, sizes: Sequence[int], fresh: int = 64) -> EmbeddedIndex:
    """An index that takes the rows in that many at a time."""
    index, first = EmbeddedIndex(BITS, threads=1, fresh=fresh), 0
    for size in sizes:
        some = rows[first : first + size]
        first += size
        if some:
            codes = np.stack([code for _, code in some])
            colors = [{"color": (product_id[-1:],)} for product_id, _ in some]
            index.upsert([product_id for product_id, _ in some], codes, np.zeros(len(some), np.int64), colors)
    assert first >= len(rows)
    return index


def true(rows: Rows, query: NDArray[np.uint8]) -> list[tuple[int, str]]:
    return sorted((int(np.bitwise_count(code ^ query).sum()), product_id) for product_id, code in rows)


class Ties:
    """Rows of five codes, most of them of one, whose ids are in no order."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        count = sum(SIZES) + 30
        self.codes = random_codes(rng, 5, BITS)
        chosen = rng.choice(5, count, p=[0.6, 0.1, 0.1, 0.1, 0.1])
        ids = rng.permutation(count).tolist()
        self.rows = [(f"p{i}", self.codes[code]) for i, code in zip(ids, chosen.tolist(), strict=True)]
        # The last ones are in no segment.
        self.index = filled(self.rows, (*SIZES, 30))

    def true(self, query: NDArray[np.uint8]) -> list[tuple[int, str]]:
        return true(self.rows, query)


@pytest.fixture(scope="module")
def ties() -> Ties:
    return Ties()


def test_there_are_several_segments_and_more_ties_than_room(ties: Ties) -> None:
    assert len(ties.index._content.parts) == len(SIZES)
    assert ties.index._content.fresh.alive == 30
    found = ties.true(ties.codes[0])
    assert sum(distance == 0 for distance, _ in found) > room_for(600) > room_for(1)


@pytest.mark.parametrize("k", [1, 2, 31, 32, 33, 127, 128, 129, 512, 513, 1000, 4000, 6000, 10**6])
def test_ties_are_cut_by_id(ties: Ties, k: int) -> None:
    codes = [*ties.codes, ties.codes[0] ^ np.uint8(1), ~ties.codes[0]]
    together = ties.index.query([Query(code) for code in codes], k)
    for code, hits in zip(codes, together, strict=True):
        expected = ties.true(code)[:k]
        assert pairs(hits) == expected
        assert pairs(ties.index.query([Query(code)], k)[0]) == expected


@pytest.mark.parametrize("k", [1, 40, 700])
def test_ties_behind_a_filter(ties: Ties, k: int) -> None:
    for where, kept in ((Term("color", "7"), True), (Not(Term("color", "7")), False)):
        expected = [one for one in ties.true(ties.codes[0]) if one[1].endswith("7") is kept][:k]
        assert pairs(ties.index.query([Query(ties.codes[0], None, where)], k)[0]) == expected


@pytest.mark.parametrize("k", [1, 2000])
def test_a_largest_distance_takes_its_ties_in(ties: Ties, k: int) -> None:
    everything = ties.true(ties.codes[1])
    for most in sorted({distance for distance, _ in everything}):
        for limit in (most - 1, most):
            if limit >= 0:
                expected = [one for one in everything if one[0] <= limit][:k]
                assert pairs(ties.index.query([Query(ties.codes[1], None, None, limit)], k)[0]) == expected


def test_dead_rows_take_no_place_among_ties(ties: Ties) -> None:
    dead = {product_id for _, product_id in ties.true(ties.codes[0])[:1500]}
    index = filled(ties.rows, (*SIZES, 30))
    index.delete(sorted(dead))
    left = [row for row in ties.rows if row[0] not in dead]
    for k in (1, 600, 3000):
        assert pairs(index.query([Query(ties.codes[0])], k)[0]) == true(left, ties.codes[0])[:k]


# Zeros, which part the ids that compiled loops hand back; halves of surrogate pairs; all lengths of UTF-8.
ids = st.text(st.sampled_from("\0a~\x7fé\u07ff\ud800\udfff\uffff\U00010000\U0010ffff"), max_size=4)


@given(
    st.lists(ids, unique=True, min_size=1, max_size=60),
    st.integers(1, 70),
    st.integers(0, 2**32 - 1),
    st.data(),
)
def test_ids_of_any_letters_come_back_in_the_order_of_code_points(
    names: list[str], k: int, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    codes = random_codes(rng, 2, BITS)
    rows = [(name, codes[i]) for name, i in zip(names, rng.integers(0, 2, len(names)).tolist(), strict=True)]
    size = data.draw(st.integers(1, len(rows)))
    index = filled(rows, [size] * -(-len(rows) // size), fresh=3)
    for hits, code in zip(index.query([Query(code) for code in codes], k), codes, strict=True):
        assert pairs(hits) == true(rows, code)[:k]
        assert pairs(index.query([Query(code)], k)[0]) == true(rows, code)[:k]


@pytest.mark.parametrize(
    "names",
    [
        [""],
        ["", "\0"],
        ["\0", "\0\0", "", "\0a"],
        ["a\0b", "a", "b", "a\0"],
        ["\udfff", "\ud800", "\uffff", "\U00010000"],
        ["\ud83d\ude00", "\U0001f600", "\ud83d"],
    ],
)
def test_odd_ids_alone_in_a_segment(names: list[str]) -> None:
    code = random_codes(np.random.default_rng(0), 1, BITS)[0]
    rows = [(name, code) for name in names]
    index = filled(rows, [len(rows)])
    index.compact()
    assert len(index._content.parts) == 1
    for k in range(1, len(rows) + 2):
        assert list(index.query([Query(code)], k)[0].ids) == sorted(names)[:k]


def test_more_letters_of_ids_than_room() -> None:
    # 65,536 letters of ids come back quickly; more are read one by one.
    code = random_codes(np.random.default_rng(0), 1, BITS)[0]
    rows = [(f"{'long' * 50}{i:04}", code) for i in range(700)]
    index = filled(rows, [700])
    for k in (10, 321, 322, 700):
        assert list(index.query([Query(code)], k)[0].ids) == [name for name, _ in rows][:k]
