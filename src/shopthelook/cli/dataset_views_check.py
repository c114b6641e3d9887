"""What is wrong with sets of views, what is in them, and what they look like."""

from __future__ import annotations

from collections import Counter as Counts
from pathlib import Path
from typing import get_args

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, one_line, table
from shopthelook.cli.progress import Counter
from shopthelook.datasets.splits import Split
from shopthelook.embedding.views import open_views
from shopthelook.embedding.views.checking import TITLES, ViewProblem, check_views
from shopthelook.embedding.views.counting import count, count_categories, count_labels
from shopthelook.embedding.views.sheet import SheetChoice, choose, draw_views, save_views

_SHOWN = 10
_FOLDERS = click.argument(
    "folders", nargs=-1, required=True, metavar="DATA...", type=click.Path(path_type=Path)
)


@click.command(short_help="Count views, instances and labels in each split.")
@_FOLDERS
@click.option("--all", "every", is_flag=True, help=f"All values of a label, not the {_SHOWN} most frequent.")
@json_option
def show(folders: tuple[Path, ...], every: bool, as_json: bool) -> None:
    """Say how many views a set has, of how many instances, and which labels they have, in each split.

    Matches are instances with two views or more. The split of a view follows from its group, so it is the same
    everywhere and always: 70% are to train with, 10% to choose with, 20% to measure with.

    \b
    Examples:
      shopthelook dataset views show views/fashion
      shopthelook dataset views show views/* --json
    """
    for data in [open_views(folder) for folder in folders]:
        what, categories, labels = count(data), count_categories(data.views), count_labels(data.views)
        if as_json:
            emit(
                {
                    "data": str(data.folder),
                    "licence": data.licence,
                    "counts": what,
                    "categories": categories,
                    "labels": labels,
                }
            )
            continue
        click.echo(f"{data.folder}: licence: {one_line(data.licence)}")
        rows: list[tuple[str, ...]] = [("", *get_args(Split), "all")]
        rows += [_row(name, n) for name, n in what.items()]
        rows.append(("category", "", "", "", ""))
        rows += [_row("  " + name, n) for name, n in categories.items()]
        for name, values in labels.items():
            rows.append((f"{name} ({len(values):,} values)", "", "", "", ""))
            some = list(values.items())
            rows += [_row("  " + value, n) for value, n in (some if every else some[:_SHOWN])]
            if not every and len(some) > _SHOWN:
                rest: Counts[str] = sum((n for _, n in some[_SHOWN:]), Counts())
                rows.append(_row(f"  {len(some) - _SHOWN:,} more", rest))
        table(rows, right=[1, 2, 3, 4], indent=2)


@click.command(short_help="Say what is wrong with sets of views.")
@_FOLDERS
@click.option("--all", "every", is_flag=True, help=f"Print every problem, not {_SHOWN} of each kind.")
@json_option
def check(folders: tuple[Path, ...], every: bool, as_json: bool) -> None:
    """Say what is wrong with sets of views; the exit status is 1 where something is.

    Rows that cannot be read, pictures and masks that are missing, boxes outside, instances in two splits or of two
    categories. Categories that the taxonomy lacks and instances with a single view are noted. Instances are looked at
    across all DATA together.

    \b
    Examples:
      shopthelook dataset views check views/fashion
      shopthelook dataset views check views/* --json > problems.jsonl
    """
    found: list[ViewProblem] = []
    with Counter() as counter:
        for problem in check_views(folders, lambda done, total: counter("pictures", done, total)):
            found.append(problem)
            if as_json:
                counter.clear()
                emit(problem.as_dict())
    if not as_json:
        for folder in folders:
            _print(folder, [one for one in found if one.data == str(folder)], every)
    if any(not one.is_note for one in found):
        raise click.exceptions.Exit(1)


@click.command(short_help="Draw instances with their views on one sheet.")
@click.argument("folder", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("sheet.jpg"), show_default=True
)
@click.option("-n", type=click.IntRange(1, 200), default=12, show_default=True, help="Instances at most.")
@click.option("--split", type=click.Choice(get_args(Split)), help="Only of this split.")
@click.option("--category", metavar="C", help="Only of this category.")
@click.option("--label", metavar="NAME[=VALUE]", help="Only views with this label.")
@click.option("--least-views", type=click.IntRange(1), default=1, show_default=True, help="Of an instance.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another draws others.")
@click.option("--width", type=click.IntRange(400, 20_000), default=1400, show_default=True, help="In pixels.")
@click.option("--height", type=click.IntRange(40, 2000), default=130, show_default=True, help="Of a row.")
@json_option
def inspect(
    folder: Path,
    out: Path,
    n: int,
    split: Split | None,
    category: str | None,
    label: str | None,
    least_views: int,
    seed: int,
    width: int,
    height: int,
    as_json: bool,
) -> None:
    """Draw instances of a set with their views, a row each, on one sheet to look at.

    Parts of scenes have a blue frame, main pictures a star. Views of which nobody knows the instance stand together by
    category.

    \b
    Examples:
      shopthelook dataset views inspect views/luma
      shopthelook dataset views inspect views/fashion --category Dresses --split val --out dresses.png
    """
    data = open_views(folder)
    rows = choose(data, SheetChoice(n, split, category, label, least_views, seed))
    save_views(draw_views(rows, width, height), out)
    if as_json:
        emit({"sheet": str(out), "rows": [name for name, _ in rows]})
    else:
        click.echo(f"{out}: {len(rows)} row{'' if len(rows) == 1 else 's'} of {data.name}")


def _row(name: str, n: Counts[str]) -> tuple[str, ...]:
    return (name, *(f"{n[split]:,}" for split in get_args(Split)), f"{n.total():,}")


def _print(folder: Path, found: list[ViewProblem], every: bool) -> None:
    wrong = sum(not one.is_note for one in found)
    said = "nothing is wrong" if not wrong else "1 problem" if wrong == 1 else f"{wrong:,} problems"
    click.echo(f"{folder}: {said}")
    for kind, title in TITLES.items():
        some = [one for one in found if one.kind == kind]
        if not some:
            continue
        click.echo(f"  {'note: ' if some[0].is_note else ''}{title}: {len(some):,}")
        for one in some if every else some[:_SHOWN]:
            click.echo(f"    {one_line(one.text, 300)}")
        if not every and len(some) > _SHOWN:
            click.echo(f"    ... and {len(some) - _SHOWN:,} more; --all prints them")
