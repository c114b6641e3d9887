"""A change of the embedder that is killed at any moment: every product is found all the while, and it goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shopthelook import Shop
from shopthelook.pipeline.reembedding import BATCH
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.pipeline.feeds import Feed
from tests.pipeline.test_crash import ROOT, everything, rebuilt, start
from tests.pipeline.test_index_crash import lines
from tests.pipeline.test_reembedding import by_picture, name_embedder

KILLS = 25
PRODUCTS = 60

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the changer forks")


def test_killed_at_any_moment(shop: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.fill(PRODUCTS)
    shop.import_products(feed.path)
    shop.import_scenes([feed.folder / "p0000.png", feed.folder / "p0001.png"])
    bundles = [shop.wanted_bundle.path, make_tiny_embedder(tmp_path, bits=128, name="other-embedder")]
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.changer", str(shop.directory)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    rng = random.Random(7)
    said = lines(iter(nursery.stdout.readline, ""))
    answers = {shop.embedder_bundle.key: by_picture(shop)}
    assert len(answers[shop.embedder_bundle.key]) == PRODUCTS
    changes, kills = 0, 0
    name_embedder(shop, bundles[1])
    while kills < KILLS:
        nursery.stdin.write("\n")
        nursery.stdin.flush()
        pid = next(number for word, number in said if word == "pid")
        # Some steps are let through, then it dies anywhere in the next ones.
        steps, finished = rng.randint(0, 8), False
        for word, _ in said:
            steps -= word == "at"
            finished |= word == "done"
            if word == "dead" or steps < 0:
                break
        if word != "dead":
            time.sleep(rng.uniform(0, 0.1))
            os.kill(pid, signal.SIGKILL)
            for word, _ in said:
                finished |= word == "done"
                if word == "dead":
                    break
        kills += not finished
        with Shop.open(shop.directory, threads=1) as opened:
            serving = opened.embedder_bundle.key
            found = by_picture(opened)
            assert found == answers.setdefault(serving, found)
            assert found == by_picture(shop)
            assert len(opened.search_object("p0000/0", k=PRODUCTS).hits) > 0
            assert {product for product, _, _ in found} == set(opened.catalog.product_ids())
            assert everything(opened, opened.index) == everything(opened, rebuilt(opened))
            if finished:
                assert serving == opened.wanted_bundle.key
                assert opened.catalog.codes_by_bundle() == {serving: PRODUCTS}
                changes += 1
                name_embedder(shop, bundles[(changes + 1) % 2])
    nursery.stdin.close()
    nursery.wait()
    assert changes >= 2
    assert len(answers) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_says_what_is_done_and_a_rerun_goes_on(shop: Shop, feed: Feed, tmp_path: Path) -> None:
    feed.fill(600)
    shop.import_products(feed.path)
    other = make_tiny_embedder(tmp_path, bits=128, name="other-embedder")
    name_embedder(shop, other)
    process = start("shopthelook", "products", "embed", "--shop", str(shop.directory))
    with Shop.open(shop.directory, threads=1) as changed:
        key = changed.wanted_bundle.key
        deadline = time.monotonic() + 300
        # The second batch is under way, so that the first one was told.
        while changed.catalog.changeover.count(key).done <= BATCH and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 130, errors
        (line,) = [line for line in errors.splitlines() if line.startswith("stopped: ")]
        done = changed.catalog.changeover.count(key).done
        assert 0 < int(line.split()[1]) <= done < 600
        assert changed.status().embedder == "tiny-embedder@1"
        report = changed.embed_products()
        assert (report.unchanged, report.embedded) == (done, 600 - done)
