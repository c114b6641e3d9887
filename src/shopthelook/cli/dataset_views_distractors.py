"""Make pictures to look among."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.eval_options import SPLITS
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit
from shopthelook.cli.progress import Counter

NUMBER = 20_000


@click.command(short_help="Make views of other things, to look among.")
@click.argument("folders", nargs=-1, required=True, metavar="DATA...", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="OUT", help="The new set.")
@click.option(
    "-n", "number", type=click.IntRange(min=1), default=NUMBER, show_default=True, help="So many views."
)
@click.option(
    "--split",
    type=click.Choice(SPLITS),
    default="all",
    show_default=True,
    help="Only of views of this split.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another makes others."
)
@json_option
def distractors(
    folders: tuple[Path, ...], out: Path, number: int, split: str, seed: int, as_json: bool
) -> None:
    """Make a set of views that `shopthelook eval retrieval --distractor-data` looks among.

    The views of DATA come first, as they are; then their products in other colours and at other angles, and parts of
    their scenes beside the objects, as many rounds as it takes. The same call makes the same set everywhere, and with a
    greater number the first ones stay. Pictures of DATA are referred to where they lie.

    A view keeps its group: measured against queries of the same photo or product, it is left out.

    \b
    Examples:
      shopthelook dataset views distractors views/garments views/fashion views/home --out views/others
      shopthelook dataset views distractors views/* --out views/others-100k -n 100000
    """
    from shopthelook.embedding.views import open_all
    from shopthelook.evaluation.embedding.distractors import make_distractors

    with Counter("; run the same command again to go on") as counter:
        made = make_distractors(open_all(folders), out, number, split, seed, counter)  # type: ignore[arg-type]
    if as_json:
        counts = {"as_they_are": made.as_they_are, "changed": made.changed, "parts": made.parts}
        emit({"data": str(out), "views": made.views, **counts, "sources": made.sources})
    else:
        click.echo(
            f"{out}: {made.views:,} views: {made.as_they_are:,} as they are, {made.changed:,} products in other "
            f"colours and angles, {made.parts:,} other parts of scenes"
        )
