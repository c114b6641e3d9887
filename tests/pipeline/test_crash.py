"""An import that is killed or stopped: nothing reported is lost, nothing is embedded twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shopthelook import Shop
from shopthelook.pipeline.following import FollowingIndex
from tests.pipeline.feeds import Feed

ROOT = Path(__file__).parents[2]
PRODUCTS = 200


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs tests in the background has its children ignore SIGINT, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def everything(shop: Shop, index: FollowingIndex) -> list[tuple[tuple[str, ...], list[int]]]:
    """All hits of some codes, everywhere and in one category."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 256, (6, shop.embedder_bundle.card.bits // 8), np.uint8)
    furniture = shop.taxonomy.get("Chairs")
    ranges = [None, None, None, *[(furniture.position, furniture.end)] * 3]
    found = index.search(codes, 10 * PRODUCTS, ranges)
    return [(hits.ids, hits.distances.tolist()) for hits in found]


def rebuilt(shop: Shop) -> FollowingIndex:
    bundle = shop.embedder_bundle
    return FollowingIndex(shop.catalog, shop.taxonomy, bundle.key, bundle.card.bits)


def test_killed_at_any_moment(shop: Shop, feed: Feed) -> None:
    feed.fill(PRODUCTS)
    rng = random.Random(20)
    everything(shop, shop.index)  # opened before the first product; it has to follow all that comes
    reported, kills = 0, 0
    for _ in range(8):
        process = start("tests.pipeline.importer", str(shop.directory), str(feed.path))
        assert process.stdout is not None
        assert process.stderr is not None
        # Some transactions are let through, then it dies anywhere in the next ones.
        head = [process.stdout.readline() for _ in range(rng.randint(1, 4))]
        time.sleep(rng.uniform(0, 0.03))
        process.kill()
        lines = [*map(str.strip, head), *process.stdout.read().split("\n")]
        errors = process.stderr.read()
        process.wait()
        assert "Traceback" not in errors, errors
        told = max((int(line) for line in lines if line.isdigit()), default=0)
        reported = max(reported, told)
        present = list(shop.catalog.product_ids())
        assert present == [f"p{number:04}" for number in range(len(present))]
        assert len(present) >= reported
        for record in shop.catalog.products(present).values():
            assert record.code is not None
            assert (
                shop.pictures.data(record.image_hash or "")
                == (feed.folder / record.product.image_link).read_bytes()
            )
        if "done" in lines:
            break
        kills += 1
    assert kills >= 2
    final = shop.import_products(feed.path)
    assert (final.added + final.unchanged, final.failed) == (PRODUCTS, 0)
    again = shop.import_products(feed.path)
    assert (again.unchanged, again.embedded) == (PRODUCTS, 0)
    assert everything(shop, shop.index) == everything(shop, rebuilt(shop))


def test_after_a_kill_only_the_rest_is_embedded(shop: Shop, feed: Feed) -> None:
    feed.fill(PRODUCTS)
    process = start("tests.pipeline.importer", str(shop.directory), str(feed.path))
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 40:
            break
    process.kill()
    process.communicate()
    present = shop.catalog.counts()["products"]
    assert present >= 40
    report = shop.import_products(feed.path)
    assert (report.unchanged, report.embedded) == (present, PRODUCTS - present)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_says_what_is_done_and_a_rerun_goes_on(shop: Shop, feed: Feed) -> None:
    feed.fill(800)
    process = start("shopthelook", "products", "import", str(feed.path), "--shop", str(shop.directory))
    deadline = time.monotonic() + 300
    while shop.catalog.last_seq() == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 130, errors
    assert out == ""
    assert "Traceback" not in errors
    (line,) = [line for line in errors.splitlines() if line.startswith("stopped: ")]
    told = int(line.split()[1])
    present = shop.catalog.counts()["products"]
    assert 0 < told <= present < 800
    assert "again" in line
    report = shop.import_products(feed.path, limit=present + 10)
    assert (report.unchanged, report.embedded) == (present, 10)


def test_two_processes(new_shop: Callable[..., Shop], feed: Feed) -> None:
    shop = new_shop()
    feed.fill(PRODUCTS)
    process = start("tests.pipeline.importer", str(shop.directory), str(feed.path))
    sizes = []
    while process.poll() is None:
        shop.index.refresh()
        sizes.append(len(shop.index))
        time.sleep(0.02)
    process.communicate()
    assert process.returncode == 0
    assert sizes == sorted(sizes)
    assert everything(shop, shop.index) == everything(shop, rebuilt(shop))
    assert len(shop.index) == PRODUCTS
