"""Where peers' indexes are kept that take long to build."""

from __future__ import annotations

from pathlib import Path

from benchmarks.retrieval.real import KEPT
from benchmarks.retrieval.world import World


def kept(world: World, name: str) -> Path:
    """The path of a file or folder for a world and an index's kind and settings; its parent is there."""
    folder = KEPT / f"peers-{world.key}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
