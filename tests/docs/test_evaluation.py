"""The examples of the page on measuring run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopthelook.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
_COMMAND = re.compile(r"^    shopthelook (eval detection (?:.*\\\n)*.*)$", re.MULTILINE)
COMMANDS = [one.replace("\\\n", " ") for one in _COMMAND.findall(PAGE)]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the demo in it, in which files may be written."""
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_example_writes_a_report(checkout: Path) -> None:
    # Of all rooms on the page; of one split here, which has fewer.
    command = shlex.split(COMMANDS[0].replace("--split all", "--split val"))
    answer = CliRunner().invoke(main, [*command, "--latency", "1"])
    assert answer.exit_code == 0, answer.stderr
    assert (checkout / "measured" / "report.html").stat().st_size > 50_000
    assert "detector-lite@1" in answer.stdout


def test_the_options_are_those_that_there_are() -> None:
    options = CliRunner().invoke(main, ["eval", "detection", "--help"]).stdout
    for name in re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE):
        assert name in options
    assert len(COMMANDS) == 2
    for option in (word for one in COMMANDS for word in shlex.split(one) if word.startswith("--")):
        assert option in options


def test_the_python_example(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "evaluation.md", "exec"), {})
    assert capsys.readouterr().out.startswith("Interval(value=0.")
