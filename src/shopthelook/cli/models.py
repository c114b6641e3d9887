"""Model bundles: what ships, what a card says, whether a bundle is whole, and detectors made elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import click

from shopthelook.cli.models_quantize import quantize
from shopthelook.cli.options import json_option, open_taxonomy, shop_option
from shopthelook.cli.output import emit, table
from shopthelook.errors import ShopError
from shopthelook.models import Bundle, DataUse, list_bundles, open_bundle, verify
from shopthelook.models.card import CARD_FILE
from shopthelook.taxonomy import LABEL_MAPS, label_map


@click.group()
def models() -> None:
    """List, show, check and make model bundles."""


models.add_command(quantize)


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


@models.command("from-transformers")
@click.argument("source")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--label-map", "labels_of", type=click.Choice(LABEL_MAPS), help="The categories of the model's labels."
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="The same from a file: a label, a tab and a Google category a line.",
)
@click.option("--licence", required=True, help="Of the model's weights, as its source states it.")
@click.option("--data", multiple=True, metavar="NAME=LICENCE", help="What it learned from; may be repeated.")
@click.option("--name", help="Of the bundle [as the source].")
@click.option(
    "--size", type=click.IntRange(16, 4096), help="Side of its input [as its image processor says]."
)
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Least score.")
@click.option("--half", is_flag=True, help="Store the weights in half the space, rounded.")
@json_option
def from_transformers(
    source: str,
    out: Path,
    labels_of: str | None,
    labels: Path | None,
    licence: str,
    data: tuple[str, ...],
    name: str | None,
    size: int | None,
    threshold: float,
    half: bool,
    as_json: bool,
) -> None:
    """Make a bundle of an RT-DETR, D-FINE or RF-DETR model.

    SOURCE is a folder that transformers' save_pretrained wrote, or a model's id on its hub where there is a
    network; OUT is the bundle's folder. Labels of the model without a category are left out. Needs the extra:
    pip install 'shopthelook[plug-in]'.

    \b
    Examples:
      shopthelook models from-transformers runs/d-fine bundles/d-fine --labels labels.tsv --licence Apache-2.0
      shopthelook eval detection bundles/d-fine data/home-scenes
    """
    if (labels is None) == (labels_of is None):
        raise click.UsageError("say which categories the labels have: --labels FILE or --label-map NAME")
    used = [_data_use(one) for one in data]
    try:
        from shopthelook.detection.exporting.from_transformers import export, read_source
    except ImportError as error:
        raise ShopError(f"{error}; this needs: pip install 'shopthelook[plug-in]'") from None
    from shopthelook.datasets.labels import own_labels

    found = own_labels(labels) if labels is not None else label_map(labels_of or "").items()
    card = export(
        read_source(source, size),
        out,
        {label: category for label, category in found if category is not None},
        licence,
        name=name,
        data=used,
        threshold=threshold,
        half=half,
    )
    names = [label.name for label in card.labels]
    if as_json:
        emit({"id": card.id, "path": str(out.resolve()), "labels": names})
    else:
        click.echo(f"{out}: {card.id}, {len(names)} labels: {', '.join(names)}")


def _data_use(text: str) -> DataUse:
    name, equals, licence = text.partition("=")
    if not (name.strip() and equals and licence.strip()):
        raise click.BadParameter(f"NAME=LICENCE is needed, not {text!r}", param_hint="--data")
    return DataUse(name.strip(), licence.strip())


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
