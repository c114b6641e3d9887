"""Make a shop, and see what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shopthelook.cli.options import json_option, open_shop, shop_option
from shopthelook.cli.output import emit, table

if TYPE_CHECKING:
    from shopthelook.pipeline.reports import Status


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--database", metavar="URL", help="sqlite:///FILE or postgresql://... [default: a file in DIR]")
@click.option("--detector", metavar="BUNDLE", help="A shipped bundle's name, or a folder [detector-lite].")
@click.option("--embedder", metavar="BUNDLE", help="A shipped bundle's name, or a folder [embedder-lite].")
@json_option
def init(
    directory: Path, database: str | None, detector: str | None, embedder: str | None, as_json: bool
) -> None:
    """Make the folder DIR a shop.

    Its settings are in DIR/shop.toml and can be changed there later.

    \b
    Example:
      shopthelook init my-shop
    """
    from shopthelook import Shop
    from shopthelook.models import open_bundle

    # A name with a typo should be found now, not by the first import.
    if detector is not None:
        open_bundle(detector, "detector")
    if embedder is not None:
        open_bundle(embedder, "embedder")
    with Shop.create(directory, database=database, detector=detector, embedder=embedder) as shop:
        if as_json:
            emit({"directory": str(shop.directory.resolve())})
            return
    click.echo(f"{directory} is a shop now. Next:")
    click.echo(f"  cd {directory}")
    click.echo("  shopthelook products import FEED")


@click.command()
@shop_option
@json_option
def status(shop: Path | None, as_json: bool) -> None:
    """Say what the shop holds and what it would take to bring it up to date."""
    with open_shop(shop) as opened:
        now = opened.status()
        shared = opened.config.milvus_uri if opened.config.index_engine == "milvus" else None
    if as_json:
        emit(now.as_dict())
    else:
        _print(now, shared)


def _print(now: Status, shared: str | None) -> None:
    rows: list[tuple[str, str]] = [
        ("shop", now.directory),
        ("database", now.database),
        ("detector", now.detector),
        ("embedder", now.embedder),
        *(
            []
            if now.next_embedder is None
            else [
                (
                    "next",
                    f"{now.next_embedder}: {now.next_codes:,} of {now.products:,} products have its code",
                )
            ]
        ),
        ("products", f"{now.products:,} ({now.with_code:,} can be found)"),
        ("scenes", f"{now.scenes:,} with {now.objects:,} objects"),
        ("index", _freshness(now) if shared is None else f"in Milvus at {shared}"),
    ]
    last = now.last_import
    if last is not None:
        end = (
            "did not finish; run it again"
            if last["finished_at"] is None
            else f"done {last['finished_at'][:19]}Z"
        )
        # Long lines are cut, and the end of a path is what can be missed.
        rows.append(("last import", f"{last['kind']}, {end}: {last['source']}"))
    table(rows)
    stale = now.other_code + now.without_code
    if now.note is not None:
        click.echo(now.note)
    elif now.next_embedder is not None:
        failed = f"; {now.next_failed:,} cannot get one" if now.next_failed else ""
        click.echo(
            f"{now.embedder} serves until all products have a code of {now.next_embedder}{failed}; go on with: "
            "shopthelook products embed, or while it serves: shopthelook serve"
        )
    elif stale:
        click.echo(
            f"{stale:,} products have no code of the present embedder; run: shopthelook products embed"
        )
    if now.problems:
        noun = "scenes" if last is not None and last["kind"] == "scenes" else "products"
        problems = "1 problem" if now.problems == 1 else f"{now.problems:,} problems"
        click.echo(f"The last import had {problems}; see: shopthelook {noun} errors")


def _freshness(now: Status) -> str:
    # A snapshot that is ahead is of a database that is not there any more.
    if now.snapshot_seq is None or now.snapshot_seq > now.last_seq:
        return "not kept on disk; made from the database when it is first used"
    behind = now.last_seq - now.snapshot_seq
    return (
        f"on disk, {behind:,} changes behind; read when it is next used" if behind else "on disk, up to date"
    )
