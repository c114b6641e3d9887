from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("long_s", "lines"), [(0, 1), (3600, 0)])
def test_says_what_a_long_wait_is_for(long_s: int, lines: int) -> None:
    # The first call tells of the wait, the second has none. In a process that has not loaded the engine yet.
    code = f"""
from shopthelook.retrieval.engine import embedded_engine
assert embedded_engine({long_s}) is embedded_engine({long_s})
assert len(embedded_engine()(64)) == 0
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.count("compiling the search engine") == lines
