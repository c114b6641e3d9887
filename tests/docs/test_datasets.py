"""The page on data sets: its example of a data set is one, and its Python runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shopthelook.detection.datasets import open_data
from shopthelook.detection.datasets.checking import TITLES
from shopthelook.detection.datasets.importing import FORMATS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first block of the page in a language."""
    found: str = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[0]
    return found


def test_the_example_is_a_data_set(tmp_path: Path) -> None:
    (tmp_path / "annotations.json").write_text(block("json"))
    (tmp_path / "labels.tsv").write_text(block("tsv"))
    data = open_data(tmp_path)
    assert data.licence == json.loads(block("json"))["info"]["license"]
    assert [category and category.name for category in data.categories] == ["Cabinets & Storage", None]
    assert data.pictures[0].boxes.tolist() == [[35, 120, 245, 420]]


def test_the_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found: dict[str, Any] = {}
    exec(compile(block("python"), "datasets.md", "exec"), found)
    assert found["problems"] == []
    assert 0 < len(found["train"]) < len(found["scenes"]) == 80
    assert "Wall Clocks" in found["names"]
    assert len(found["detailed"]) == 80


def test_every_format_and_kind_of_problem_is_there() -> None:
    cells = set(re.findall(r"`([\w-]+)`", "\n".join(re.findall(r"^\| (.*?) \|", PAGE, re.MULTILINE))))
    assert set(FORMATS) | set(TITLES) <= cells
