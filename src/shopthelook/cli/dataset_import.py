"""Import a published data set."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, one_line
from shopthelook.cli.progress import Counter
from shopthelook.detection.datasets.importing import FORMATS, PROBLEMS_FILE, Imported, Order, import_data

_SHOWN = 3
_AGAIN = "; the same command again goes on from there"


@click.command("import", short_help="Bring in a published data set.")
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Where the pictures are [SOURCE, and all folders below].",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Categories of labels: lines of label, tab, Google category.",
)
@click.option("--in-place", is_flag=True, help="Leave the pictures where they are and refer to them.")
@click.option(
    "--licence", metavar="TEXT", help="Of the pictures and labels [what the format's publisher states]."
)
@click.option("--only-objects", is_flag=True, help="Leave out pictures without any box of a category.")
@json_option
def import_(
    form: str,
    source: Path,
    out: Path,
    pictures: Path | None,
    labels: Path | None,
    in_place: bool,
    only_objects: bool,
    licence: str | None,
    as_json: bool,
) -> None:
    """Make the data set OUT of one that was published as FORMAT and lies in the folder (or file) SOURCE.

    FORMAT is clothing-co-parsing, fashionpedia, deepfashion2, modanet, open-images, labelled-photos or coco. Pictures
    are linked where the file system can, else copied. What is wrong with a picture or a box is written down in OUT, and
    the rest goes on; so does an import that was stopped, when the command is given again.

    \b
    Examples:
      shopthelook dataset import clothing-co-parsing ~/clothing-co-parsing sets/ccp
      shopthelook dataset import coco photos/labels.json sets/mine --labels labels.tsv
      shopthelook dataset import open-images ~/open-images sets/oi --only-objects --in-place
      shopthelook dataset import labelled-photos ~/clothing-dataset sets/garments --licence CC0-1.0
    """
    with Counter(_AGAIN) as counter:
        done = import_data(
            Order(form, source, pictures, labels, in_place, only_objects, licence),
            out,
            lambda now: counter("pictures", now.read, now.total),
        )
    if as_json:
        emit(
            {
                "data": str(out),
                "pictures": done.pictures,
                "boxes": done.boxes,
                "left_out": done.left_out,
                "problems": len(done.problems),
                "labels_without_category": done.unmapped,
                "licence": licence or FORMATS[form].licence,
            }
        )
    else:
        _print(done, licence or FORMATS[form].licence)


def _print(done: Imported, licence: str) -> None:
    without = f", {done.left_out:,} without objects left out" if done.left_out else ""
    click.echo(f"{done.folder}: {done.pictures:,} pictures, {done.boxes:,} boxes{without}")
    click.echo(f"licence: {licence}")
    if done.unmapped:
        names = one_line(", ".join(done.unmapped), 300)
        click.echo(f"no objects to find, unless {done.folder / 'labels.tsv'} says so: {names}")
    if done.problems:
        said = "1 problem" if len(done.problems) == 1 else f"{len(done.problems):,} problems"
        click.echo(f"{said}, listed in {done.folder / PROBLEMS_FILE}:", err=True)
        for problem in done.problems[:_SHOWN]:
            click.echo(f"  {one_line(f'{problem.where}: {problem.reason}', 200)}", err=True)
        if len(done.problems) > _SHOWN:
            click.echo("  ...", err=True)
