"""Runs the traffic and judges what came of it."""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.load.measured import Measured, Memory, memory_after
from benchmarks.load.server import copy_shop, picture_host, served
from benchmarks.load.slow import drip, not_reading
from benchmarks.load.traffic import MIX, Shopper, World, lost

_SAMPLES = 600


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is asked for.

    Attributes:
        seconds: how long traffic goes on, at the least: until each kind of call was answered, but no more than ten
            times as long.
        clients: who call without a pause.
        slow: connections that drip, and as many that do not read.
        warm_up: the share of the time after which memory should stay what it is.
    """

    seconds: float = 60.0
    clients: int = 6
    slow: int = 4
    warm_up: float = 0.4


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run. Memory is in bytes, of the server's process."""

    seconds: float
    clients: int
    calls: int
    latencies: dict[str, dict[str, float]]
    refused: dict[str, int]
    failures: list[str]
    lost: list[str]
    written: int
    slow_closed: int
    memory: Memory
    log_errors: list[str]
    exit_status: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"growth": self.memory.growth}


def run(shop: Path, wanted: Wanted) -> Result:
    """Serve a copy of the shop in a process of its own, and send it mixed traffic. Linux only."""
    measured = Measured()
    stop = threading.Event()
    with tempfile.TemporaryDirectory() as scratch, picture_host() as pictures:
        copy = copy_shop(shop, Path(scratch) / "shop")
        log = Path(scratch) / "serve.log"
        with served(copy, log, "--threads", "1", "--log-format", "json") as server:
            world = World(server.address, pictures)
            # Some wait for the server for minutes when the machine is busy; each has a thread of its own.
            with ThreadPoolExecutor(wanted.clients + 2 * wanted.slow + 1) as pool:
                begin = time.monotonic()
                every_s = max(0.2, wanted.seconds / _SAMPLES)
                others = [pool.submit(measured.watch, server.resident, stop, every_s)]
                others += [
                    pool.submit(Shopper(world, measured, seed).run, stop) for seed in range(wanted.clients)
                ]
                dripping = [pool.submit(drip, server.address, stop) for _ in range(wanted.slow)]
                path = f"{world.images[0]}?w=1280"
                others += [pool.submit(not_reading, server.address, path, stop) for _ in range(wanted.slow)]
                try:
                    while not _enough(measured, begin, wanted) and server.process.poll() is None:
                        time.sleep(0.5)
                finally:
                    stop.set()
                for one in others:
                    one.result()
                closed = sum(one.result() for one in dripping)
            seconds = time.monotonic() - begin
            wrong = lost(world)
            status = server.stop()
            lines = log.read_text(encoding="utf-8").splitlines()
    return Result(
        seconds=seconds,
        clients=wanted.clients,
        calls=sum(measured.calls().values()),
        latencies=measured.latencies(),
        refused=dict(measured.refused),
        failures=measured.failures,
        lost=wrong,
        written=len(world.there) + len(world.gone),
        slow_closed=closed,
        memory=memory_after(measured.memory, wanted.warm_up),
        log_errors=[line for line in lines if '"level": "error"' in line or '"level": "critical"' in line],
        exit_status=status,
    )


def _enough(measured: Measured, begin: float, wanted: Wanted) -> bool:
    took = time.monotonic() - begin
    if took < wanted.seconds:
        return False
    return took > 10 * wanted.seconds or set(measured.calls()) >= set(MIX)


def wrong_with(result: Result, most_growth: float) -> list[str]:
    """What is wrong with a run, in words; nothing is a good run."""
    said = [f"{len(result.failures)} calls failed, first: {result.failures[0]}"] if result.failures else []
    if result.lost:
        said.append(f"{len(result.lost)} acknowledged writes are not so, first: {result.lost[0]}")
    if result.log_errors:
        said.append(f"{len(result.log_errors)} errors in the server's log, first: {result.log_errors[0]}")
    if result.memory.growth > most_growth:
        said.append(f"memory grew by {100 * result.memory.growth:.1f} % after the warm-up")
    if result.exit_status:
        said.append(f"the server ended with {result.exit_status}")
    missing = sorted(set(MIX) - set(result.latencies))
    if missing:
        said.append(f"no answer to: {', '.join(missing)}")
    return said
