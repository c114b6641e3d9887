"""Measure what embedders say of attributes, gender and category."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.eval_options import (
    bundles_argument,
    keep_option,
    report_option,
    split_option,
    views_option,
    write_card_option,
)
from shopthelook.cli.eval_retrieval import percent
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.attributes import AttributeEvaluation


@click.command()
@bundles_argument
@views_option("whose labels are the truth")
@split_option("Which views")
@click.option(
    "--head", "heads", multiple=True, metavar="NAME", help="Only this head, as in color; may be repeated."
)
@report_option("sheets of mistakes and figures.json there")
@keep_option("what the models say there, to go on after a stop")
@write_card_option
@json_option
def attributes(
    bundles: tuple[str, ...],
    data: tuple[Path, ...],
    split: str,
    heads: tuple[str, ...],
    report: Path | None,
    keep: Path | None,
    write_card: bool,
    as_json: bool,
) -> None:
    """Measure how often an embedder's heads are right: category, and the attributes that its card names.

    BUNDLE are names or folders of model bundles, oldest first. DATA are sets of views with columns of labels (gender,
    color, pattern ...), as `shopthelook dataset views import` writes them.

    P@1 is the share of views of which the best value is the true one; beside it stand what the head is silent about in
    serving, and what one would get who always says the most frequent value.

    \b
    Examples:
      shopthelook eval attributes embedder-lite --data views/luma --report measured
      shopthelook eval attributes embedder-lite runs/new --data views/luma --head color --head gender --json
    """
    from shopthelook.embedding.views import open_all
    from shopthelook.evaluation.carding import write_card as write
    from shopthelook.evaluation.embedding import LookStore
    from shopthelook.evaluation.embedding.attributes import evaluate_attributes
    from shopthelook.evaluation.embedding.attributes.report import write_attribute_report
    from shopthelook.evaluation.embedding.carding import attribute_metrics
    from shopthelook.models import open_bundle

    opened, sets = [open_bundle(one, "embedder") for one in bundles], open_all(data)
    folder = keep or report
    with contextlib.ExitStack() as stack:
        looks = stack.enter_context(LookStore(folder / "codes.sqlite")) if folder else None
        again = "; run the same command again to go on" if folder else "; with --keep it could go on"
        counter = stack.enter_context(Counter(again))
        measured = evaluate_attributes(
            opened,
            sets,
            split,  # type: ignore[arg-type]  # of the choices
            heads=heads,
            looks=looks,
            progress=counter,
        )
        counter.clear()
        if report is not None:
            write_attribute_report(measured, report)
    if write_card:
        names = [word for one in sets for word in ("--data", one.name)]
        words = ["shopthelook", "eval", "attributes", opened[-1].name, *names, "--split", split]
        write(opened[-1], attribute_metrics(measured, len(opened) - 1, shlex.join(words)))
    if as_json:
        emit(measured.as_dict())
    else:
        _show(measured)
        if report is not None:
            click.echo(f"report: {report / 'report.html'}")


def _show(measured: AttributeEvaluation) -> None:
    from shopthelook.evaluation.embedding.attributes.figures import NAMES

    for one in measured.sets:
        part = "" if one.split == "all" else f" of the split “{one.split}”"
        click.echo(f"{one.name}: {one.views:,} views{part}")
        rows: list[tuple[object, ...]] = [("", "", "views", "left out", *NAMES.values())]
        for head in one.names:
            for variant, heads in zip(measured.variants, one.heads, strict=True):
                if head in heads:
                    figures = heads[head]
                    counts = (f"{len(figures.question.views):,}", f"{figures.question.unsayable:,}")
                    cells = (percent(figures.interval(name)) for name in NAMES)
                    rows.append((head, variant.name, *counts, *cells))
        table(rows, right=range(2, len(rows[0])), indent=2)
        click.echo()
