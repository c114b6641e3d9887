"""The parts of the page that need no browser: where dots go, words of five languages, prices."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_parts_that_need_no_browser() -> None:
    done = subprocess.run(
        ["tools/with-node", "npm", "--prefix", "web", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout or "ℹ fail 0" in done.stdout
    assert "nothing is missing in ja of the component" in done.stdout
