"""How far a long command is, on a terminal and in a log."""

from __future__ import annotations

import sys

import click
import pytest

from shopthelook.cli import progress
from shopthelook.cli.main import STOPPED
from shopthelook.cli.progress import Counter


def count(counter: Counter, n: int, total: int = 4) -> None:
    for done in range(1, n + 1):
        counter("pictures", done, total)


def test_a_log_has_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Counter() as counter:
        count(counter, 4)
    assert capsys.readouterr().err == "pictures: 4 of 4\n"


def test_a_log_has_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 100, 3))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    with Counter() as counter:
        count(counter, 4, total=9)
    # Begun at 0, told at 3, 6, 9 and 12 seconds; a line every 5.
    assert capsys.readouterr().err == "pictures: 2 of 9\npictures: 4 of 9\n"


def test_a_terminal_has_a_bar_that_goes_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Counter() as counter:
        count(counter, 4)
    told = capsys.readouterr().err
    assert "\r[########################] pictures: 4 of 4" in told
    assert told.endswith(" \r")


@pytest.mark.parametrize(("n", "told"), [(0, "nothing is done yet"), (2, "pictures: 2 of 4")])
def test_a_stop_says_what_is_done_and_what_to_do(
    capsys: pytest.CaptureFixture[str], n: int, told: str
) -> None:
    def stopped() -> None:
        with Counter("; run it again") as counter:
            count(counter, n)
            raise KeyboardInterrupt

    with pytest.raises(click.exceptions.Exit) as ended:
        stopped()
    assert ended.value.exit_code == STOPPED
    assert f"stopped: {told}; run it again\n" in capsys.readouterr().err
