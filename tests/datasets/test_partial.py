from __future__ import annotations

from pathlib import Path

import pytest

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.partial import begin, finish
from shopthelook.datasets.problems import Problem, write_problems


def test_a_folder_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "sets" / "out"
    partial = begin(out, "the order")
    (partial / "a").touch()
    assert begin(out, "the order") == partial  # as after a run that was stopped
    with pytest.raises(DataError, match="left of another import"):
        begin(out, "another order")
    finish(partial, out)
    assert [path.name for path in out.iterdir()] == ["a"]
    assert not partial.exists()
    with pytest.raises(DataError, match="exists already"):
        begin(out, "the order")


def test_a_folder_of_that_name_that_nobody_began_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out.partial").mkdir()
    with pytest.raises(DataError, match="left of another import"):
        begin(tmp_path / "out", "the order")


def test_problems_are_a_line_each(tmp_path: Path) -> None:
    write_problems(tmp_path, [Problem("a\tb", "no\nway"), Problem("c", "so")])
    assert (tmp_path / "problems.tsv").read_text() == "a b\tno way\nc\tso\n"
