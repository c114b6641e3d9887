"""What `ProductIndex` promises, for every engine, against brute force."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from numpy.typing import NDArray

from shopthelook.retrieval import Hits, ProductIndex, RetrievalError
from tests.retrieval.engines import ENGINES
from tests.retrieval.oracle import Oracle

MakeIndex = Callable[[int], ProductIndex]
Range = tuple[int, int] | None
WIDTHS = (64, 128, 512, 1024, 4096)


@pytest.fixture(params=sorted(ENGINES))
def make_index(request: pytest.FixtureRequest) -> MakeIndex:
    return ENGINES[request.param]


def random_codes(rng: np.random.Generator, count: int, bits: int) -> NDArray[np.uint8]:
    return rng.integers(0, 256, (count, bits // 8), dtype=np.uint8)


def pairs(hits: Hits) -> list[tuple[int, str]]:
    assert hits.distances.dtype == np.int32
    return list(zip(hits.distances.tolist(), hits.ids, strict=True))


def assert_agrees(
    index: ProductIndex, oracle: Oracle, codes: NDArray[np.uint8], k: int, limits: Range
) -> None:
    found = index.search(codes, k, [limits] * len(codes))
    assert [pairs(hits) for hits in found] == [oracle.search(code, k, limits) for code in codes]


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


def test_searches_during_writes_see_each_write_whole(make_index: MakeIndex) -> None:
    """Writers move all products between two codes and positions; no search may find a mixture."""
    count, bits = 600, 64
    index = make_index(bits)
    ids = [f"p{i:03}" for i in range(count)]
    codes = [np.zeros((count, bits // 8), np.uint8), np.full((count, bits // 8), 255, np.uint8)]
    positions = [np.full(count, 3), np.full(count, 8)]
    index.upsert(ids, codes[0], positions[0])
    done, mixtures, searches = threading.Event(), [], [0]

    def read() -> None:
        while not done.is_set():
            everywhere, here, there = index.search(
                np.repeat(codes[0][:1], 3, axis=0), count + 1, [None, (3, 4), (8, 9)]
            )
            found = set(everywhere.distances.tolist())
            if len(everywhere) != count or len(found) != 1 or {len(here), len(there)} != {0, count}:
                mixtures.append((len(everywhere), found, len(here), len(there)))
            searches[0] += 1

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for turn in range(1, 41):
            index.upsert(ids, codes[turn % 2], positions[turn % 2])
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert searches[0] > 0
    assert not mixtures


def test_writes_of_several_threads_all_arrive(make_index: MakeIndex) -> None:
    index, oracle = make_index(64), Oracle()
    rng = np.random.default_rng(9)
    batches = [
        ([f"{t}-{i}" for i in range(200)], random_codes(rng, 200, 64), rng.integers(0, 9, 200))
        for t in range(4)
    ]

    def write(ids: list[str], codes: NDArray[np.uint8], positions: NDArray[np.int64]) -> None:
        for i in range(0, 200, 10):
            index.upsert(ids[i : i + 10], codes[i : i + 10], positions[i : i + 10])
        index.delete(ids[::5])

    writers = [threading.Thread(target=write, args=batch) for batch in batches]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for ids, codes, positions in batches:
        oracle.upsert(ids, codes, positions.tolist())
        oracle.delete(ids[::5])
    assert len(index) == len(oracle.rows) == 640
    assert_agrees(index, oracle, batches[0][1][:3], 50, (2, 6))


class Life(RuleBasedStateMachine):
    """Any order of writes and searches, on few ids, few codes and few positions, so that all collide."""

    make: MakeIndex
    bits = 64
    ids = st.integers(0, 30).map(lambda i: f"p{i}")
    # Codes of few bits set: distances are small and equal ones common.
    codes = st.integers(0, 15).map(lambda i: np.array([i, 0, 0, 0, 0, 0, 0, i & 3], np.uint8))
    limits = st.none() | st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda ab: (min(ab), max(ab)))

    @initialize()
    def start(self) -> None:
        self.index, self.oracle = self.make(self.bits), Oracle()

    @rule(rows=st.lists(st.tuples(ids, codes, st.integers(-1, 5)), max_size=12))
    def upsert(self, rows: list[tuple[str, NDArray[np.uint8], int]]) -> None:
        ids, positions = [row[0] for row in rows], [row[2] for row in rows]
        codes = np.array([row[1] for row in rows], np.uint8).reshape(len(rows), 8)
        self.index.upsert(ids, codes, np.array(positions, np.int64))
        self.oracle.upsert(ids, codes, positions)

    @rule(gone=st.lists(ids, max_size=6))
    def delete(self, gone: list[str]) -> None:
        self.index.delete(gone)
        self.oracle.delete(gone)

    @precondition(lambda self: hasattr(self.index, "compact"))
    @rule()
    def compact(self) -> None:
        self.index.compact()  # type: ignore[attr-defined]

    @rule(code=codes, k=st.integers(1, 40), limits=limits)
    def search(self, code: NDArray[np.uint8], k: int, limits: Range) -> None:
        assert_agrees(self.index, self.oracle, code[None], k, limits)

    @invariant()
    def same_size(self) -> None:
        if hasattr(self, "index"):
            assert len(self.index) == len(self.oracle.rows)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_any_order_of_writes_and_searches(engine: str) -> None:
    machine = type("LifeOfAnEngine", (Life,), {"make": staticmethod(ENGINES[engine])})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
