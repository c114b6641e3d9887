"""8-bit copies of detectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter
from shopthelook.errors import ShopError
from shopthelook.models import open_bundle

if TYPE_CHECKING:
    from shopthelook.detection.quantizing.quantize import Result

_FEW_ALIKE = 0.8  # share of boxes with a counterpart below which one should look twice


@click.command(short_help="Make a detector compute in 8 bits.")
@click.argument("bundle")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--data",
    multiple=True,
    required=True,
    metavar="NAME=FOLDER",
    help="A data set with training and validation pictures; repeat.",
)
@click.option(
    "--pictures",
    type=click.IntRange(min=1),
    default=48,
    show_default=True,
    help="Training pictures that show the ranges.",
)
@click.option("--reduce-range", is_flag=True, help="Weights of 7 bits, for processors without VNNI.")
@click.option(
    "--keep",
    multiple=True,
    metavar="PATTERN",
    help="Leave nodes of such names exact, as in '*/head/*'; repeat.",
)
@json_option
def quantize(
    bundle: str,
    out: Path,
    data: tuple[str, ...],
    pictures: int,
    reduce_range: bool,
    keep: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write an 8-bit copy of the detector BUNDLE to the folder OUT: a smaller file, and faster on most processors.

    Convolutions get 8-bit weights and values, but for the last ones, which give scores and boxes. Training pictures
    of the data sets show what range each value has. On their validation pictures the thresholds are chosen again, and
    the copy is compared with the original. One-stage detectors gain most. Needs the extra:
    pip install 'shopthelook[quantize]'.

    \b
    Examples:
      shopthelook models quantize my-detector my-detector-int8 --data rooms=demo
      shopthelook models quantize runs/new new-int8 --data rooms=demo --keep '*/head/*' --reduce-range
    """
    folders: dict[str, Path] = {}
    for text in data:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder) or name in folders:
            raise click.BadParameter(
                f"NAME=FOLDER is needed, each name once, not {text!r}", param_hint="--data"
            )
        folders[name] = Path(folder)
    opened = open_bundle(bundle)
    try:
        from shopthelook.detection.quantizing.quantize import quantize_bundle
    except ImportError as error:
        raise ShopError(f"{error}; this needs: pip install 'shopthelook[quantize]'") from None
    with Counter("; nothing is written") as counter:
        done = quantize_bundle(
            opened, out, folders, pictures=pictures, reduce_range=reduce_range, keep=keep, progress=counter
        )
    compared = done.comparison
    if as_json:
        counts = {"quantized": done.convolutions, "of": done.of}
        emit({"id": done.card.id, "path": str(out.resolve()), "convolutions": counts, **compared.as_dict()})
    else:
        _show(done, out)
    if compared.share_alike < _FEW_ALIKE:
        click.echo(
            f"warning: only {100 * compared.share_alike:.0f}% of the boxes are the same; leave more exact with --keep, "
            "or try --reduce-range on a processor without VNNI",
            err=True,
        )
    if compared.time_ratio > 1:
        click.echo("warning: on this processor the 8-bit copy is slower", err=True)


def _show(done: Result, out: Path) -> None:
    compared = done.comparison
    rows: list[tuple[object, ...]] = [("", "float", "8 bits")]
    for one in compared.sets:
        words = f"{one.name}, {one.n} pictures, {one.labels} labels"
        rows.append((f"AP50 on {words}", *(f"{100 * value:.1f}" for value in one.ap50)))
        rows.append((f"AP on {words}", *(f"{100 * value:.1f}" for value in one.ap)))
    rows.append(("ms of one core for the graph", *(f"{value:.1f}" for value in compared.ms)))
    rows.append(("MB", *(f"{value:.1f}" for value in compared.megabytes)))
    table(rows, right=(1, 2))
    click.echo(f"{100 * compared.share_alike:.1f}% of {compared.sure} sure boxes are in both")
    click.echo(f"time: {compared.time_ratio:.2f} of the float graph's")
    click.echo(f"{done.card.id}: {done.convolutions} of {done.of} convolutions in 8 bits, written to {out}")
