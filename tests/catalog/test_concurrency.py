"""Writers beside writers, readers beside writers, and writers that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from shopthelook.catalog import Catalog, Change
from tests.catalog.conftest import MakeRecord

BATCHES, SIZE = 15, 20


def test_numbers_follow_the_order_of_commits(catalog: Catalog, record: MakeRecord) -> None:
    """A reader that follows the log never meets a number below one that it has seen."""
    done = threading.Event()
    returned: list[int] = []

    def write(writer: int) -> None:
        for batch in range(BATCHES):
            ids = [f"w{writer}-{batch}-{i}" for i in range(SIZE)]
            returned.append(catalog.put_products([record(i) for i in ids]))
            if batch % 5 == 4:
                catalog.delete_products(ids[:3])

    def follow() -> list[Change]:
        followed: list[Change] = []
        while True:
            last_round = done.is_set()
            followed += catalog.changes(followed[-1].seq if followed else 0)
            if last_round:
                return followed
            time.sleep(0.002)

    with ThreadPoolExecutor(4) as pool:
        follower = pool.submit(follow)
        writers = [pool.submit(write, writer) for writer in range(3)]
        try:
            for job in writers:
                job.result()
        finally:
            done.set()
        followed = follower.result()
    total = 3 * (BATCHES * SIZE + BATCHES // 5 * 3)
    assert [change.seq for change in followed] == list(range(1, total + 1))
    assert followed == catalog.changes(0)
    assert len(set(returned)) == len(returned)


def test_readers_go_on_while_one_writes(catalog: Catalog, record: MakeRecord) -> None:
    catalog.put_products([record("a")])
    with catalog._database.writing() as connection:
        connection.exec_driver_sql("UPDATE products SET title = 'half done'")
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(catalog.product, "a").result(timeout=10)
    assert found is not None
    assert found.product.title == ""


def test_scenes_by_several_threads(catalog: Catalog) -> None:
    from tests.catalog.test_scenes import found, scene

    def put(n: int) -> None:
        catalog.put_scene(scene("s"), [found("s", i) for i in range(n)])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(put, range(12))) == [None] * 12
    stored = catalog.scene("s")
    assert stored is not None
    assert len(catalog.objects("s")) == stored.n_objects


WRITER = """
import sys
from shopthelook.catalog import *
with Catalog.open(sys.argv[1]) as catalog:
    for batch in range(10_000):
        items = [ProductRecord(Product(f"{batch:05}-{i:03}", title="x" * 200)) for i in range(100)]
        print(catalog.put_products(items), flush=True)
"""


def test_every_acknowledged_batch_survives_a_kill(catalog_url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, catalog_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(8):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().splitlines()
    process.wait(timeout=30)
    acknowledged = 8 + len([line for line in rest if line.isdigit() and int(line) % 100 == 0])
    with Catalog.open(catalog_url) as catalog:
        ids = set(catalog.product_ids())
        assert len(ids) % 100 == 0
        assert len(ids) >= acknowledged * 100
        assert catalog.last_seq() == len(ids)
        assert len(catalog.changes(0, limit=10**6)) == len(ids)
        assert {f"{batch:05}-{i:03}" for batch in range(acknowledged) for i in range(100)} <= ids
        assert catalog.put_products([]) == len(ids)
