"""Where what takes long to make is kept: embeddings, products, true answers, peers' indexes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2] / "runs" / "retrieval"
"""Git ignores it. Names say what a thing was made from, so that nothing old is ever taken for new."""


def kept(*names: str) -> Path:
    """The path of a file or folder; the folder that it belongs in is there."""
    path = ROOT.joinpath(*names)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def wrote(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name first, so that a run that is stopped leaves no half a file."""
    half = path.with_name(f"half-{path.name}")
    write(half)
    half.replace(path)
