"""Train models."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.cli.train_embedder import embedder
from shopthelook.cli.train_options import changed, folders_of, require, stopped_in, training_options

NEEDED = ("torch", "torchvision", "onnx", "timm", "faster_coco_eval", "tensorboard")
KINDS = ("detector", "embedder")


@click.group()
def train() -> None:
    """Train models on your own data, by recipes.

    \b
    Examples:
      shopthelook train recipes
      shopthelook train detector demo --data rooms=demo --bundle my-detector
      shopthelook train embedder demo --data demo=views/demo --bundle my-embedder
    """


train.add_command(embedder)


@train.command()
@click.argument("name", required=False)
@click.option("--kind", type=click.Choice(KINDS), help="Only recipes of detectors, or of embedders.")
@json_option
def recipes(name: str | None, kind: str | None, as_json: bool) -> None:
    """List the recipes that ship; with NAME, print that one, as a start for your own.

    \b
    Examples:
      shopthelook train recipes
      shopthelook train recipes fpn-small > mine.toml
      shopthelook train recipes light --kind embedder > mine.toml
    """
    from shopthelook.detection.training import recipe as detectors
    from shopthelook.embedding.training import recipe as embedders

    kinds = dict(zip(KINDS, (detectors, embedders), strict=True))
    asked = {one: kinds[one] for one in ([kind] if kind else KINDS)}
    if name is None:
        listed = [(one, made.Recipe.read(one), of) for of, made in asked.items() for one in made.shipped()]
        if as_json:
            for _, read, of in listed:
                emit({"kind": of, **read.as_dict()})
        else:
            table([(one, of, read.summary) for one, read, of in listed])
        return
    holding = [of for of, made in asked.items() if name in made.shipped()]
    if len(holding) > 1:
        raise click.UsageError(
            f"there are recipes {name!r} of both kinds: say --kind detector or --kind embedder"
        )
    made = asked[holding[0]] if holding else next(iter(asked.values()))
    if not holding and Path(name).suffix != ".toml":
        there = ", ".join(one for known in asked.values() for one in known.shipped())
        raise made.RecipeError(f"no recipe {name!r}; there are {there}, or give a .toml file")
    read = made.Recipe.read(name)
    if as_json:
        emit(read.as_dict())
    else:
        click.echo(made.shipped_text(name) if holding else Path(name).read_text("utf-8"), nl=False)


@train.command()
@training_options
@click.option(
    "--body-weights",
    metavar="NAME|FILE",
    help="The backbone's own first weights, beside those of an earlier run; in place of the recipe's.",
)
def detector(
    recipe: str,
    data: tuple[str, ...],
    data_root: Path | None,
    out: Path | None,
    bundle: Path | None,
    weights: str | None,
    body_weights: str | None,
    epochs: int | None,
    steps: int | None,
    device: str | None,
    devices: int,
    as_json: bool,
) -> None:
    """Train a detector by RECIPE: the name of one that ships, or a TOML file.

    The run's folder gets checkpoints, losses.csv, validation.csv, files for TensorBoard and pictures of predictions. A
    run that was stopped or killed goes on when the command is given again. At the end the weights with the best AP50
    on the validation pictures become the bundle, which `shopthelook eval detection` measures and a shop serves.

    Needs: pip install 'shopthelook[train]'

    \b
    Examples:
      shopthelook train detector demo --data rooms=demo --bundle my-detector
      shopthelook train detector baseline-small --data-root data --bundle baseline
      shopthelook train detector fpn --data-root data --devices 8 --out runs/fpn
    """
    from shopthelook.detection.training.recipe import Recipe

    read: Recipe = changed(Recipe.read(recipe), epochs, steps, weights)
    if body_weights:
        read = read.with_weights(body_weights=body_weights)
    folders = folders_of([one.name for one in read.data.sets], data, data_root)
    require(NEEDED)
    from shopthelook.detection.training.run import run

    out = out or Path("runs") / read.name
    with stopped_in(out):
        trained = run(read, folders, out, bundle, device, devices)
    if as_json:
        emit(
            {
                "recipe": read.name,
                "run": str(out),
                "val_ap50": trained.ap50,
                "bundle": str(bundle) if bundle else None,
                "threshold": trained.card.threshold if trained.card else None,
            }
        )
        return
    best = (
        "no validation pictures"
        if trained.ap50 is None
        else f"best AP50 on validation pictures {trained.ap50:.3f}"
    )
    click.echo(f"{read.name} trained in {out}: {best}")
    if bundle:
        click.echo(f"bundle written to {bundle}; measure it with: shopthelook eval detection {bundle} DATA")
    else:
        click.echo("no bundle written: give the same command again with --bundle OUT")
