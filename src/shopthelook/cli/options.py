"""Options that commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from shopthelook.pipeline import layout

if TYPE_CHECKING:
    from shopthelook import Shop
    from shopthelook.taxonomy import Taxonomy

F = TypeVar("F", bound=Callable[..., object])

VARIABLE = "SHOPTHELOOK_SHOP"


def shop_option(command: F) -> F:
    """Add --shop, given to the command as ``shop: Path | None``."""
    return click.option(
        "--shop",
        type=click.Path(path_type=Path),
        envvar=VARIABLE,
        metavar="DIR",
        help=f"The shop's folder [default: ${VARIABLE}, else the present folder].",
    )(command)


def json_option(command: F) -> F:
    """Add --json, given to the command as ``as_json: bool``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


def problem_options(command: F) -> F:
    """Add --import and -n, given to the command as ``import_id: int | None`` and ``limit: int``."""
    for option in (
        click.option(
            "-n", "limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many."
        ),
        click.option(
            "--import", "import_id", type=int, metavar="N", help="Of the import with this number [the last]."
        ),
    ):
        command = option(command)
    return command


def search_options(command: F) -> F:
    """Add --where, --min-similarity, --relax, --explain and --gender, under the names that the shop takes."""
    options = (
        click.option("--where", metavar="FILTER", help='Only products such as "brand:Norr AND price < 50".'),
        click.option(
            "--min-similarity", type=click.FloatRange(0, 1), metavar="S", help="Least similarity of a hit."
        ),
        click.option(
            "--relax", is_flag=True, help="With too few hits, go on in the categories beside and above."
        ),
        click.option("--explain", is_flag=True, help="Say how the hits were found."),
        click.option(
            "--gender",
            type=click.Choice(["women", "men", "unisex", "any"]),
            help="Restrict apparel to it and to unisex; any: no restriction.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def open_shop(shop: Path | None, threads: int = 0) -> Shop:
    """Open the shop that the options name.

    Raises:
        click.UsageError: none is named and the present folder is none.
        ShopError: it cannot be opened.
    """
    from shopthelook import Shop

    return Shop.open(_folder(shop), threads=threads)


def open_taxonomy(shop: Path | None) -> Taxonomy:
    """The taxonomy of the shop that the options name, or the one that ships when they name none."""
    from shopthelook.taxonomy import Taxonomy

    if shop is None and not layout.is_shop(Path()):
        return Taxonomy.builtin()
    folder = _folder(shop)
    layout.read(folder)
    return layout.open_taxonomy(folder)


def _folder(shop: Path | None) -> Path:
    if shop is not None:
        return shop
    if layout.is_shop(Path()):
        return Path()
    raise click.UsageError(
        f"no shop: {os.fspath(Path.cwd())} is none. Name one with --shop DIR or the variable {VARIABLE}, "
        "or make one with: shopthelook init DIR"
    )
