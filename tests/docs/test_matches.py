"""The page on matches: its commands and its Python run, its example is a set of views, and its tables are whole."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from shopthelook.cli.main import main
from shopthelook.embedding.views import open_views, write_views
from shopthelook.embedding.views.checking import TITLES
from shopthelook.embedding.views.cleaning.suspect import ACTIONS, KINDS, parse_suspect
from shopthelook.embedding.views.importing import FORMATS
from shopthelook.embedding.views.rows import COLUMNS
from tests.fixtures.matches import make_matches
from tests.fixtures.photos import photo

__all__ = ["photo"]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "matches.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    shopthelook (dataset views .*)$", PAGE, re.MULTILINE)[:5]


def block(language: str) -> str:
    """The first block of the page in a language."""
    found: str = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[0]
    return found


def test_the_commands_and_the_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        answer = CliRunner().invoke(main, shlex.split(command.replace("--number 20", "--number 3")))
        assert answer.exit_code == 0, answer.output
    assert len({view.path for view in open_views(tmp_path / "views" / "composed").views}) == 3
    found: dict[str, Any] = {}
    exec(compile(block("python"), "matches.md", "exec"), found)
    assert found["pixels"].dtype == np.uint8
    assert 0 < len(found["lamps"]) < len(found["train"])


def test_the_example_is_a_set_of_views(tmp_path: Path) -> None:
    (tmp_path / "views.csv").write_text(block("csv"))
    (tmp_path / "images").mkdir()
    Image.new("RGB", (300, 450)).save(tmp_path / "images" / "hall.jpg")
    views = open_views(tmp_path).views
    assert {view.instance for view in views} == {"coat 7"}
    assert all(view.category > 0 and view.labels == {"color": "Blue"} for view in views)
    assert [view.main for view in views] == [False, True, False]


def test_every_format_column_and_kind_of_problem_is_there() -> None:
    cells = set(re.findall(r"`([\w-]+)`", "\n".join(re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE))))
    assert set(FORMATS) | set(TITLES) | set(COLUMNS) <= cells


def test_the_commands_that_clean_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photo: Callable[[int], Image.Image]
) -> None:
    rows = make_matches(tmp_path / "views" / "shop", photo)
    rows.append(replace(rows[20], instance="seat"))
    write_views(tmp_path / "views" / "shop", rows)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^    shopthelook (dataset views (?:suspects|merge|fold) .*)$", PAGE, re.MULTILINE)
    for command in commands:
        answer = CliRunner().invoke(main, shlex.split(command, comments=True))
        assert answer.exit_code == 0, answer.output
        if " suspects " in command:
            lines = [json.loads(line) for line in Path("suspects.jsonl").read_text().splitlines()]
            told = [line | {"answer": {"labeler": "ann", "action": line["action"]}} for line in lines]
            Path("answers.jsonl").write_text("\n".join(map(json.dumps, told)))
    assert len(commands) == 3
    assert "two-instances" in {line["kind"] for line in lines}
    cleaned = open_views(tmp_path / "views" / "shop-cleaned").views
    assert len({view.instance for view in cleaned} - {None}) == 14


def test_the_line_of_a_suspect_is_one() -> None:
    line = json.loads(block("json"))
    suspect = parse_suspect(line, "matches.md")
    assert json.loads(json.dumps(suspect.as_dict())) == line
    cells = set(re.findall(r"`([\w-]+)`", "\n".join(re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE))))
    assert set(KINDS) | set(ACTIONS) <= cells
