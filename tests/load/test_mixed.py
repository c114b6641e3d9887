"""A minute of mixed traffic on a real server: nothing fails, nothing is lost, and memory stays what it was.

Before a release: `python -m benchmarks.load --minutes 60`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from benchmarks.load.__main__ import show
from benchmarks.load.measured import Measured, memory_after
from benchmarks.load.running import Wanted, run, wrong_with

# A server that is a minute old still gets to know its work: what is looked for is memory that goes with every call.
MOST_GROWTH = 0.3


@pytest.mark.load
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read as on Linux")
def test_a_minute_of_mixed_traffic(painted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(painted, Wanted(seconds=60, clients=6, slow=4))
    with capsys.disabled():
        print()
        show(result)
    assert wrong_with(result, MOST_GROWTH) == []
    assert result.written > 0


def test_memory_that_grows_is_seen() -> None:
    start = time.monotonic()
    # It grows at first, as every server's does, and then by 36 MB an hour or not at all.
    for rate in (0, 10_000):
        samples = [
            (start + second, 100_000_000 + min(second, 40) * 1_000_000 + second * rate)
            for second in range(100)
        ]
        found = memory_after(samples, warm_up=0.4)
        assert found.slope == pytest.approx(rate * 3600, abs=100)
        assert found.growth == pytest.approx(54 * rate / 140e6, abs=0.001)
        assert found.most == samples[-1][1]
    with pytest.raises(ValueError, match="too few"):
        memory_after(samples[:12], warm_up=0.5)


def test_latencies_are_told_by_kind() -> None:
    measured = Measured()
    for ms in range(1, 102):
        measured.note("tap", ms / 1000)
    found = measured.latencies()["tap"]
    assert found["calls"] == 101
    assert np.allclose([found["p50"], found["p95"], found["p99"], found["max"]], [51, 96, 100, 101])
