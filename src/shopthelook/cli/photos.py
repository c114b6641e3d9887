"""Look at photos: their objects, and the products like them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from shopthelook.cli.options import json_option, open_shop, search_options, shop_option
from shopthelook.cli.output import attribute_words, emit, one_line, price, table
from shopthelook.geometry import Box, BoxError
from shopthelook.images import PictureError
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.results import Decomposition, Explanation, ObjectHits, SearchResult

F = TypeVar("F", bound=Callable[..., object])
R = TypeVar("R", Decomposition, SearchResult)

_PHOTOS = click.argument("photos", nargs=-1, metavar="PHOTO...")
_FROM = click.option(
    "--from", "listed", metavar="FILE", help="Also the photos in FILE, a path a line; - reads stdin."
)
_THRESHOLD = click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    metavar="S",
    help="Least score of an object [the model's own].",
)


@click.command()
@_PHOTOS
@_FROM
@_THRESHOLD
@click.option(
    "--attributes", is_flag=True, help="Also say colours and the like, as far as the embedder does."
)
@shop_option
@json_option
def decompose(
    photos: tuple[str, ...],
    listed: str | None,
    threshold: float | None,
    attributes: bool,
    shop: Path | None,
    as_json: bool,
) -> None:
    """Find the objects of each PHOTO: where they are and what they are.

    Boxes are x1 y1 x2 y2 as fractions of width and height.

    \b
    Examples:
      shopthelook decompose room.jpg
      ls *.jpg | shopthelook decompose --from - --json
    """
    wanted = _photos(photos, listed)
    with open_shop(shop) as opened:
        failed = _each(
            wanted,
            lambda photo: opened.decompose(photo, threshold=threshold, embed=attributes),
            as_json,
            _show_objects,
        )
    if failed:
        raise click.exceptions.Exit(1)


@click.command()
@_PHOTOS
@_FROM
@click.option(
    "--box", metavar="X1,Y1,X2,Y2", help="Search this part of the photo, in fractions of its sides."
)
@click.option("--category", metavar="C", help="Search this category and those below: name, path or id.")
@click.option(
    "-k", type=click.IntRange(min=1), default=10, show_default=True, help="Products for each object."
)
@_THRESHOLD
@search_options
@shop_option
@json_option
def search(
    photos: tuple[str, ...],
    listed: str | None,
    box: str | None,
    category: str | None,
    k: int,
    threshold: float | None,
    shop: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find the products that look like each object of each PHOTO.

    With --box that part of the photo is the object. A photo without objects is searched as a whole.
    A photo that cannot be read is reported, the rest goes on, and the exit status is 1.

    \b
    Examples:
      shopthelook search room.jpg
      shopthelook search room.jpg --box 0.1,0.4,0.5,0.9 --category Chairs -k 5
      shopthelook search room.jpg --where "brand:Norr AND price < 50" --relax
      shopthelook search --json photos/*.jpg > hits.jsonl
    """
    wanted = _photos(photos, listed)
    part = None if box is None else _clipped(box)
    with open_shop(shop) as opened:
        # What is wrong with the question is wrong for every photo: say it once, before the first.
        named = None if category is None else opened.taxonomy.get(category)
        failed = _each(
            wanted,
            lambda photo: opened.search(photo, box=part, category=named, k=k, threshold=threshold, **options),
            as_json,
            _show_hits,
        )
    if failed:
        raise click.exceptions.Exit(1)


def _clipped(box: str) -> Box:
    from shopthelook.pipeline.searching import to_box

    try:
        return to_box(box)
    except BoxError as error:
        raise click.BadParameter(str(error), param_hint="--box") from None


def _photos(photos: tuple[str, ...], listed: str | None) -> Iterator[str]:
    if not photos and listed is None:
        raise click.UsageError("name at least one PHOTO, or a list with --from FILE")
    return _named(photos, listed)


def _named(photos: tuple[str, ...], listed: str | None) -> Iterator[str]:
    yield from photos
    if listed is None:
        return
    try:
        with click.open_file(listed, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                if line.strip():
                    yield line.rstrip("\r\n")
    except OSError as error:
        raise SourceError(f"cannot read the list {listed}: {error.strerror or error}") from None


def _each(photos: Iterator[str], look: Callable[[str], R], as_json: bool, show: Callable[[R], None]) -> int:
    """Look at each photo and print what was found; 1 when one could not be read, else 0."""
    failed = 0
    for photo in photos:
        try:
            found = look(photo)
        except PictureError as error:
            failed = 1
            if as_json:
                emit({"photo": photo, "error": str(error)})
            else:
                click.echo(f"error: {photo}: {error}", err=True)
            continue
        if as_json:
            # As it was named, not as it was read: whoever asks finds the answer by its own name.
            emit(found.as_dict() | {"photo": photo})
        else:
            show(found)
    return failed


def _show_objects(found: Decomposition) -> None:
    click.echo(f"{found.photo}  {found.width} x {found.height}, {len(found)} objects")
    rows = [
        (f"{n}.", one.category, f"{one.score:.2f}", _box(one.box), attribute_words(one.attributes))
        for n, one in enumerate(found, 1)
    ]
    table(rows, indent=2)


def _show_hits(found: SearchResult) -> None:
    click.echo(f"{found.photo}  {found.width} x {found.height}")
    for number, one in enumerate(found, 1):
        click.echo(f"  {number}. {_title(one)}")
        if one.widened:
            click.echo(f"       widened {one.widened}")
        if not one.hits:
            click.echo("       no products here")
        table(
            [
                (
                    f"{hit.similarity:.3f}",
                    f"{hit.distance} bits",
                    hit.product_id,
                    one_line(hit.product.title, 50),
                    price(hit.product),
                    hit.product.link,
                )
                for hit in one.hits
            ],
            right=[1, 4],
            indent=7,
        )
        if one.explanation:
            _show_explanation(one.explanation)


def _show_explanation(found: Explanation) -> None:
    click.echo(f"       filter: {'none' if found.where is None else one_line(found.where, 1000)}")
    for step in found.steps:
        told = step.as_dict()
        click.echo(
            f"       {step.widened or 'as asked'}: plan {told['plan']}, {_count(told['rows_qualified'])} rows "
            f"qualified, {_count(told['rows_compared'])} compared, {told['tokens_matched']} by tokens"
        )


def _count(number: int | None) -> str:
    return "an unknown number of" if number is None else str(number)


def _title(found: ObjectHits) -> str:
    name = "any category" if found.category is None else str(found.category)
    score = f"  {found.score:.2f}" if found.score else ""
    said = one_line(attribute_words(found.attributes))
    return f"{name}{score}  [{_box(found.box)}]" + (f"  {said}" if said else "")


def _box(box: Box) -> str:
    return " ".join(f"{side:.3f}" for side in box.as_list())
