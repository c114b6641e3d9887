"""tools/audit where there is no network: a failure, or a warning where that was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("arguments", "status", "word"), [([], 2, "error"), (["--if-reachable"], 0, "warning")]
)
def test_without_a_network(tmp_path: Path, arguments: list[str], status: int, word: str) -> None:
    # A place of its own, where nothing of an earlier audit lies.
    (tmp_path / "tools").mkdir()
    (tmp_path / "web").mkdir()
    for name in ("audit", "with-node"):
        shutil.copy(ROOT / "tools" / name, tmp_path / "tools" / name)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "tools" / "audit"), *arguments],
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "PIP_INDEX_URL": NOWHERE,
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_RETRIES": "0",
            "npm_config_registry": NOWHERE,
            "npm_config_fetch_retries": "0",
        },
    )
    assert done.returncode == status, done.stderr
    lines = done.stderr.splitlines()
    assert [line.partition(": not audited: ")[0] for line in lines] == [word, word]
    assert done.stdout == ""


def test_continuous_integration_asks() -> None:
    assert 'audit ARGS="--if-reachable"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
