"""Searches go on while the index is written to, merged and kept on disk, and each sees a whole state."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from shopthelook.retrieval import Query
from shopthelook.retrieval.embedded import EmbeddedIndex
from tests.retrieval.embedded.worlds import MADE_FOR, assert_same, lived_in
from tests.retrieval.engines import random_codes

TURNS = 10


def test_searches_during_writes_snapshots_and_merges(tmp_path: Path) -> None:
    """Products are written again as they are, so that every answer at every moment must be the same one."""
    index, oracle = lived_in()
    code = random_codes(np.random.default_rng(1), 1, index.bits)[0]
    expected = oracle.query(Query(code), 50)
    done, wrong, searches = threading.Event(), [], [0]

    def search() -> None:
        while not done.is_set():
            [hits] = index.query([Query(code)], 50)
            found = list(zip(hits.distances.tolist(), hits.ids, strict=True))
            if found != expected:
                wrong.append(found)
            searches[0] += 1

    def merge() -> None:
        while not done.is_set():
            index.compact()

    threads = [threading.Thread(target=one) for one in (search, search, merge)]
    for thread in threads:
        thread.start()
    rng = np.random.default_rng(2)
    try:
        for turn in range(TURNS):
            ids = rng.choice(list(oracle.rows), 20, replace=False).tolist()
            codes, positions, attributes = zip(*(oracle.rows[one] for one in ids), strict=True)
            # An oracle's attributes have the category that the index makes of the position by itself.
            own = [{name: of[name] for name in of if name != "category"} for of in attributes]
            index.upsert(ids, np.stack(codes), np.array(positions), own)
            index.seq = turn
            index.snapshot(tmp_path, MADE_FOR)
            opened = EmbeddedIndex.open(tmp_path, index.bits, MADE_FOR, threads=1)
            assert opened.seq == turn
            assert_same(opened, oracle)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not wrong
    assert searches[0] > TURNS
    assert_same(index, oracle)
