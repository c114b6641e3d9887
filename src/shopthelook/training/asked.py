"""What a run is asked for, checked before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def check_folders(recipe: str, named: Sequence[str], folders: Mapping[str, Path]) -> None:
    """Check that there is a folder for each data set that a recipe names, and for no other.

    Raises:
        ShopError: a folder is not given, or given for another name.
    """
    if unknown := sorted(set(folders) - set(named)):
        raise ShopError(
            f"the recipe {recipe} has no data set {', '.join(unknown)}; it has {', '.join(named)}"
        )
    if missing := [name for name in named if name not in folders]:
        raise ShopError(
            f"the recipe {recipe} needs the data set {missing[0]}: say where it is with "
            f"--data {missing[0]}=FOLDER, or where all are with --data-root"
        )


def check_devices(batch: int, devices: int, together: int = 1) -> None:
    """Check that a batch can be shared out evenly, so many pictures ``together``. Raises `ShopError` otherwise."""
    if batch % (devices * together):
        pairs = " of pairs" * (together == 2)
        raise ShopError(f"a batch of {batch}{pairs} cannot be shared out evenly over {devices} devices")
