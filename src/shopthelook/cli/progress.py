"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import click

from shopthelook.cli.main import STOPPED
from shopthelook.pipeline.reports import ImportReport

_BAR = 24
_BAR_EVERY_S = 0.1
_LINE_EVERY_S = 5.0


class Progress:
    """Shows reports of an import as they come; ``what`` names what is counted, as in "products"."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._tty = sys.stderr.isatty()
        self._shown_at = time.monotonic() if not self._tty else 0.0
        self._width = 0
        self.last = ImportReport()

    def __call__(self, report: ImportReport) -> None:
        self.last = report
        now = time.monotonic()
        if now - self._shown_at < (_BAR_EVERY_S if self._tty else _LINE_EVERY_S):
            return
        self._shown_at = now
        line = self._line(report)
        if self._tty:
            click.echo("\r" + line.ljust(self._width), nl=False, err=True)
            self._width = len(line)
        else:
            click.echo(line, err=True)

    def clear(self) -> None:
        """Take the bar away."""
        if self._tty and self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0

    def _line(self, report: ImportReport) -> str:
        numbers = f"{report.present} {self._what}, {report.embedded} embedded, {report.failed} failed"
        if not report.total:
            return f"{report.read} read: {numbers}"
        if not self._tty:
            return f"{report.read} of {report.total} read: {numbers}"
        full = min(_BAR, _BAR * report.read // report.total)
        return f"[{'#' * full}{'.' * (_BAR - full)}] {report.read}/{report.total}  {numbers}"


class Counter:
    """Shows how many of how many are done, step by step; a context manager that says what Ctrl-C stopped.

    ``again`` is what the line about the stop ends with.
    """

    def __init__(self, again: str = "") -> None:
        self._again = again
        self._tty = sys.stderr.isatty()
        self._shown_at = time.monotonic() if not self._tty else 0.0
        self._width = 0
        self._line = "nothing is done yet"

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        self._line = f"{what}: {done} of {total}"
        if now - self._shown_at < (_BAR_EVERY_S if self._tty else _LINE_EVERY_S) and done < total:
            return
        self._shown_at = now
        if self._tty:
            full = _BAR * done // max(total, 1)
            line = f"[{'#' * full}{'.' * (_BAR - full)}] {self._line}"
            click.echo("\r" + line.ljust(self._width), nl=False, err=True)
            self._width = len(line)
        else:
            click.echo(self._line, err=True)

    def clear(self) -> None:
        """Take the bar away."""
        if self._tty and self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0

    def __enter__(self) -> Counter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()
        if isinstance(error, KeyboardInterrupt):
            click.echo(f"stopped: {self._line}{self._again}", err=True)
            raise click.exceptions.Exit(STOPPED) from None


@contextmanager
def showing(what: str) -> Iterator[Progress]:
    """Show progress of an import; Ctrl-C says what is done, and that the same command goes on with it."""
    progress = Progress(what)
    try:
        yield progress
    except KeyboardInterrupt:
        progress.clear()
        click.echo(
            f"stopped: {progress.last.present} {what} are done and kept; "
            "run the same command again to go on with the rest",
            err=True,
        )
        raise click.exceptions.Exit(STOPPED) from None
    finally:
        progress.clear()
