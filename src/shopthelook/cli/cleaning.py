"""What the commands say that clean data sets, of boxes and of views."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from shopthelook.cli.output import emit, table

if TYPE_CHECKING:
    from shopthelook.datasets.cleaning import Merged

Command = TypeVar("Command", bound=Callable[..., object])


data_argument = click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
folder_option = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The folder to make."
)
list_option = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The list to write, JSON Lines."
)
fold_option = click.option(
    "--fold", required=True, metavar="I/K", help="Leave out fold I of K, as 0/3, 1/3 and 2/3."
)


def bundles_option(kind: str) -> Callable[[Command], Command]:
    """``--bundle``, the models that judge; ``kind`` says what they are."""
    return click.option(
        "--bundle",
        "bundles",
        multiple=True,
        metavar="BUNDLE",
        help=f"{kind}; K of them in the order of the folds that they were trained without.",
    )


def parsed_fold(text: str) -> tuple[int, int]:
    """Fold I of K; anything else than I/K is misuse."""
    from shopthelook.datasets.cleaning import parse_fold

    try:
        return parse_fold(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fold") from None


def tell_fold(out: Path, n: int, what: str, fold: str, as_json: bool) -> None:
    """Say how many pictures or views, as ``what`` calls them, are left without a fold."""
    if as_json:
        emit({"out": str(out), what: n})
    else:
        click.echo(f"{out}: {n:,} {what}, without fold {fold}")


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
