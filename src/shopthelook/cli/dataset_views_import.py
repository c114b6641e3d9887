"""Import a published data set of matching pictures."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.import_options import AGAIN, import_options, tell_problems
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, one_line
from shopthelook.cli.progress import Counter
from shopthelook.embedding.views.importing import FORMATS, Imported, Order, import_views
from shopthelook.embedding.views.importing.importer import LEAST_SIDE


@click.command("import", short_help="Bring in a published set of matching pictures.")
@import_options(FORMATS)
@click.option(
    "--least-side",
    type=click.FloatRange(min=1),
    default=LEAST_SIDE,
    show_default=True,
    help="Leave out boxes with a shorter side, in pixels.",
)
@json_option
def import_(
    form: str,
    source: Path,
    out: Path,
    pictures: Path | None,
    labels: Path | None,
    in_place: bool,
    licence: str | None,
    least_side: float,
    as_json: bool,
) -> None:
    """Make the set of views OUT of what was published as FORMAT and lies in the folder (or file) SOURCE.

    FORMAT is shop-the-look, street2shop, deepfashion2, csv, co-parsing, coco, labelled-photos, luma or rendered.
    Pictures are linked where the file system can, else copied. What is wrong with a picture or a box is written down in
    OUT, and the rest goes on; so does an import that was stopped, when the command is given again.

    \b
    Examples:
      shopthelook dataset views import shop-the-look ~/STL-Dataset views/stl --pictures ~/pins
      shopthelook dataset views import street2shop ~/street2shop views/street2shop --in-place
      shopthelook dataset views import csv pairs.csv views/mine
    """
    with Counter(AGAIN) as counter:
        done = import_views(
            Order(form, source, pictures, labels, in_place, licence, least_side),
            out,
            lambda now: counter("entries", now.read, now.total),
        )
    stated = licence or FORMATS[form].licence
    if as_json:
        emit(
            {
                "data": str(out),
                "views": done.views,
                "instances": done.instances,
                "too_small": done.too_small,
                "not_for_sale": done.not_for_sale,
                "problems": len(done.problems),
                "labels_without_category": done.unmapped,
                "licence": stated,
            }
        )
    else:
        _print(done, stated)


def _print(done: Imported, licence: str) -> None:
    click.echo(f"{done.folder}: {done.views:,} views of {done.instances:,} known instances")
    click.echo(f"licence: {licence}")
    if done.too_small:
        click.echo(f"{done.too_small:,} boxes are too small and were left out")
    if done.unmapped:
        names = one_line(", ".join(done.unmapped), 300)
        left = f" ({done.not_for_sale:,} views left out)" if done.not_for_sale else ""
        click.echo(f"labels without a category{left}: {names}")
    tell_problems(done.folder, done.problems)
