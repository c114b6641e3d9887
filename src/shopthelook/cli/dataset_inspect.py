"""Look at a data set."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit
from shopthelook.datasets.splits import Split
from shopthelook.detection.datasets import open_data
from shopthelook.detection.datasets.sheet import Choice, choose, draw_sheet, save_sheet


@click.command(short_help="Draw pictures with their boxes on one sheet.")
@click.argument("folder", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("sheet.jpg"), show_default=True
)
@click.option("-n", type=click.IntRange(1, 500), default=24, show_default=True, help="Pictures at most.")
@click.option("--split", type=click.Choice(get_args(Split)), help="Only pictures of this split.")
@click.option("--label", metavar="L", help="Only pictures with this label, or an object of this category.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another draws others.")
@click.option("--width", type=click.IntRange(300, 20_000), default=1800, show_default=True, help="In pixels.")
@click.option("--height", type=click.IntRange(100, 4000), default=380, show_default=True, help="Of a row.")
@json_option
def inspect(
    folder: Path,
    out: Path,
    n: int,
    split: Split | None,
    label: str | None,
    seed: int,
    width: int,
    height: int,
    as_json: bool,
) -> None:
    """Draw pictures of a data set with their boxes and labels, on one sheet to look at.

    \b
    Examples:
      shopthelook dataset inspect sets/fashionpedia
      shopthelook dataset inspect sets/rooms --label "lamps" -n 40 --split val --out lamps.png
    """
    data = open_data(folder)
    pictures = choose(data, Choice(n, split, label, seed))
    save_sheet(draw_sheet(data, pictures, width, height), out)
    if as_json:
        emit({"sheet": str(out), "pictures": [str(one.path) for one in pictures]})
    else:
        said = "1 picture" if len(pictures) == 1 else f"{len(pictures)} pictures"
        click.echo(f"{out}: {said} of {data.name}")
