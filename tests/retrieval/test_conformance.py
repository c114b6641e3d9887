"""What `ProductIndex` promises, for every engine, against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook.retrieval import ProductIndex, RetrievalError
from tests.retrieval.engines import MakeIndex, Range, assert_agrees, pairs, random_codes
from tests.retrieval.oracle import Oracle

WIDTHS = (64, 128, 512, 1024, 4096)


def filled(
    make_index: MakeIndex, bits: int, count: int, seed: int = 0, positions: int = 40
) -> tuple[ProductIndex, Oracle, NDArray[np.uint8]]:
    """An index and an oracle with the same random products, and their codes."""
    rng = np.random.default_rng(seed)
    codes = random_codes(rng, count, bits)
    # Ids are not in the order of the rows, so that ties broken by row are found out.
    ids = [f"p{i}" for i in rng.permutation(count)]
    places = rng.integers(-1, positions, count)
    index, oracle = make_index(bits), Oracle()
    index.upsert(ids, codes, places)
    oracle.upsert(ids, codes, places.tolist())
    return index, oracle, codes


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("limits", [None, (0, 40), (5, 6), (10, 25), (39, 40), (7, 7), (40, 1000)])
def test_hits_are_those_of_brute_force(make_index: MakeIndex, bits: int, limits: Range) -> None:
    index, oracle, codes = filled(make_index, bits, 300)
    queries = np.concatenate([codes[:3], random_codes(np.random.default_rng(1), 4, bits)])
    for k in (1, 10, 299, 300, 1000):
        assert_agrees(index, oracle, queries, k, limits)


@pytest.mark.parametrize("bits", WIDTHS)
def test_distances_count_differing_bits(make_index: MakeIndex, bits: int) -> None:
    index = make_index(bits)
    zero, one, full = np.zeros((3, bits // 8), np.uint8)
    one[-1] = 1
    full[:] = 255
    index.upsert(["zero", "one", "full"], np.stack([zero, one, full]), np.array([0, 1, 2]))
    assert pairs(index.search(zero[None], 3, [None])[0]) == [(0, "zero"), (1, "one"), (bits, "full")]


def test_equal_distances_are_in_the_order_of_ids(make_index: MakeIndex) -> None:
    index = make_index(64)
    ids = ["b", "a", "é", "B", "a1", "10", "9", "日本", "z", "\U0001f600", ""]
    code = np.full((len(ids), 8), 7, np.uint8)
    index.upsert(ids, code, np.arange(len(ids))[::-1].copy())
    for k in range(1, len(ids) + 2):
        assert index.search(code[:1], k, [None])[0].ids == tuple(sorted(ids)[:k])


def test_many_equal_codes(make_index: MakeIndex) -> None:
    rng = np.random.default_rng(3)
    few = random_codes(rng, 3, 64)
    codes = few[rng.integers(0, 3, 500)]
    ids, positions = [f"p{i}" for i in rng.permutation(500)], rng.integers(-1, 5, 500)
    index, oracle = make_index(64), Oracle()
    index.upsert(ids, codes, positions)
    oracle.upsert(ids, codes, positions.tolist())
    for limits in (None, (0, 3), (4, 5)):
        for k in (1, 20, 167, 499):
            assert_agrees(index, oracle, few, k, limits)


def test_an_empty_index_finds_nothing(make_index: MakeIndex) -> None:
    index = make_index(128)
    query = np.zeros((2, 16), np.uint8)
    assert [len(hits) for hits in index.search(query, 5, [None, (0, 9)])] == [0, 0]
    assert index.search(query[:0], 5, []) == []
    assert len(index) == 0
    assert index.seq == 0
    index.delete(["nothing"])
    index.upsert([], query[:0], np.zeros(0, np.int64))
    assert len(index) == 0


def test_one_product(make_index: MakeIndex) -> None:
    index = make_index(64)
    code = np.arange(8, dtype=np.uint8)[None]
    index.upsert(["only"], code, np.array([4]))
    assert len(index) == 1
    assert pairs(index.search(code, 3, [(4, 5)])[0]) == [(0, "only")]
    assert pairs(index.search(code, 3, [(5, 9)])[0]) == []
    index.delete(["only", "only"])
    assert len(index) == 0
    assert pairs(index.search(code, 3, [None])[0]) == []


def test_a_product_without_category_is_found_only_without_range(make_index: MakeIndex) -> None:
    index = make_index(64)
    code = np.zeros((1, 8), np.uint8)
    index.upsert(["none"], code, np.array([-1]))
    without, within = index.search(np.repeat(code, 2, axis=0), 1, [None, (0, 10_000)])
    assert without.ids == ("none",)
    assert within.ids == ()


def test_queries_of_one_call_have_ranges_of_their_own(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 512, 200)
    ranges: list[Range] = [None, (0, 20), (20, 40), (3, 3), (0, 20)]
    found = index.search(codes[:5], 7, ranges)
    assert [pairs(hits) for hits in found] == [
        oracle.search(code, 7, limits) for code, limits in zip(codes[:5], ranges, strict=True)
    ]


def test_an_update_replaces_code_and_category(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 128, 100)
    changed = [f"p{i}" for i in range(0, 100, 3)]
    new_codes = random_codes(np.random.default_rng(5), len(changed), 128)
    for positions in (np.full(len(changed), 7), np.full(len(changed), -1), np.arange(len(changed))):
        index.upsert(changed, new_codes, positions)
        oracle.upsert(changed, new_codes, positions.tolist())
        assert len(index) == 100
        for limits in (None, (7, 8), (0, 20)):
            assert_agrees(index, oracle, np.concatenate([codes[:3], new_codes[:3]]), 30, limits)


def test_the_last_of_two_rows_with_one_id_wins(make_index: MakeIndex) -> None:
    index = make_index(64)
    codes = np.stack([np.zeros(8, np.uint8), np.full(8, 255, np.uint8)])
    index.upsert(["a", "a"], codes, np.array([1, 2]))
    assert len(index) == 1
    assert pairs(index.search(codes[1:], 5, [(2, 3)])[0]) == [(0, "a")]
    assert pairs(index.search(codes[1:], 5, [(1, 2)])[0]) == []


def test_deleted_products_are_gone_and_may_come_back(make_index: MakeIndex) -> None:
    index, oracle, codes = filled(make_index, 64, 200)
    gone = [f"p{i}" for i in range(0, 200, 2)]
    for engine in (index, oracle):
        engine.delete([*gone, "never there", gone[0]])
    assert len(index) == 100
    assert_agrees(index, oracle, codes[:5], 150, None)
    assert_agrees(index, oracle, codes[:5], 150, (10, 20))
    for engine in (index, oracle):
        engine.upsert(gone[:10], codes[:10], np.arange(10))
    assert len(index) == 110
    assert_agrees(index, oracle, codes[:5], 150, (0, 10))


def test_an_index_larger_than_its_parts_stays_exact(make_index: MakeIndex) -> None:
    """Enough writes that an engine with a fresh part has to merge it, and more after that."""
    rng = np.random.default_rng(11)
    index, oracle = make_index(64), Oracle()
    for step in range(8):
        ids = [f"p{i}" for i in rng.integers(0, 6000, 1500)]
        codes, positions = random_codes(rng, 1500, 64), rng.integers(-1, 30, 1500)
        index.upsert(ids, codes, positions)
        oracle.upsert(ids, codes, positions.tolist())
        gone = [f"p{i}" for i in rng.integers(0, 6000, 300)]
        index.delete(gone)
        oracle.delete(gone)
        assert len(index) == len(oracle.rows)
        for limits in (None, (step, step + 5)):
            assert_agrees(index, oracle, codes[:2], 25, limits)


def test_the_caller_keeps_its_arrays(make_index: MakeIndex) -> None:
    index = make_index(64)
    codes, positions = np.zeros((2, 8), np.uint8), np.array([1, 2])
    ids = ["a", "b"]
    index.upsert(ids, codes, positions)
    codes[:], positions[:], ids[0] = 255, 9, "changed"
    hits = index.search(np.zeros((1, 8), np.uint8), 5, [(0, 3)])[0]
    assert pairs(hits) == [(0, "a"), (0, "b")]


def test_codes_need_not_be_contiguous(make_index: MakeIndex) -> None:
    index, oracle = make_index(64), Oracle()
    wide = random_codes(np.random.default_rng(2), 20, 128)
    codes = wide[::2, ::2]
    ids = [f"p{i}" for i in range(10)]
    index.upsert(ids, codes, np.arange(20)[::2])
    oracle.upsert(ids, codes, list(range(0, 20, 2)))
    assert_agrees(index, oracle, wide[1::2, 1::2], 4, (3, 15))


def test_seq_is_kept(make_index: MakeIndex) -> None:
    index = make_index(64)
    index.seq = 17
    index.upsert(["a"], np.zeros((1, 8), np.uint8), np.array([0]))
    assert index.seq == 17


@pytest.mark.parametrize("bits", [0, -64, 1, 63, 65, 100, 4160])
def test_code_lengths_that_are_refused(make_index: MakeIndex, bits: int) -> None:
    with pytest.raises(RetrievalError, match="multiple of 64"):
        make_index(bits)


@pytest.mark.parametrize(
    ("codes", "k", "ranges", "message"),
    [
        (np.zeros((1, 16), np.uint8), 1, [None], "64 bits"),
        (np.zeros((1, 8), np.int8), 1, [None], "uint8"),
        (np.zeros(8, np.uint8), 1, [None], "64 bits"),
        (np.zeros((1, 8), np.uint8), 0, [None], "k must be"),
        (np.zeros((1, 8), np.uint8), 1, [], "one range per code"),
        (np.zeros((1, 8), np.uint8), 1, [(3, 2)], "range"),
        (np.zeros((1, 8), np.uint8), 1, [(-1, 2)], "range"),
    ],
)
def test_searches_that_are_refused(
    make_index: MakeIndex, codes: NDArray[np.uint8], k: int, ranges: list[Range], message: str
) -> None:
    with pytest.raises(RetrievalError, match=message):
        make_index(64).search(codes, k, ranges)


@pytest.mark.parametrize(
    ("ids", "codes", "positions", "message"),
    [
        (["a"], np.zeros((2, 8), np.uint8), np.zeros(2, np.int64), "as many"),
        (["a"], np.zeros((1, 8), np.uint8), np.zeros(2, np.int64), "as many"),
        (["a"], np.zeros((1, 7), np.uint8), np.zeros(1, np.int64), "64 bits"),
        (["a"], np.zeros((1, 8), np.uint8), np.array([-2]), "positions"),
        (["a"], np.zeros((1, 8), np.uint8), np.array([0.5]), "positions"),
        (["a"], np.zeros((1, 8), np.uint8), np.array([2**40]), "positions"),
        ([1], np.zeros((1, 8), np.uint8), np.zeros(1, np.int64), "strings"),
        ("a", np.zeros((1, 8), np.uint8), np.zeros(1, np.int64), "strings"),
    ],
)
def test_writes_that_are_refused_change_nothing(
    make_index: MakeIndex,
    ids: list[str],
    codes: NDArray[np.uint8],
    positions: NDArray[np.int64],
    message: str,
) -> None:
    index = make_index(64)
    index.upsert(["kept"], np.zeros((1, 8), np.uint8), np.array([0]))
    with pytest.raises(RetrievalError, match=message):
        index.upsert(ids, codes, positions)
    assert len(index) == 1
