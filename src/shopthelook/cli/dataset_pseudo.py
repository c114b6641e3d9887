"""Give pictures the boxes that a detector finds."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter
from shopthelook.detection.datasets import open_data

_SCORE = click.FloatRange(0, 1)


@click.command("pseudo-label", short_help="Give pictures the boxes that a detector finds.")
@click.argument("bundle")
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--present-only/--all",
    "present_only",
    default=True,
    show_default=True,
    help="Only labels that DATA says are in the picture, or all that it does not rule out.",
)
@click.option("--least-score", type=_SCORE, default=0.35, show_default=True, help="Of a box.")
@click.option(
    "--sure",
    type=_SCORE,
    default=0.55,
    show_default=True,
    help="From this score of a label's best box on, its boxes in the picture count as all there are.",
)
@click.option("--flip/--no-flip", default=True, show_default=True, help="Look at the mirror image too.")
@json_option
def pseudo_label(
    bundle: str,
    data: Path,
    out: Path,
    present_only: bool,
    least_score: float,
    sure: float,
    flip: bool,
    as_json: bool,
) -> None:
    """Write OUT: the data set DATA with the boxes that the detector BUNDLE finds in its pictures to train with.

    Boxes that DATA has stay, and a label gets none in a picture that has all its boxes of it, or of which DATA says
    that it is absent. A label that the detector is not sure of is said not to have all its boxes, so that nothing is
    learnt from the rest of the picture. Pictures to choose and to measure with come along without new boxes. After
    Ctrl-C the same command goes on.

    \b
    Examples:
      shopthelook dataset pseudo-label detector-lite sets/tagged sets/tagged-boxes
      shopthelook dataset pseudo-label bundles/teacher sets/home-scenes sets/home-more --all --sure 0.7
    """
    from shopthelook.detection import Detector
    from shopthelook.detection.datasets.pseudo import Rules
    from shopthelook.detection.datasets.pseudo import pseudo_label as label
    from shopthelook.models import open_bundle

    if sure < least_score:
        raise click.BadParameter(f"it is below --least-score {least_score}", param_hint="--sure")
    opened, detector = open_data(data), Detector(open_bundle(bundle, "detector"))
    with Counter("; the same command again goes on from there") as counter:
        done = label(opened, detector, out, Rules(least_score, sure, present_only, flip), counter)
    if as_json:
        emit(
            {
                "data": str(out),
                "bundle": detector.bundle.id,
                "pictures": done.pictures,
                "looked_at": done.looked_at,
                "with_boxes": done.with_boxes,
                "boxes": dict(done.boxes),
            }
        )
        return
    click.echo(
        f"{out}: {done.pictures:,} pictures; {detector.bundle.id} found {done.boxes.total():,} boxes "
        f"in {done.with_boxes:,} of the {done.looked_at:,} that it looked at"
    )
    table([(name, f"{n:,}") for name, n in done.boxes.most_common()], right=[1], indent=2)
