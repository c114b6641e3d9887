"""Product categories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shopthelook.cli.options import json_option, open_shop, open_taxonomy, shop_option
from shopthelook.cli.output import emit, table
from shopthelook.taxonomy import Category


@click.group()
def taxonomy() -> None:
    """Look up product categories, or load the complete list.

    \b
    Examples:
      shopthelook taxonomy find arm chair
      shopthelook taxonomy show "Furniture > Chairs"
    """


@taxonomy.command()
@click.argument("words", nargs=-1, required=True)
@click.option(
    "-n", "limit", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many."
)
@shop_option
@json_option
def find(words: tuple[str, ...], limit: int, shop: Path | None, as_json: bool) -> None:
    """Find categories by WORDS."""
    found = open_taxonomy(shop).find(" ".join(words), limit=limit)
    if as_json:
        for one in found:
            emit(_dict(one))
    elif found:
        table([(one.id, one.full) for one in found], right=[0])
    else:
        click.echo("no category has these words", err=True)


@taxonomy.command()
@click.argument("category")
@shop_option
@json_option
def show(category: str, shop: Path | None, as_json: bool) -> None:
    """Show a CATEGORY (name, path or id), what is above it and what is right below."""
    tree = open_taxonomy(shop)
    one = tree.get(category)
    coarse = tree.coarse(one)
    if as_json:
        emit(
            _dict(one)
            | {
                "coarse": None if coarse is None else _dict(coarse),
                "ancestors": [_dict(above) for above in tree.ancestors(one)],
                "children": [_dict(below) for below in tree.children(one)],
            }
        )
        return
    click.echo(f"{one.id}  {one.full}")
    click.echo(f"objects of it are searched in: {'all categories' if coarse is None else coarse.full}")
    table([(below.id, below.name) for below in tree.children(one)], right=[0], indent=2)


@taxonomy.command()
@click.argument("source", metavar="FILE_OR_URL")
@click.option("--allow-private", is_flag=True, help="Let the list come from a private address.")
@shop_option
@json_option
def load(source: str, allow_private: bool, shop: Path | None, as_json: bool) -> None:
    """Give the shop its own category list, of lines "ID - A > B", such as Google's complete one.

    The list is checked before it takes the place of the present one.
    """
    with open_shop(shop) as opened:
        loaded = opened.load_taxonomy(source, allow_private=allow_private)
    if as_json:
        emit({"categories": len(loaded)})
    else:
        click.echo(f"the shop has {len(loaded):,} categories now; a running server takes them when restarted")


def _dict(category: Category) -> dict[str, Any]:
    return {"id": category.id, "path": category.full}
