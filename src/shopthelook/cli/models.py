"""Model bundles: what ships, what a card says, whether a bundle is whole."""

from __future__ import annotations

import json
from pathlib import Path

import click

from shopthelook.cli.options import json_option, open_taxonomy, shop_option
from shopthelook.cli.output import emit, table
from shopthelook.models import Bundle, list_bundles, open_bundle, verify
from shopthelook.models.card import CARD_FILE


@click.group()
def models() -> None:
    """List, show and check model bundles."""


@models.command("list")
@shop_option
@json_option
def list_(shop: Path | None, as_json: bool) -> None:
    """List the bundles that ship and, within a shop, those it uses."""
    found = {bundle.path.resolve(): bundle for bundle in list_bundles()}
    used = {bundle.path.resolve(): bundle for bundle in _used(shop)}
    rows: list[tuple[object, ...]] = []
    for path, bundle in (found | used).items():
        row = {
            "id": bundle.id,
            "kind": bundle.kind,
            "labels": len(bundle.card.labels),
            "bits": bundle.card.bits or None,
            "licence": bundle.card.licence,
            "path": str(path),
            "used": path in used,
        }
        if as_json:
            emit(row)
        else:
            mark = "*" if path in used else " "
            rows.append((mark, bundle.id, bundle.kind, f"{row['labels']} labels", bundle.card.licence, path))
    table(rows)


@models.command()
@click.argument("name")
@shop_option
@json_option
def show(name: str, shop: Path | None, as_json: bool) -> None:  # noqa: ARG001 - every command takes --shop
    """Print a bundle's card: inputs, labels, thresholds, data, metrics and licence. NAME or its folder."""
    card = json.loads((open_bundle(name).path / CARD_FILE).read_text(encoding="utf-8"))
    click.echo(json.dumps(card, ensure_ascii=False, indent=None if as_json else 2))


@models.command("verify")
@click.argument("name", required=False)
@shop_option
@json_option
def verify_(name: str | None, shop: Path | None, as_json: bool) -> None:
    """Check that a bundle's file is the one its card describes, and run it once. NAME or its folder.

    Without a name, checks the bundles that ship and, within a shop, those it uses.
    """
    taxonomy = open_taxonomy(shop)
    if name is not None:
        bundles = [open_bundle(name)]
    else:
        shipped = {bundle.path.resolve(): bundle for bundle in list_bundles()}
        bundles = [*(shipped | {bundle.path.resolve(): bundle for bundle in _used(shop)}).values()]
    bad = 0
    for bundle in bundles:
        problems = verify(bundle, taxonomy)
        bad += bool(problems)
        if as_json:
            emit({"id": bundle.id, "path": str(bundle.path), "problems": problems})
        else:
            click.echo(f"{bundle.id}: {'bad' if problems else 'good'}")
            for problem in problems:
                click.echo(f"  {problem}")
    if bad:
        raise click.exceptions.Exit(1)


def _used(shop: Path | None) -> list[Bundle]:
    from shopthelook.pipeline import layout

    if shop is None and not layout.is_shop(Path()):
        return []
    folder = shop or Path()
    config = layout.read(folder)
    return [
        open_bundle(config.bundle(folder, "detector"), "detector"),
        open_bundle(config.bundle(folder, "embedder"), "embedder"),
    ]
