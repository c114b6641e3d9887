"""A writer that is killed at any moment: what was acknowledged is found, and the snapshot is whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from shopthelook import Shop
from shopthelook.pipeline.following import FollowingIndex
from shopthelook.retrieval.embedded import EmbeddedIndex, NoSnapshot
from tests.pipeline.test_crash import ROOT, rebuilt

KILLS = 50
BEFORE_ANY = 10
"""Kills before a snapshot need be there: of the first one, too."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writer forks")


def lines(process_out: Iterator[str]) -> Iterator[tuple[str, int]]:
    for line in process_out:
        word, _, number = line.partition(" ")
        yield word.strip(), int(number or 0)


def digest(index: FollowingIndex) -> int:
    found = index.refresh()
    assert isinstance(found, EmbeddedIndex)
    return found.digest()


def test_killed_while_writing_keeping_and_merging(shop: Shop) -> None:
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.index_writer", str(shop.directory)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    rng = random.Random(3)
    told = opened = 0
    said = lines(iter(nursery.stdout.readline, ""))
    for kill in range(KILLS):
        nursery.stdin.write("\n")
        nursery.stdin.flush()
        pid = next(number for word, number in said if word == "pid")
        word, number = next(said)
        assert word == "done", "the writer failed; its error is above"
        told = max(told, number)
        # A busy machine may never come to a snapshot in the time below: so every other kill is after one has begun.
        awaited = "kept" if kill == BEFORE_ANY else "keeping" if kill % 2 else "done"
        while word != awaited:
            word, number = next(said)
            assert word != "dead", "the writer failed; its error is above"
            told = max(told, number)
        time.sleep(rng.uniform(0, 0.25))
        os.kill(pid, signal.SIGKILL)
        for word, number in said:
            if word == "dead":
                break
            told = max(told, number)
        assert shop.catalog.last_seq() >= told
        try:
            shop.index_keeping.open()
            opened += 1
        except NoSnapshot:
            assert kill < BEFORE_ANY
        bundle = shop.embedder_bundle
        kept = FollowingIndex(shop.catalog, shop.taxonomy, bundle.key, bundle.card.bits, shop.index_keeping)
        assert digest(kept) == digest(rebuilt(shop))
    nursery.stdin.close()
    nursery.wait()
    assert opened >= KILLS - BEFORE_ANY
    assert told > 1000
