"""Clean the labels of a data set: list what is likely wrong, and merge what people answered."""

from __future__ import annotations

from collections import Counter as Counts
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.cleaning import (
    bundles_option,
    data_argument,
    fold_option,
    folder_option,
    list_option,
    parsed_fold,
    tell_fold,
    tell_merged,
    tell_suspects,
)
from shopthelook.cli.options import json_option
from shopthelook.cli.progress import Counter
from shopthelook.datasets.cleaning import write_suspects
from shopthelook.detection.datasets import open_data

if TYPE_CHECKING:
    from shopthelook.detection.datasets import DataSet
    from shopthelook.detection.datasets.cleaning.predicting import Predicted


@click.command(short_help="Leave one fold of a data set out, to train on the rest.")
@data_argument
@fold_option
@folder_option
@json_option
def fold(data: Path, fold: str, out: Path, as_json: bool) -> None:
    """Write a data set without fold I of K, for a model that can then judge that fold's labels.

    The fold of a picture follows from its content. Pictures are named where they lie, not copied.

    \b
    Examples:
      shopthelook dataset fold sets/home-scenes --fold 0/3 --out folds/home-0
    """
    from shopthelook.detection.datasets.cleaning.folds import write_without

    n = write_without(open_data(data), *parsed_fold(fold), out)
    tell_fold(out, n, "pictures", fold, as_json)


@click.command(short_help="List labels that are likely wrong.")
@data_argument
@list_option
@bundles_option("A detector")
@click.option(
    "--predictions",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where predictions are kept, and read from where no bundle is named [OUT.predictions].",
)
@click.option(
    "--sure",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Least score of a prediction that contradicts a label.",
)
@click.option(
    "--unfound",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.05,
    show_default=True,
    help="A box counts as found by nobody below this score.",
)
@json_option
def suspects(
    data: Path,
    out: Path,
    bundles: tuple[str, ...],
    predictions: Path | None,
    sure: float,
    unfound: float,
    as_json: bool,
) -> None:
    """List boxes of DATA that are likely wrong or missing, the likeliest first.

    Kinds: two labels around one thing; a model is sure of another label; a model is sure of an object without a box;
    a box that no model finds. Models should not have seen the pictures that they judge: train K of them, each without
    one fold (shopthelook dataset fold), and name them in that order. A single bundle judges all pictures. Without a
    bundle or predictions only two labels around one thing are found. After Ctrl-C the same command goes on.

    A labelling task adds to each line: "answer": {"labeler": ..., "action": ..., "label": ..., "box": ...}; then
    shopthelook dataset merge takes them.

    \b
    Examples:
      shopthelook dataset suspects sets/home-scenes --out suspects.jsonl
      shopthelook dataset suspects sets/home-scenes --bundle b0 --bundle b1 --bundle b2 --out suspects.jsonl
    """
    from shopthelook.detection.datasets.cleaning.finding import Limits, find_suspects

    opened = open_data(data)
    found = find_suspects(opened, _predictions(opened, bundles, predictions, out), Limits(sure, unfound))
    write_suspects(out, found)
    tell_suspects(out, Counts(one.kind for one in found), as_json)


def _predictions(
    data: DataSet, bundles: tuple[str, ...], file: Path | None, out: Path
) -> dict[bytes, Predicted]:
    from shopthelook.detection.datasets.cleaning.predicting import predict, read_predictions

    if not bundles:
        return {} if file is None else read_predictions(file)
    from shopthelook.detection import Detector
    from shopthelook.models import open_bundle

    detectors = [Detector(open_bundle(name, "detector")) for name in bundles]
    file = file or out.with_name(out.name + ".predictions")
    with Counter("; run the same command again to go on with the rest") as counter:
        return predict(data.pictures, detectors, file, lambda done, total: counter("pictures", done, total))


@click.command(short_help="Merge answers about suspects into a new data set.")
@data_argument
@click.argument("answers", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@folder_option
@json_option
def merge(data: Path, answers: Path, out: Path, as_json: bool) -> None:
    """Merge ANSWERS about suspects of DATA into a new data set.

    ANSWERS has the lines of the list of suspects, each with "answer" added to it: labeler, action (keep, relabel,
    remove, remove-other, add) and, where it is another than suggested, label and box (x1, y1, x2, y2 in pixels). Most
    answers win; ties and answers that cannot be applied are left out and told. What changed is in OUT/changes.jsonl.

    \b
    Examples:
      shopthelook dataset merge sets/home-scenes answers.jsonl --out sets/home-scenes-cleaned
    """
    from shopthelook.detection.datasets.cleaning.answers import read_answers
    from shopthelook.detection.datasets.cleaning.merging import merge as merge_answers

    opened = open_data(data)
    given = read_answers(answers)
    with Counter() as counter:
        merged = merge_answers(opened, given, out, lambda done, total: counter("pictures", done, total))
    tell_merged(merged, len(given), as_json)
