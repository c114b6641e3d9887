"""Clean matches: list views that are likely listed wrongly, and merge what people answered."""

from __future__ import annotations

from collections import Counter as Counts
from contextlib import ExitStack
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
from shopthelook.embedding.views import open_views

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.embedding.views import View
    from shopthelook.embedding.views.cleaning import Judge
    from shopthelook.evaluation.embedding import Looks, LookStore

_SHARE = click.FloatRange(0, 1, min_open=True)


@click.command(short_help="Leave one fold of a set of views out, to train on the rest.")
@data_argument
@fold_option
@folder_option
@json_option
def fold(data: Path, fold: str, out: Path, as_json: bool) -> None:
    """Write a set of views without fold I of K, for an embedder that can then judge that fold's matches.

    The fold of a view follows from its group, so that all views of an instance are in one. Pictures are named where
    they lie, not copied.

    \b
    Examples:
      shopthelook dataset views fold views/shop --fold 0/3 --out folds/shop-0
    """
    from shopthelook.embedding.views.cleaning import write_without

    n = write_without(open_views(data), *parsed_fold(fold), out)
    tell_fold(out, n, "views", fold, as_json)


@click.command(short_help="List matches that are likely wrong.")
@data_argument
@list_option
@bundles_option("An embedder")
@click.option(
    "--nearer",
    type=_SHARE,
    default=0.3,
    show_default=True,
    help="Least share of the category's other products that are nearer to a scene than its own.",
)
@click.option(
    "--sure",
    type=_SHARE,
    default=0.8,
    show_default=True,
    help="Least probability of a category that contradicts the one given.",
)
@json_option
def suspects(
    data: Path, out: Path, bundles: tuple[str, ...], nearer: float, sure: float, as_json: bool
) -> None:
    """List views of DATA that are likely listed wrongly, the likeliest first.

    Kinds: a scene to which many other products of the category are nearer than its own; an instance with two
    categories; an embedder that is sure of another category; two instances that look like one thing. Embedders should
    not have seen the views that they judge: train K of them, each without one fold (shopthelook dataset views fold),
    and name them in that order. A single bundle judges all views. Without a bundle only two categories and two
    instances are found. What the embedders make of views is kept in OUT.looks: after Ctrl-C the same command goes on.

    A labelling task adds to each line: "answer": {"labeler": ..., "action": ..., "label": ..., "box": ...}; then
    shopthelook dataset views merge takes them.

    \b
    Examples:
      shopthelook dataset views suspects views/shop --out suspects.jsonl
      shopthelook dataset views suspects views/shop --bundle embedder-lite --out suspects.jsonl
    """
    from shopthelook.embedding.views.cleaning import Limits, find_suspects, look_at

    opened = open_views(data)
    with ExitStack() as stack:
        judges = _judges(bundles, out, stack)
        counter = stack.enter_context(Counter("; run the same command again to go on with the rest"))
        seen = look_at(opened.views, judges, lambda done, total: counter("views", done, total))
    found = find_suspects(opened, seen, Limits(nearer, sure))
    write_suspects(out, found)
    unread = sum(one is None for one in seen)
    if unread:
        click.echo(f"{unread:,} views cannot be read; shopthelook dataset views check tells which", err=True)
    tell_suspects(out, Counts(one.kind for one in found), as_json)


def _judges(bundles: Sequence[str], out: Path, stack: ExitStack) -> list[Judge]:
    if not bundles:
        return []
    from shopthelook.evaluation.embedding import LookStore

    store = stack.enter_context(LookStore(out.with_name(out.name + ".looks")))
    return [_judge(name, store) for name in bundles]


def _judge(name: str, store: LookStore) -> Judge:
    from shopthelook.embedding.views.cleaning import Judge
    from shopthelook.evaluation.embedding.crops import Crop
    from shopthelook.evaluation.embedding.looks import MeasuredEmbedder
    from shopthelook.models import open_bundle

    embedder = MeasuredEmbedder(open_bundle(name, "embedder"), store)

    def make(views: Sequence[View]) -> Looks:
        return embedder.look([Crop(view) for view in views])

    return Judge(make, embedder.embedder.categories)


@click.command(short_help="Merge answers about suspects into a new set of views.")
@data_argument
@click.argument("answers", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@folder_option
@json_option
def merge(data: Path, answers: Path, out: Path, as_json: bool) -> None:
    """Merge ANSWERS about suspects of DATA into a new set of views.

    ANSWERS has the lines of the list of suspects, each with "answer" added to it: labeler, action (keep, apart,
    relabel, join, remove, remove-other) and, where it is another than suggested, label (a category) and box (x1, y1,
    x2, y2 in pixels). Most answers win; ties and answers that cannot be applied are left out and told. What changed is
    in OUT/changes.jsonl.

    \b
    Examples:
      shopthelook dataset views merge views/shop answers.jsonl --out views/shop-cleaned
    """
    from shopthelook.embedding.views.cleaning import merge as merge_answers
    from shopthelook.embedding.views.cleaning import read_answers

    given = read_answers(answers)
    with Counter() as counter:
        merged = merge_answers(
            open_views(data), given, out, lambda done, total: counter("pictures", done, total)
        )
    tell_merged(merged, len(given), as_json)
