"""What `ProductIndex` promises to threads, for every engine."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.milvus import MilvusIndex
from tests.retrieval.engines import MakeIndex, assert_agrees, random_codes
from tests.retrieval.oracle import Oracle


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
        for turn in range(1, 17 if isinstance(index, MilvusIndex) else 41):
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
