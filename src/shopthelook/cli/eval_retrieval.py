"""Measure embedders by what they find."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.eval_options import (
    bundles_argument,
    keep_option,
    latency_option,
    report_option,
    split_option,
    views_option,
    write_card_option,
)
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding import Evaluation, Measured
    from shopthelook.evaluation.intervals import Interval

CROPS = ("detector", "given", "both")
DETECTOR = "detector-lite"


@click.command()
@bundles_argument
@views_option("to ask about")
@split_option("Which views ask")
@click.option(
    "--distractor-data",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="A set of views to look among too; may be repeated.",
)
@click.option(
    "--distractors",
    type=click.IntRange(min=0),
    metavar="N",
    help="So many pictures of other things, always the same ones [default: all there are].",
)
@click.option(
    "--crops",
    type=click.Choice(CROPS),
    default="both",
    show_default=True,
    help="Who cuts objects out of scenes.",
)
@click.option(
    "--detector", default=DETECTOR, show_default=True, metavar="BUNDLE", help="The detector that does."
)
@click.option(
    "--same",
    metavar="LABELS",
    help='Right is what agrees in these labels, as in "category,color", in place of the very thing.',
)
@report_option("sheets of hits and misses and figures.json there")
@keep_option("codes and boxes there, to go on after a stop and for further bundles")
@latency_option("crops", 30)
@write_card_option
@json_option
def retrieval(
    bundles: tuple[str, ...],
    data: tuple[Path, ...],
    split: str,
    distractor_data: tuple[Path, ...],
    distractors: int | None,
    crops: str,
    detector: str,
    same: str | None,
    report: Path | None,
    keep: Path | None,
    latency: int,
    write_card: bool,
    as_json: bool,
) -> None:
    """Measure embedders by how often the first hit shows the right product, alone or beside each other.

    BUNDLE are names or folders of model bundles, oldest first. DATA are sets of views, as
    `shopthelook dataset views import` writes them. Objects of scenes ask for their product's main picture, and so do a
    product's other pictures, among the other products of all DATA and the distractors.

    Objects are cut out by the detector's box that overlaps the given one most (IoU at least 0.5; what it misses counts
    as wrong) and by the given box; found on binary codes and on floats; within their category and among all products.
    Intervals are of 95%; differences between bundles are tested on the same queries.

    \b
    Examples:
      shopthelook eval retrieval embedder-lite --data views/rooms --report measured
      shopthelook eval retrieval embedder-lite runs/new --data views/luma --distractor-data views/others
      shopthelook eval retrieval embedder-lite --data views/street --same category,color --json
    """
    from shopthelook.embedding.views import open_all
    from shopthelook.evaluation.carding import write_card as write
    from shopthelook.evaluation.detection import PredictionStore
    from shopthelook.evaluation.embedding import LookStore, ask, evaluate
    from shopthelook.evaluation.embedding.carding import metrics
    from shopthelook.evaluation.embedding.report import write_report
    from shopthelook.models import open_bundle

    # What is wrong with the call is told before anything is computed.
    opened = [open_bundle(one, "embedder") for one in bundles]
    finder = None if crops == "given" else open_bundle(detector, "detector")
    sets, others = open_all(data), open_all(distractor_data)
    labels = [one.strip() for one in same.split(",") if one.strip()] if same else []
    benchmarks = ask(sets, split, others, distractors, labels)  # type: ignore[arg-type]
    folder = keep or report
    with contextlib.ExitStack() as stack:
        looks = stack.enter_context(LookStore(folder / "codes.sqlite")) if folder else None
        boxes = stack.enter_context(PredictionStore(folder / "predictions.sqlite")) if folder else None
        again = "; run the same command again to go on" if folder else "; with --keep it could go on"
        counter = stack.enter_context(Counter(again))
        measured = evaluate(
            opened,
            benchmarks,
            detector=finder,
            given=crops != "detector",
            looks=looks,
            predictions=boxes,
            latency_crops=latency,
            progress=counter,
        )
        counter.clear()
        if report is not None:
            write_report(measured, report)
    if write_card:
        names = [word for one in sets for word in ("--data", one.name)]
        names += [word for one in others for word in ("--distractor-data", one.name)]
        names += [] if distractors is None else ["--distractors", str(distractors)]
        names += ["--same", same] if same else []
        words = ["shopthelook", "eval", "retrieval", opened[-1].name, *names, "--split", split]
        write(opened[-1], metrics(measured, len(opened) - 1, shlex.join(words)))
    if as_json:
        emit(measured.as_dict())
    else:
        for one in measured.measured:
            _show(measured, one)
        if measured.latency:
            _show_latency(measured)
        if report is not None:
            click.echo(f"report: {report / 'report.html'}")


def _show(measured: Evaluation, one: Measured) -> None:
    from shopthelook.evaluation.embedding.report.tables import p_text
    from shopthelook.evaluation.embedding.report.words import size
    from shopthelook.evaluation.embedding.scores import NAMES

    click.echo(one.benchmark.title)
    click.echo(size(one))
    rows: list[tuple[object, ...]] = [("", "", *NAMES.values(), "P@1 of floats", "binary keeps")]
    for way in one.ways:
        for i, variant in enumerate(measured.variants):
            binary, floats = (one.answers[i][way, code].scores for code in ("binary", "float"))
            cells = [percent(one.draws.interval(binary[name])) for name in NAMES]
            kept = one.kept(i, way)
            share = "-" if kept != kept else f"{100 * kept:.1f}%"
            rows.append((way.name, variant.name, *cells, percent(one.draws.interval(floats["p@1"])), share))
            if i:
                gain = one.gain(i, i - 1, way)
                said = f"p {p_text(gain.p)}, {gain.won:,} only new right, {gain.lost:,} only old right"
                rows.append(
                    ("", "  better by", percent(gain.difference, "+"), said, *[""] * (len(NAMES) - 1), "")
                )
    table(rows, right=range(2, len(rows[0])), indent=2)
    click.echo()


def _show_latency(measured: Evaluation) -> None:
    click.echo(f"one core, pixels to code, {measured.latency[0].n} crops")
    rows: list[tuple[object, ...]] = [("", "MB", "p50 ms", "p95 ms", "processor p50 ms")]
    for variant, took in zip(measured.variants, measured.latency, strict=True):
        times = (f"{ms:.1f}" for ms in (took.p50_ms, took.p95_ms, took.cpu_p50_ms))
        rows.append((variant.name, f"{variant.megabytes:.1f}", *times))
    table(rows, right=range(1, 5), indent=2)
    click.echo()


def percent(interval: Interval, sign: str = "") -> str:
    """A share in percent with its interval, as text."""
    if interval.value != interval.value:
        return "-"
    form = sign + ".1f"
    value = format(100 * interval.value, form)
    if interval.low != interval.low:
        return value
    return f"{value} [{format(100 * interval.low, form)}, {format(100 * interval.high, form)}]"
