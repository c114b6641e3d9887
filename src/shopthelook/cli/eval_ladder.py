"""Train and measure variants of a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter

if TYPE_CHECKING:
    from shopthelook.evaluation.report.cells import Table


@click.command()
@click.argument("ladder", metavar="LADDER.toml", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Recipes, runs, bundles and the report go there [default: runs/LADDER].",
)
@json_option
def ladder(ladder: Path, out: Path | None, as_json: bool) -> None:
    """Train the variants of an embedder's recipe that LADDER.toml lists, and measure them side by side.

    A variant is the one before it (or any other) with some keys of its recipe changed, tasks or data sets added or
    dropped. The tables are those of the paper's section 6.3: P@1 of products and of attributes after each step, the
    gains and how sure they are.

    What is trained and measured is kept: the same command goes on after a stop, and a variant added at the end costs
    only itself.

    Needs: pip install 'shopthelook[train]'

    \b
    Examples:
      shopthelook eval ladder steps.toml
      shopthelook eval ladder steps.toml --out runs/steps --json
    """
    from shopthelook.cli.train_embedder import NEEDED
    from shopthelook.cli.train_options import require
    from shopthelook.evaluation.embedding.ladder import Ladder, climb
    from shopthelook.evaluation.embedding.ladder.report import tables, write_ladder_report

    read = Ladder.read(ladder)
    require(NEEDED)
    out = out or Path("runs") / ladder.stem
    with Counter("; run the same command again to go on") as counter:
        climbed = climb(read, out, tell=lambda text: click.echo(text, err=True), progress=counter)
        counter.clear()
        write_ladder_report(climbed, out)
    if as_json:
        emit(climbed.as_dict())
        return
    for title, rows in read.tables.items():
        for heading, found in tables(climbed, rows):
            click.echo(f"{title}: {heading}")
            _show(found)
            click.echo()
    click.echo(f"report: {out / 'report.html'}")


def _show(found: Table) -> None:
    rows: list[tuple[object, ...]] = [found.head]
    rows += [
        tuple(f"{cell.text} [{cell.small}]" if cell.small else cell.text for cell in row)
        for row in found.rows
    ]
    table(rows, right=range(1, len(found.head)), indent=2)
