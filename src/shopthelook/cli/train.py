"""Train models."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from shopthelook.cli.main import STOPPED
from shopthelook.cli.options import json_option
from shopthelook.cli.output import emit, table
from shopthelook.errors import ShopError

NEEDED = ("torch", "torchvision", "onnx", "timm", "faster_coco_eval", "tensorboard")


@click.group()
def train() -> None:
    """Train models on your own data, by recipes.

    \b
    Examples:
      shopthelook train recipes
      shopthelook train detector demo --data rooms=demo --bundle my-detector
    """


@train.command()
@click.argument("name", required=False)
@json_option
def recipes(name: str | None, as_json: bool) -> None:
    """List the recipes that ship; with NAME, print that one, as a start for your own.

    \b
    Examples:
      shopthelook train recipes
      shopthelook train recipes fpn-small > mine.toml
    """
    from shopthelook.detection.training.recipe import Recipe, shipped, shipped_text

    if name is not None:
        recipe = Recipe.read(name)
        if as_json:
            emit(recipe.as_dict())
        else:
            click.echo(shipped_text(name) if name in shipped() else Path(name).read_text("utf-8"), nl=False)
    elif as_json:
        for one in shipped():
            emit(Recipe.read(one).as_dict())
    else:
        table([(one, Recipe.read(one).summary) for one in shipped()])


@train.command()
@click.argument("recipe")
@click.option(
    "--data", "data", multiple=True, metavar="NAME=FOLDER", help="Where a data set of the recipe is; repeat."
)
@click.option(
    "--data-root",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with data sets by their names.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="RUN", help="The run's folder [default: runs/RECIPE]."
)
@click.option(
    "--bundle", type=click.Path(path_type=Path), metavar="OUT", help="Write the trained bundle here."
)
@click.option("--weights", metavar="NAME|FILE", help="Weights to start from, in place of the recipe's.")
@click.option("--epochs", type=click.IntRange(min=1), help="In place of the recipe's.")
@click.option("--steps", type=click.IntRange(min=1), help="In place of the recipe's.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="[default: a GPU where there is one]")
@click.option(
    "--devices", type=click.IntRange(min=1), default=1, show_default=True, help="How many train together."
)
@json_option
def detector(
    recipe: str,
    data: tuple[str, ...],
    data_root: Path | None,
    out: Path | None,
    bundle: Path | None,
    weights: str | None,
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

    if epochs and steps:
        raise click.UsageError("give --epochs or --steps, not both")
    read = Recipe.read(recipe)
    if epochs or steps:
        read = read.with_training(epochs=epochs or 0, steps=steps or 0)
    if weights:
        read = read.with_weights(weights)
    folders = _folders([one.name for one in read.data.sets], data, data_root)
    require_extra()
    from shopthelook.detection.training.run import run

    out = out or Path("runs") / read.name
    try:
        trained = run(read, folders, out, bundle, device, devices)
    except KeyboardInterrupt:
        click.echo(
            f"\nstopped: give the same command again to go on from the last checkpoint in {out}", err=True
        )
        raise click.exceptions.Exit(STOPPED) from None
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


def _folders(names: list[str], data: tuple[str, ...], root: Path | None) -> dict[str, Path]:
    folders = {name: root / name for name in names if root is not None and (root / name).exists()}
    for text in data:
        name, equals, folder = text.partition("=")
        if not equals or not name or not folder:
            raise click.UsageError(f"--data must be NAME=FOLDER, not {text!r}")
        folders[name] = Path(folder)
    return folders


def require_extra() -> None:
    """Raise `ShopError` where what training needs is not installed."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ShopError(f"training needs {', '.join(missing)}: pip install 'shopthelook[train]'")
