"""What `shopthelook train detector` and `train embedder` have in common."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from shopthelook.cli.main import STOPPED
from shopthelook.cli.options import json_option
from shopthelook.errors import ShopError

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("recipe"),
    click.option(
        "--data", multiple=True, metavar="NAME=FOLDER", help="Where a data set of the recipe is; repeat."
    ),
    click.option(
        "--data-root",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder with data sets by their names.",
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="RUN",
        help="The run's folder [default: runs/RECIPE].",
    ),
    click.option(
        "--bundle", type=click.Path(path_type=Path), metavar="OUT", help="Write the trained bundle here."
    ),
    click.option("--weights", metavar="NAME|FILE", help="Weights to start from, in place of the recipe's."),
    click.option("--epochs", type=click.IntRange(min=1), help="In place of the recipe's."),
    click.option("--steps", type=click.IntRange(min=1), help="In place of the recipe's."),
    click.option("--device", type=click.Choice(["cpu", "cuda"]), help="[default: a GPU where there is one]"),
    click.option(
        "--devices", type=click.IntRange(min=1), default=1, show_default=True, help="How many train together."
    ),
    json_option,
)


def training_options(command: Command) -> Command:
    """Give a command the arguments and options of a run of a recipe."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changed(recipe: Any, epochs: int | None, steps: int | None, weights: str | None) -> Any:
    """A recipe with what the command line says in place of what it says. Raises `UsageError` for both lengths."""
    if epochs and steps:
        raise click.UsageError("give --epochs or --steps, not both")
    if epochs or steps:
        recipe = recipe.with_training(epochs=epochs or 0, steps=steps or 0)
    return recipe.with_weights(weights) if weights else recipe


def folders_of(names: Sequence[str], data: Sequence[str], root: Path | None) -> dict[str, Path]:
    """Where data sets are: those that lie in ``root``, and those that ``data`` says as NAME=FOLDER."""
    folders = {name: root / name for name in names if root is not None and (root / name).exists()}
    for text in data:
        name, equals, folder = text.partition("=")
        if not equals or not name or not folder:
            raise click.UsageError(f"--data must be NAME=FOLDER, not {text!r}")
        folders[name] = Path(folder)
    return folders


@contextmanager
def stopped_in(out: Path) -> Iterator[None]:
    """Say how to go on when a run is stopped by hand."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo(
            f"\nstopped: give the same command again to go on from the last checkpoint in {out}", err=True
        )
        raise click.exceptions.Exit(STOPPED) from None


def require(modules: Sequence[str]) -> None:
    """Raise `ShopError` where what training needs is not installed."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise ShopError(f"training needs {', '.join(missing)}: pip install 'shopthelook[train]'")
