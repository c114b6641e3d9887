"""What the commands say that clean data sets, of boxes and of views."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.output import emit, table

if TYPE_CHECKING:
    from shopthelook.datasets.cleaning import Merged


def parsed_fold(text: str) -> tuple[int, int]:
    """Fold I of K; anything else than I/K is misuse."""
    from shopthelook.datasets.cleaning import parse_fold

    try:
        return parse_fold(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fold") from None


def tell_suspects(out: Path, kinds: Counter[str], as_json: bool) -> None:
    """Say how many suspects of each kind a list has."""
    if as_json:
        emit({"out": str(out), "suspects": dict(kinds)})
        return
    click.echo(f"{out}: {kinds.total():,} suspects")
    table([(kind, f"{n:,}") for kind, n in kinds.most_common()], right=[1], indent=2)


def tell_merged(merged: Merged, answers: int, as_json: bool) -> None:
    """Say what a merge changed, and which suspects it left out."""
    if as_json:
        emit({"out": str(merged.folder), "changes": dict(merged.changes), "left_out": merged.left_out})
        return
    click.echo(f"{merged.folder}: {answers:,} answers merged")
    table([(action, f"{n:,}") for action, n in merged.changes.most_common()], right=[1], indent=2)
    for suspect, reason in merged.left_out.items():
        click.echo(f"left out: {suspect}: {reason}", err=True)
