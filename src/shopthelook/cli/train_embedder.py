"""Train an embedder."""

from __future__ import annotations

from pathlib import Path

import click

from shopthelook.cli.output import emit
from shopthelook.cli.train_options import changed, folders_of, require, stopped_in, training_options

NEEDED = ("torch", "torchvision", "onnx", "timm", "tensorboard")


@click.command()
@training_options
@click.option(
    "--features",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where recipes with looks keep what their backbone makes of the views; several runs can share it. "
    "[default: a folder of the run]",
)
def embedder(
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
    features: Path | None,
    as_json: bool,
) -> None:
    """Train an embedder by RECIPE: the name of one that ships, or a TOML file.

    The data sets are sets of views (`shopthelook dataset views`). The run's folder gets checkpoints, losses.csv,
    validation.csv, files for TensorBoard and pictures of what was found. A run that was stopped or killed goes on when
    the command is given again. At the end the weights with the best P@1 on the validation views become the bundle:
    codes, category, gender and attributes in one file, which `shopthelook eval retrieval` measures and a shop serves.

    Needs: pip install 'shopthelook[train]'

    \b
    Examples:
      shopthelook train embedder demo --data demo=views/demo --bundle my-embedder
      shopthelook train embedder light --data-root views --bundle light
      shopthelook train embedder paper --data-root views --devices 8 --out runs/paper
    """
    from shopthelook.embedding.training.recipe import Recipe

    read: Recipe = changed(Recipe.read(recipe), epochs, steps, weights)
    folders = folders_of([one.name for one in read.data.sets], data, data_root)
    require(NEEDED)
    from shopthelook.embedding.training.run import run

    out = out or Path("runs") / read.name
    with stopped_in(out):
        outcome = run(read, folders, out, bundle, device, devices, features)
    if as_json:
        emit(
            {
                "recipe": read.name,
                "run": str(out),
                "decisive": outcome.decisive,
                "val": outcome.best,
                "bundle": str(bundle) if bundle else None,
                "figures": {one.name: one.value for one in outcome.card.metrics} if outcome.card else None,
            }
        )
        return
    best = (
        "no validation views"
        if outcome.best is None
        else f"best {outcome.decisive} on validation views {outcome.best:.3f}"
    )
    click.echo(f"{read.name} trained in {out}: {best}")
    if outcome.card:
        for one in outcome.card.metrics:
            click.echo(f"  {one.name} {one.value:.3f} (n {one.n})")
        click.echo(
            f"bundle written to {bundle}; measure it with: shopthelook eval retrieval {bundle} --data DATA"
        )
    else:
        click.echo("no bundle written: give the same command again with --bundle OUT")
