"""Import a published data set."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.import_options import AGAIN, import_options, tell_problems
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, one_line
from shopthelook.cli.progress import Counter
from shopthelook.detection.datasets.importing import FORMATS, Imported, Order, import_data


@click.command("import", short_help="Bring in a published data set.")
@import_options(FORMATS)
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

    FORMAT is clothing-co-parsing, fashionpedia, deepfashion2, modanet, open-images, labelled-photos, tagged or coco.
    Pictures are linked where the file system can, else copied. What is wrong with a picture or a box is written down
    in OUT, and the rest goes on; so does an import that was stopped, when the command is given again.

    \b
    Examples:
      shopthelook dataset import clothing-co-parsing ~/clothing-co-parsing sets/ccp
      shopthelook dataset import coco photos/labels.json sets/mine --labels labels.tsv
      shopthelook dataset import open-images ~/open-images sets/oi --only-objects --in-place
      shopthelook dataset import labelled-photos ~/clothing-dataset sets/garments --licence CC0-1.0
    """
    with Counter(AGAIN) as counter:
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
    tell_problems(done.folder, done.problems)
