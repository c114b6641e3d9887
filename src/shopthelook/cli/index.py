"""The product index: how it is, keep it, check it, make it anew."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option, open_shop, shop_option
from shopthelook.cli.output import emit, table


@click.group()
def index() -> None:
    """Look after the product index.

    The database holds all products; the index is made from it and can always be made anew. Its snapshot in
    DIR/index lets a shop of many products open at once. It is written by itself when much has changed, is
    checked when it is opened, and made anew when it is damaged.

    \b
    Examples:
      shopthelook index status
      shopthelook index snapshot
      shopthelook index verify
      shopthelook index rebuild
    """


@index.command()
@shop_option
@json_option
def status(shop: Path | None, as_json: bool) -> None:
    """Say what the snapshot holds and how far behind it is."""
    from shopthelook.pipeline.index_care import index_status

    with open_shop(shop) as opened:
        now = index_status(opened)
    if as_json:
        emit(now.as_dict())
        return
    rows: list[tuple[str, str]] = [
        ("engine", f"{now.engine}, codes of {now.bits} bits"),
        ("products", f"{now.searchable:,} can be found"),
    ]
    if now.server is not None:
        rows.append(("server", now.server))
        if now.collection is not None and now.collection_seq is not None:
            rows.append(("collection", f"{now.collection}, {now.collection_products:,} products"))
            rows.append(("changes since", f"{now.last_seq - now.collection_seq:,}"))
    elif now.snapshot_seq is None:
        hint = (
            "; make one with: shopthelook index snapshot"
            if (now.engine, now.snapshot) == ("embedded", "none")
            else ""
        )
        rows.append(("snapshot", now.snapshot + hint))
    else:
        size = (now.snapshot_bytes or 0) / 1e6
        behind = now.last_seq - now.snapshot_seq
        rows.append(("snapshot", f"{now.snapshot_products:,} products, {size:,.1f} MB"))
        rows.append(("segments", f"{now.segments:,}"))
        rows.append(("changes since", f"{behind:,}"))
    table(rows)
    if now.server is not None and now.problem is not None:
        click.echo(f"{now.problem}; the next search makes one, as does: shopthelook index rebuild")
    elif now.problem is not None:
        click.echo(f"{now.problem}; it is not used, but made anew by: shopthelook index rebuild")


@index.command()
@shop_option
@json_option
def snapshot(shop: Path | None, as_json: bool) -> None:
    """Bring the index level with the database and keep it on disk."""
    from shopthelook.pipeline.index_care import check_for_snapshots

    with open_shop(shop) as opened:
        check_for_snapshots(opened)
        count = len(opened.index.keep())
        folder = str(opened.index_keeping.folder)
    if as_json:
        emit({"products": count, "folder": folder})
    else:
        click.echo(f"kept {count:,} products in {folder}")


@index.command()
@shop_option
@json_option
def verify(shop: Path | None, as_json: bool) -> None:
    """Check every byte of the snapshot, and that it holds what the database holds; in Milvus, each product.

    Exits with 1 where it does not; the shop works all the same, since it would not use such a snapshot.
    """
    from shopthelook.pipeline.index_care import verify_index

    with open_shop(shop) as opened:
        count = verify_index(opened, lambda step: click.echo(step, err=True))
    if as_json:
        emit({"products": count, "verified": True})
    else:
        click.echo(
            f"the index is whole, and with the changes since it holds the database's {count:,} products"
        )


@index.command()
@shop_option
@json_option
def rebuild(shop: Path | None, as_json: bool) -> None:
    """Make the index anew from the database, and keep it on disk."""
    with open_shop(shop) as opened:
        count = len(opened.index.rebuild())
    if as_json:
        emit({"products": count})
    else:
        click.echo(f"made the index of {count:,} products anew")
