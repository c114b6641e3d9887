"""Tables of a run: rows that a killed run left too far ahead are taken away."""

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from shopthelook.training.journal import Journal, Table


def test_rows_after_the_checkpoint_are_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    table = Table(path, 0)
    for step in range(1, 6):
        table.add(step, {"loss": step / 3})
    with path.open("a") as file:
        file.write("1")  # of 15, when the power went
    Table(path, 3).add(4, {"loss": 7.0})
    assert path.read_text().splitlines() == ["step,loss", "1,0.333333", "2,0.666667", "3,1", "4,7"]


def test_a_run_is_told_on_standard_error_and_to_tensorboard(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path, 0, 2, 8)
    journal.step(1, {"a": 1.0, "b": 0.5}, 0.1)
    journal.step(2, {"a": 0.5, "b": 0.5}, 0.2)
    journal.close()
    told = capfd.readouterr().err
    assert "step 2/2  loss 1.000" in told
    assert "pictures/s" in told
    assert "left" in told
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss/loss")] == [(1, 1.5), (2, 1.0)]
