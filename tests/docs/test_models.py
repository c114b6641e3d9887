"""The example of the page on models that makes a copy in 8 bits runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopthelook.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_example_makes_a_copy_in_8_bits(
    small_one_stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    (tmp_path / "my-detector").symlink_to(small_one_stage)
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"^    shopthelook (models quantize .*)$", PAGE, re.MULTILINE)
    answer = CliRunner().invoke(main, [*shlex.split(command), "--pictures", "2"])
    assert answer.exit_code == 0, answer.stderr
    # The rows are those on the page, whatever the figures are here.
    for row in (
        "AP50 on rooms, 7 pictures, ",
        "ms of one core for the graph",
        "sure boxes are in both",
    ):
        assert row in PAGE
        assert row in answer.stdout
    assert (tmp_path / "detector-int8" / "card.json").is_file()
