"""Stored photos with their objects."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option, open_shop, problem_options, shop_option
from shopthelook.cli.output import attribute_words, emit, table
from shopthelook.cli.progress import showing
from shopthelook.cli.reporting import print_problems, print_report
from shopthelook.pipeline.attributes import guessed
from shopthelook.pipeline.searching import category_by_id


@click.group()
def scenes() -> None:
    """Import, list and remove photos whose objects can be tapped.

    \b
    Example:
      shopthelook scenes import photos/
    """


@scenes.command("import")
@click.argument("source", metavar="FOLDER_OR_LIST", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N photos only.")
@click.option("--allow-private", is_flag=True, help="Let photos come from private addresses.")
@shop_option
@json_option
def import_(source: Path, limit: int | None, allow_private: bool, shop: Path | None, as_json: bool) -> None:
    """Find and keep the objects of the photos in a folder, or of those that a list file names.

    A list has one path a line, or is CSV or TSV with a header: image, and if wanted id and title.
    Photos that did not change are skipped; a stopped import goes on when run again.

    \b
    Examples:
      shopthelook scenes import photos/
      shopthelook scenes import photos.csv
    """
    with open_shop(shop) as opened, showing("scenes") as progress:
        report = opened.import_scenes(source, limit=limit, allow_private=allow_private, on_progress=progress)
    print_report(report, "scenes", as_json)


@scenes.command()
@problem_options
@shop_option
@json_option
def errors(import_id: int | None, limit: int, shop: Path | None, as_json: bool) -> None:
    """List the photos of an import that could not be taken, with the reasons."""
    with open_shop(shop) as opened:
        print_problems(opened.catalog, ("scenes",), import_id, limit, as_json)


@scenes.command("list")
@click.option("--after", metavar="ID", help="Start after this id.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@shop_option
@json_option
def list_(after: str | None, limit: int, shop: Path | None, as_json: bool) -> None:
    """List scenes in the order of their ids."""
    with open_shop(shop) as opened:
        found = opened.scenes(after=after, limit=limit)
    if as_json:
        for one in found:
            emit({"id": one.id, "title": one.title, "width": one.width, "height": one.height})
        return
    table([(one.id, f"{one.width} x {one.height}", one.title) for one in found])
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].id}", err=True)


@scenes.command()
@click.argument("scene_id", metavar="ID")
@shop_option
@json_option
def show(scene_id: str, shop: Path | None, as_json: bool) -> None:
    """Show one scene with its objects, and what the embedder says of each."""
    with open_shop(shop) as opened:
        scene, objects = opened.scene(scene_id)
        named = [(one, category_by_id(opened, one.category_id)) for one in objects]
        picture = opened.pictures.where(scene.image_hash)
    if as_json:
        emit(
            {
                "id": scene.id,
                "title": scene.title,
                "width": scene.width,
                "height": scene.height,
                "picture": picture,
                "objects": [
                    {
                        "id": one.id,
                        "box": one.box.as_list(),
                        "category": None if category is None else category.full,
                        "category_id": one.category_id,
                        "score": round(one.score, 4),
                        "attributes": [said.as_dict() for said in guessed(one.guesses)],
                    }
                    for one, category in named
                ],
            }
        )
        return
    click.echo(f"{scene.id}  {scene.width} x {scene.height}  {scene.title}  {picture}")
    table(
        [
            (
                one.id,
                category or one.category_id,
                f"{one.score:.2f}",
                " ".join(map(str, one.box.as_list())),
                attribute_words(guessed(one.guesses)),
            )
            for one, category in named
        ]
    )


@scenes.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@shop_option
@json_option
def delete(ids: tuple[str, ...], shop: Path | None, as_json: bool) -> None:
    """Remove scenes with their objects; ids that are not there are passed over."""
    with open_shop(shop) as opened:
        removed = opened.catalog.delete_scenes(list(ids))
    if as_json:
        emit({"removed": removed})
    else:
        click.echo(f"removed {removed} of {len(ids)}")
