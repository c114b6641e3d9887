"""Measure detectors on labelled pictures."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.eval_options import latency_option, report_option, split_option
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.progress import Counter

if TYPE_CHECKING:
    from shopthelook.evaluation.detection import Evaluation, Interval, SetFigures


@click.command()
@click.argument("bundle")
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@split_option("Which pictures")
@click.option(
    "--against",
    multiple=True,
    metavar="BUNDLE",
    help="Another detector to compare with; may be repeated, oldest first.",
)
@click.option(
    "--classes",
    multiple=True,
    metavar="NAMES",
    help='Only these coarse categories, as in "Chairs, Sofas"; may be repeated.',
)
@click.option(
    "--most-frequent", type=click.IntRange(min=1), metavar="N", help="Only the N classes with the most boxes."
)
@report_option("figures.json there, and keep predictions to go on after a stop")
@latency_option("pictures", 50)
@click.option("--write-card", is_flag=True, help="Put the figures into the card of BUNDLE.")
@json_option
def detection(
    bundle: str,
    data: tuple[Path, ...],
    split: str,
    against: tuple[str, ...],
    classes: tuple[str, ...],
    most_frequent: int | None,
    report: Path | None,
    latency: int,
    write_card: bool,
    as_json: bool,
) -> None:
    """Measure a detector on pictures with boxes, alone or beside others.

    BUNDLE is a name or a folder of a model bundle, DATA are folders of data sets: annotations.json (COCO) and
    pictures, as `shopthelook dataset import` writes them. Every data set has figures of its own.

    Labels are rolled up to coarse categories, so that detectors with different labels compare. Average precision
    is COCO's (at IoU 0.5, and the mean over 0.5 to 0.95), meaned over classes. Precision and recall are those of
    what serving shows, by the thresholds in the bundle's card. Intervals are of 95%, by drawing pictures with
    replacement; differences between detectors are drawn on the same pictures.

    Needs the extra: pip install 'shopthelook[eval]'.

    \b
    Examples:
      shopthelook eval detection detector-lite my-scenes --report measured
      shopthelook eval detection runs/new rooms outfits --against detector-lite --split val
      shopthelook eval detection detector-lite my-scenes --classes "Chairs, Sofas" --json
    """
    from shopthelook.evaluation.carding import write_card as write
    from shopthelook.evaluation.detection import PredictionStore, evaluate, find_classes, open_measured
    from shopthelook.evaluation.detection.carding import metrics
    from shopthelook.evaluation.detection.precision import need_library
    from shopthelook.evaluation.detection.report import write_report
    from shopthelook.models import open_bundle

    # What is wrong with the call is told before anything is computed.
    need_library()
    bundles = [open_bundle(one, "detector") for one in (*against, bundle)]
    chosen = find_classes(classes) if classes else None
    sets = [open_measured(folder, split, chosen, most_frequent) for folder in data]  # type: ignore[arg-type]
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(PredictionStore(report / "predictions.sqlite")) if report else None
        again = "; run the same command again to go on" if report else "; with --report it could go on"
        counter = stack.enter_context(Counter(again))
        measured = evaluate(bundles, sets, store=store, latency_pictures=latency, progress=counter)
        counter.clear()
        if report is not None:
            write_report(measured, report)
    if write_card:
        options = [word for one in classes for word in ("--classes", one)]
        options += ["--most-frequent", str(most_frequent)] if most_frequent else []
        write(bundles[-1], metrics(measured, len(bundles) - 1, options))
    if as_json:
        emit(measured.as_dict())
    else:
        _show(measured)
        if report is not None:
            click.echo(f"\nreport: {report / 'report.html'}")


def _show(measured: Evaluation) -> None:
    for one in measured.sets:
        _show_set(measured, one)
    if measured.latency:
        click.echo(f"one core, file to objects, {measured.latency[0].n} pictures")
        rows: list[tuple[object, ...]] = [("", "MB", "p50 ms", "p95 ms", "processor p50 ms")]
        for variant, took in zip(measured.variants, measured.latency, strict=True):
            times = (f"{ms:.1f}" for ms in (took.p50_ms, took.p95_ms, took.cpu_p50_ms))
            rows.append((variant.name, f"{variant.megabytes:.1f}", *times))
        table(rows, right=range(1, 5), indent=2)


def _show_set(measured: Evaluation, one: SetFigures) -> None:
    from shopthelook.evaluation.detection.figures import NAMES, difference
    from shopthelook.evaluation.detection.report.words import size

    figures = one.figures
    click.echo(f"{one.data.name} ({one.data.kind}): {size(one)}")
    names = list(figures[0].drawn)
    rows: list[tuple[object, ...]] = [("", *(NAMES[name] for name in names))]
    for i, (variant, figure) in enumerate(zip(measured.variants, figures, strict=True)):
        rows.append((variant.name, *(_percent(figure.interval(name)) for name in names)))
        if i:
            gains = (difference(figure.drawn, figures[i - 1].drawn, name) for name in names)
            rows.append(("  better by", *(_percent(gain, sign="+") for gain in gains)))
    table(rows, right=range(1, len(names) + 1), indent=2)
    click.echo()
    head = ("AP50 of each class", "boxes", *(variant.name for variant in measured.variants))
    rows = [head]
    for k, kind in enumerate(figures[0].classes):
        cells = (_percent(figure.classes[k].interval("ap50")) for figure in figures)
        rows.append((kind.name, f"{kind.boxes:,}", *cells))
    for word, counted in figures[0].sizes.items():
        cells = (f"{100 * figure.sizes[word].ap50:.1f}" for figure in figures)
        rows.append((f"{word} objects", f"{counted.n:,}", *cells))
    table(rows, right=range(1, len(head)), indent=2)
    click.echo()


def _percent(interval: Interval, sign: str = "") -> str:
    if interval.value != interval.value:
        return "-"
    form = sign + ".1f"
    value = format(100 * interval.value, form)
    if interval.low != interval.low:
        return value
    return f"{value} [{format(100 * interval.low, form)}, {format(100 * interval.high, form)}]"
