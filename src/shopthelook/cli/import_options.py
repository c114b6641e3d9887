"""What `shopthelook dataset import` and `dataset views import` have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from shopthelook.cli.output import one_line
from shopthelook.datasets.problems import PROBLEMS_FILE, Problem

Command = TypeVar("Command", bound=Callable[..., Any])

AGAIN = "; the same command again goes on from there"
_SHOWN = 3


def import_options(formats: Iterable[str]) -> Callable[[Command], Command]:
    """Give a command the arguments and options of an import of one of ``formats``."""
    options = (
        click.argument("form", metavar="FORMAT", type=click.Choice(list(formats))),
        click.argument("source", type=click.Path(path_type=Path)),
        click.argument("out", type=click.Path(path_type=Path)),
        click.option(
            "--pictures",
            type=click.Path(path_type=Path, exists=True, file_okay=False),
            metavar="DIR",
            help="Where the pictures are [SOURCE, and all folders below].",
        ),
        click.option(
            "--labels",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            help="Categories of labels: lines of label, tab, Google category.",
        ),
        click.option("--in-place", is_flag=True, help="Leave the pictures where they are and refer to them."),
        click.option(
            "--licence",
            metavar="TEXT",
            help="Of the pictures and labels [what the format's publisher states].",
        ),
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def tell_problems(folder: Path, problems: Sequence[Problem]) -> None:
    """Say on standard error how many problems an import met, the first few, and where all are listed."""
    if not problems:
        return
    said = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
    click.echo(f"{said}, listed in {folder / PROBLEMS_FILE}:", err=True)
    for problem in problems[:_SHOWN]:
        click.echo(f"  {one_line(f'{problem.where}: {problem.reason}', 200)}", err=True)
    if len(problems) > _SHOWN:
        click.echo("  ...", err=True)
