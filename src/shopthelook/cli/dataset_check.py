"""What is wrong with data sets, and what is in them."""

from __future__ import annotations

from collections import Counter as Counts
from pathlib import Path
from typing import get_args

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, one_line, table
from shopthelook.cli.progress import Counter
from shopthelook.datasets.splits import Split
from shopthelook.detection.datasets import DataSet, open_data
from shopthelook.detection.datasets.checking import TITLES, Problem, count
from shopthelook.detection.datasets.checking import check as check_sets

_SHOWN = 10
_FOLDERS = click.argument(
    "folders", nargs=-1, required=True, metavar="DATA...", type=click.Path(path_type=Path)
)


@click.command(short_help="Say what is wrong with data sets.")
@_FOLDERS
@click.option("--all", "every", is_flag=True, help=f"Print every problem, not {_SHOWN} of each kind.")
@json_option
def check(folders: tuple[Path, ...], every: bool, as_json: bool) -> None:
    """Say what is wrong with data sets; the exit status is 1 where something is.

    Boxes that are empty, reach outside, are there twice or are two kinds of object at once; pictures that are
    missing, unreadable, changed, there twice, or of two splits and alike. Labels without a category and categories
    with few boxes are noted. Copies are looked for across all DATA together.

    \b
    Examples:
      shopthelook dataset check sets/fashionpedia
      shopthelook dataset check sets/* --json > problems.jsonl
    """
    sets = [open_data(folder) for folder in folders]
    found: list[Problem] = []
    with Counter() as counter:
        for problem in check_sets(sets, lambda done, total: counter("pictures", done, total)):
            found.append(problem)
            if as_json:
                counter.clear()
                emit(problem.as_dict())
    if not as_json:
        for data in sets:
            _print(data, [one for one in found if one.data == str(data.folder)], every)
    if any(not one.is_note for one in found):
        raise click.exceptions.Exit(1)


@click.command(short_help="Count pictures and boxes in each split.")
@_FOLDERS
@click.option("--fine", is_flag=True, help="By the data set's own labels, not by coarse category.")
@json_option
def show(folders: tuple[Path, ...], fine: bool, as_json: bool) -> None:
    """Say how many pictures a data set has, and how many boxes of what, in each split.

    The split of a picture follows from its content, or from the product that the data set says it shows, so it is
    the same everywhere and always: 70% are to train with, 10% to choose with, 20% to measure with.

    \b
    Examples:
      shopthelook dataset show sets/fashionpedia
      shopthelook dataset show sets/* --fine --json
    """
    for data in [open_data(folder) for folder in folders]:
        splits: list[Split | None] = [picture.split() for picture in data.pictures]
        pictures = Counts(splits)
        boxes = count(data, splits, fine)
        if as_json:
            emit(
                {
                    "data": str(data.folder),
                    "kind": data.kind,
                    "licence": data.licence,
                    "pictures": {split: pictures[split] for split in get_args(Split)},
                    "boxes": {
                        name: {split: n[split] for split in get_args(Split)} for name, n in boxes.items()
                    },
                }
            )
            continue
        click.echo(f"{data.folder}: {data.kind}, licence: {one_line(data.licence)}")
        rows = [("", *get_args(Split), "all"), _row("pictures", pictures)]
        rows += [_row(name, n) for name, n in boxes.items()]
        table(rows, right=[1, 2, 3, 4], indent=2)


def _row(name: str, n: Counts[Split] | Counts[Split | None]) -> tuple[str, ...]:
    return (name, *(f"{n[split]:,}" for split in get_args(Split)), f"{sum(n.values()):,}")


def _print(data: DataSet, found: list[Problem], every: bool) -> None:
    wrong = sum(not one.is_note for one in found)
    boxes = sum(len(picture.labels) for picture in data.pictures)
    said = "nothing is wrong" if not wrong else "1 problem" if wrong == 1 else f"{wrong:,} problems"
    click.echo(f"{data.folder}: {len(data.pictures):,} pictures, {boxes:,} boxes: {said}")
    for kind, title in TITLES.items():
        some = [one for one in found if one.kind == kind]
        if not some:
            continue
        note = "note: " if some[0].is_note else ""
        click.echo(f"  {note}{title}: {len(some):,}")
        for one in some if every else some[:_SHOWN]:
            click.echo(f"    {one_line(one.text, 300)}")
        if not every and len(some) > _SHOWN:
            click.echo(f"    ... and {len(some) - _SHOWN:,} more; --all prints them")
