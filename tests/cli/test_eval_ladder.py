"""eval ladder."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra [train]")

from shopthelook.evaluation.embedding.ladder import running
from tests.cli.conftest import Run
from tests.embedding.training.conftest import one_thread, things
from tests.evaluation.embedding.ladder.test_running import write

__all__ = ["one_thread", "things"]


def test_for_people_after_a_stop(
    bare: Run, tmp_path: Path, things: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, things)
    train = running.train_embedder

    def stopping(recipe: Path, *rest: object) -> None:
        if recipe.stem == "plus-color":
            raise KeyboardInterrupt
        train(recipe, *rest)  # type: ignore[arg-type]

    command = ("eval", "ladder", tmp_path / "ladder.toml", "--out", tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr(running, "train_embedder", stopping)
        answer = bare(*command)
    assert answer.status == 130
    assert "run the same command again to go on" in answer.errors
    answer = bare(*command)
    assert answer.status == 0
    assert "1 of 2: training" not in answer.errors
    assert "2 of 2: training +Color" in answer.errors
    lines = answer.out.splitlines()
    assert lines[0] == "table 5: P@1 of products"
    assert [line.split()[0] for line in lines[1:4]] == ["variant", "V1", "+Color"]
    assert "table 5: P@1 of attributes" in lines
    assert (tmp_path / "out" / "report.html").exists()
    told = bare(*command, "--json").objects[0]
    assert told["tables"] == {"table 5": ["V1 baseline", "+Color"]}


def test_a_ladder_that_cannot_be_read(bare: Run, tmp_path: Path) -> None:
    answer = bare("eval", "ladder", tmp_path / "none.toml")
    assert answer.status == 1
    assert "this ladder cannot be read" in answer.errors
