"""Servers as processes of their own, and what they cost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

START_S = 600.0
"""How long a server may take to come up."""


class Server:
    """A server that runs."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], address: str) -> None:
        self.name = name
        self.process = process
        self.address = address

    def cpu_s(self) -> float:
        """Seconds of processor time that it took so far, with the processes that it started; Linux only."""
        return sum(map(_cpu_s, self._pids()))

    def threads_cpu_s(self) -> float:
        """As ``cpu_s`` and to the microsecond, but without threads that have ended."""
        return sum(map(_threads_cpu_s, self._pids()))

    def _pids(self) -> list[int]:
        return [self.process.pid, *_children(self.process.pid)]

    def pin(self, cores: set[int]) -> None:
        """Have it run on these cores only."""
        for pid in self._pids():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cores)


@contextmanager
def serving(name: str, command: Sequence[str], ready: str, log: Path) -> Iterator[Server]:
    """A server on a free port.

    Args:
        command: with ``{port}`` where the port is to be.
        ready: the path that answers 200 when it can be asked.
        log: the file that gets its output.

    Raises:
        RuntimeError: it ended before it was ready.
    """
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *(part.format(port=port) for part in command)],
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            await_ready(process, f"{address}{ready}", log)
            yield Server(name, process, address)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            # Not every server takes along what it started.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def await_ready(process: subprocess.Popen[Any], address: str, log: Path) -> None:
    """Return once the address answers 200.

    Raises:
        RuntimeError: the process ended before, or it takes too long; with the end of its log.
    """
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(address, timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *_children(child)]
    return found


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _threads_cpu_s(pid: int) -> float:
    return (
        sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    )
