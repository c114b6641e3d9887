"""Several processes on one shop: each sees the others' writes, and none spoils what another keeps."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from shopthelook import Shop
from shopthelook.pipeline.lock import ImportLock
from tests.pipeline.feeds import Feed
from tests.pipeline.test_crash import ROOT, everything, rebuilt

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "shopthelook", *map(str, arguments)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def served(shop: Shop) -> Iterator[str]:
    """The shop served by a process of its own; its address."""
    process = start("serve", "--port", 0, "--threads", 1, "--shop", shop.directory)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found is not None, line
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
        assert "Traceback" not in errors, errors


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=120) as answer:
        return json.load(answer)


def similar(address: str) -> list[str]:
    found = get(f"{address}/v1/products/p0000/similar?k=100")
    return [hit["product_id"] for hit in found["hits"]]


def test_two_imports_at_once(shop: Shop, feed: Feed) -> None:
    feed.fill(60)
    with ImportLock(shop.directory / "import.lock"):
        second = start("products", "import", feed.path, "--shop", shop.directory)
        out, errors = second.communicate(timeout=120)
    assert (second.returncode, out) == (1, "")
    assert re.fullmatch(rf"error: another import works on .* \(process {os.getpid()}\); wait .*\n", errors)
    both = [start("products", "import", feed.path, "--shop", shop.directory) for _ in range(2)]
    said = [process.communicate(timeout=300)[1] for process in both]
    statuses = sorted(process.returncode for process in both)
    assert statuses in ([0, 0], [0, 1]), said
    assert "Traceback" not in "".join(said)
    assert shop.import_products(feed.path).unchanged == 60
    assert everything(shop, shop.index) == everything(shop, rebuilt(shop))


@pytest.mark.skipif(sys.platform == "win32", reason="stopped by a signal")
def test_two_servers_an_import_and_snapshots(shop: Shop, feed: Feed) -> None:
    """Both servers answer all the while, and in the end have what the import brought and a third one removed."""
    feed.fill(30)
    shop.import_products(feed.path)
    with ExitStack() as stack:
        servers = [stack.enter_context(served(shop)) for _ in range(2)]
        assert [len(similar(address)) for address in servers] == [9, 9]
        feed.rows.clear()
        feed.fill(300)
        running = start("products", "import", feed.path, "--shop", shop.directory)
        kept = 0
        sizes: list[list[int]] = [[], []]
        while running.poll() is None:
            keepers = [start("index", "snapshot", "--shop", shop.directory) for _ in range(2)]
            for place, address in enumerate(servers):
                sizes[place].append(len(similar(address)))
            for keeper in keepers:
                _, errors = keeper.communicate(timeout=120)
                kept += keeper.returncode == 0
                assert keeper.returncode == 0 or re.fullmatch(r"error: another process .*\n", errors), errors
        errors = running.communicate(timeout=120)[1]
        assert running.returncode == 0, errors
        assert kept
        assert all(seen == sorted(seen) for seen in sizes)
        assert [len(similar(address)) for address in servers] == [99, 99]
        shop.delete_products(["p0003", "p0006"])
        assert [len(similar(address)) for address in servers] == [97, 97]
        assert not {"p0003", "p0006"} & set(similar(servers[0]))
        request = urllib.request.Request(f"{servers[0]}/v1/products/p0009", method="DELETE")
        with urllib.request.urlopen(request, timeout=120) as answer:
            assert json.load(answer) == {"removed": 1}
        assert len(similar(servers[1])) == 96
    verify = start("index", "verify", "--shop", shop.directory)
    errors = verify.communicate(timeout=120)[1]
    assert verify.returncode == 0, errors
    assert everything(shop, shop.index) == everything(shop, rebuilt(shop))
