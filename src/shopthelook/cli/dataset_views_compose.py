"""Make scenes of things."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, one_line
from shopthelook.cli.progress import Counter
from shopthelook.embedding.views.composing import ComposeOrder
from shopthelook.embedding.views.composing import compose as compose_scenes

_SHOWN = 3


@click.command(short_help="Paste things into photos: matches where there are none.")
@click.option(
    "--things",
    multiple=True,
    required=True,
    metavar="DATA",
    type=click.Path(path_type=Path),
    help="Sets of views whose products are pasted; may be given again.",
)
@click.option(
    "--scenes",
    multiple=True,
    required=True,
    metavar="DATA",
    type=click.Path(path_type=Path),
    help="Sets of views whose scenes they are pasted into; may be given again.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to make.")
@click.option("--number", type=click.IntRange(1), default=1000, show_default=True, help="Of scenes to make.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another makes others.")
@json_option
def compose(
    things: tuple[Path, ...], scenes: tuple[Path, ...], out: Path, number: int, seed: int, as_json: bool
) -> None:
    """Make a set of scenes that show known things: products cut out and pasted into photos.

    Things are cut out by their mask, or off their white ground. Each is shown in another size, place and light, sharper
    or less, mirrored or turned a little, and partly hidden by others. A view in a made scene has the instance, the
    labels and the split of its thing, and lies in a photo of the same split. After Ctrl-C the same command goes on.

    \b
    Examples:
      shopthelook dataset views compose --things views/luma --scenes views/home --out views/composed --number 4000
    """
    with Counter("; the same command again goes on from there") as counter:
        done = compose_scenes(
            ComposeOrder(things, scenes, number, seed),
            out,
            lambda now: counter("scenes", now.scenes, now.total),
        )
    if as_json:
        emit(
            {
                "data": str(out),
                "scenes": done.scenes,
                "views": done.views,
                "instances": done.instances,
                "not_cut_out": done.uncut,
                "without_instance": done.unknown,
                "faults": done.faults,
            }
        )
        return
    click.echo(f"{out}: {done.scenes:,} scenes, {done.views:,} views of {done.instances:,} instances")
    if done.uncut or done.unknown:
        click.echo(
            f"not used: {done.uncut:,} product views without a white ground or a mask, or too small; "
            f"{done.unknown:,} without an instance"
        )
    for fault in done.faults[:_SHOWN]:
        click.echo(f"not read: {one_line(fault, 200)}", err=True)
