"""The state of a run in a file: what a killed run goes on from."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import torch

from shopthelook.errors import ShopError
from shopthelook.training.weights import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

CHECKPOINT, BEST = "checkpoint.pt", "best.pt"
# What may differ when a run goes on: how long, how often it is looked at, and how a device goes through its share.
FREE = ("epochs", "steps", "patience", "validate_every", "save_every", "per_device")


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a state; a kill at any moment leaves either the file before or the new one, whole."""
    aside = path.with_suffix(".tmp")
    with aside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def identity(said: Mapping[str, Any], data: Iterable[bytes]) -> dict[str, str]:
    """What must be the same for a run to go on: fingerprints of its recipe and of its training data.

    ``said`` is the recipe as a dict with the tables "training" and "model"; ``data`` is whatever makes it another
    run when it changes, piece by piece.
    """
    training = {key: value for key, value in said["training"].items() if key not in FREE}
    frozen = training.pop("frozen", {})
    if frozen.get("epochs") or frozen.get("steps"):
        training["frozen"] = frozen
    # Where weights came from once does not matter any more.
    model = {key: value for key, value in said["model"].items() if key not in ("weights", "body_weights")}
    kept = {**said, "training": training, "model": model}
    pieces = hashlib.sha256()
    for piece in data:
        pieces.update(piece)
    return {
        "recipe": hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest(),
        "data": pieces.hexdigest(),
    }


def load(path: Path, wanted: dict[str, str]) -> dict[str, Any] | None:
    """The state that ``path`` holds, None where there is no such file.

    Raises:
        ShopError: it cannot be read, or belongs to a run of another recipe or other data.
    """
    if not path.exists():
        return None
    state = read_file(path)
    for what, fingerprint in wanted.items():
        if state.get("identity", {}).get(what) != fingerprint:
            raise ShopError(
                f"{path.parent} holds a run of another {what}; name another folder with --out, or delete it to "
                "start anew"
            )
    return state


def read_weights(path: Path) -> dict[str, Any]:
    """The weights in the file `BEST` of a run."""
    weights: dict[str, Any] = read_file(path)["model"]
    return weights
