"""What each kind of index does to hits of the wrong category."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shopthelook.cli.options import json_option, open_shop, shop_option
from shopthelook.cli.output import emit, table

if TYPE_CHECKING:
    from shopthelook.evaluation.retrieval import KindFigures
    from shopthelook.evaluation.shop_retrieval import Labelled
    from shopthelook.taxonomy import Taxonomy

# Lazily filled choices would need the modules that they stand for; tests hold these equal to those.
KINDS = ("flat", "tree", "category", "tokens")
RESTRICTIONS = ("true", "embedder", "detector")
_SHOWN = 20


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("-k", type=click.IntRange(min=1), default=10, show_default=True, help="Hits of each object.")
@click.option(
    "--kind",
    "chosen",
    type=click.Choice(KINDS),
    multiple=True,
    help="Only this kind of index; may be repeated.",
)
@click.option(
    "--by",
    "by",
    type=click.Choice(RESTRICTIONS),
    multiple=True,
    help="Restrict only by this word on the category; may be repeated.",
)
@shop_option
@json_option
def kinds(
    labels: Path, k: int, chosen: tuple[str, ...], by: tuple[str, ...], shop: Path | None, as_json: bool
) -> None:
    """Compare the kinds of index by their hits of the wrong category.

    LABELS says which objects photos show. A CSV with the columns photo, x1, y1, x2, y2 (fractions of the
    photo's sides), category and, where known, product_id; the same as JSON Lines with photo, box, category,
    product_id; or a .json like the demo's rooms.json. Photos are named relative to its folder.

    Every labelled box is searched among the shop's products in each kind of index: flat (all products), tree
    (all products, approximately, the category held against the hits), category (exact in the category), tokens
    (candidates by tokens). The category that restricts is the label's (true), the one that the embedder sees in
    the box, and the one of the detector's box there. A hit is wrong when its coarse category is not the label's.

    The kind tree needs the extra: pip install 'shopthelook[compare]'; where that is not installed and no kind is
    named, tree is left out. The index of the shop is left alone.

    \b
    Examples:
      shopthelook eval kinds demo/rooms.json --shop demo-shop
      shopthelook eval kinds labels.csv -k 5 --kind flat --kind category --by detector
    """
    from shopthelook.evaluation.labelled import read_labels
    from shopthelook.evaluation.retrieval import compare
    from shopthelook.evaluation.shop_retrieval import labelled_shop

    by = by or RESTRICTIONS
    with open_shop(shop) as opened:
        read = read_labels(labels, opened.taxonomy)
        # A missing library is told of before all photos are embedded, not after.
        usable = _usable(chosen)
        photos = len({one.photo for one in read.objects})
        with click.progressbar(length=photos, label="photos", file=sys.stderr) as bar:
            data = labelled_shop(opened, read.objects, by, lambda: bar.update(1))
        _tell([*read.problems, *data.problems])
        results = list(compare(data.products, data.queries, usable, k))
        bundles = [opened.embedder_bundle.id, *([opened.detector_bundle.id] if "detector" in by else [])]
        if as_json:
            emit(_as_json(labels, data, read.problems, bundles, k, results, opened.taxonomy))
        else:
            _show(labels, data, bundles, k, results, opened.taxonomy)


def _usable(kinds: Sequence[str]) -> tuple[str, ...]:
    """The kinds asked for; without any, all that there are the libraries for.

    Raises:
        RetrievalError: a library that a kind asked for needs is not installed.
    """
    from shopthelook.retrieval import RetrievalError
    from shopthelook.retrieval.kinds import make_kind

    usable = []
    for kind in kinds or KINDS:
        try:
            make_kind(kind, 64)
        except RetrievalError as error:
            if kinds:
                raise
            click.echo(f"left out: {error}", err=True)
        else:
            usable.append(kind)
    return tuple(usable)


def _tell(problems: Sequence[str]) -> None:
    for problem in problems[:_SHOWN]:
        click.echo(f"left out: {problem}", err=True)
    if len(problems) > _SHOWN:
        click.echo(f"left out: {len(problems) - _SHOWN} more", err=True)


def _as_json(
    labels: Path,
    data: Labelled,
    problems: Sequence[str],
    bundles: Sequence[str],
    k: int,
    results: Sequence[KindFigures],
    taxonomy: Taxonomy,
) -> dict[str, Any]:
    rows = [
        one.as_dict()
        | {
            "categories": [
                {
                    "category": taxonomy.get(label).full,
                    "queries": tally.queries,
                    "hits": tally.hits,
                    "precision": tally.precision,
                }
                for label, tally in one.by_label.items()
            ]
        }
        for one in results
    ]
    return {
        "labels": str(labels),
        "objects": len(data.queries.codes),
        "photos": data.photos,
        "products": len(data.products.ids),
        "products_of_predicted_category": data.predicted,
        "left_out": {
            "no_coarse_category": data.no_coarse,
            "no_products_of_category": data.no_products,
            "problems": [*problems, *data.problems],
        },
        "bundles": list(bundles),
        "k": k,
        "results": rows,
    }


def _show(
    labels: Path,
    data: Labelled,
    bundles: Sequence[str],
    k: int,
    results: Sequence[KindFigures],
    taxonomy: Taxonomy,
) -> None:
    click.echo(
        f"{labels}: {len(data.queries.codes):,} objects of {data.photos:,} photos, "
        f"{len(data.products.ids):,} products, {k} hits each; {', '.join(bundles)}"
    )
    if data.no_coarse or data.no_products:
        click.echo(
            f"left out: {data.no_coarse:,} objects without a coarse category, "
            f"{data.no_products:,} of a category that the shop has nothing of"
        )
    if data.predicted:
        click.echo(f"{data.predicted:,} products are of a category that a model predicted")
    click.echo()
    head = (
        "",
        "kind",
        "restricted by",
        "queries",
        "wrong category",
        "hits",
        "starved",
        "hit@1",
        f"hit@{k}",
        "q/s",
    )
    rows: list[tuple[object, ...]] = [head]
    for number, one in enumerate(results, 1):
        told = one.as_dict()
        rows.append(
            (
                f"{number}.",
                one.kind,
                one.restriction,
                f"{one.queries:,}",
                _percent(one.wrong),
                _number(told["hits_per_query"], ".2f"),
                _percent(told["starved"]),
                _percent(told["hit_at_1"]),
                _percent(told["hit_at_k"]),
                _number(told["queries_per_second"], ",.0f"),
            )
        )
    table(rows, right=range(3, len(head)))
    click.echo("\nhits of the right category, by the category of the object and the number above")
    _show_categories(results, taxonomy)


def _show_categories(results: Sequence[KindFigures], taxonomy: Taxonomy) -> None:
    counts: dict[int, int] = {}
    for one in results:
        for label, tally in one.by_label.items():
            counts[label] = max(counts.get(label, 0), tally.queries)
    rows: list[tuple[object, ...]] = [("category", "objects", *(f"{n}." for n in range(1, len(results) + 1)))]
    for label, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        tallies = [one.by_label.get(label) for one in results]
        cells = [_percent(tally.precision if tally else None) for tally in tallies]
        rows.append((taxonomy.get(label).full, f"{count:,}", *cells))
    table(rows, right=range(1, len(results) + 2))


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
