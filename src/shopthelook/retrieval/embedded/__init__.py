"""The embedded engine: the product index in this process, compiled loops over memory-mapped segments.

The engine itself is imported when it is first asked for: that loads Numba, and compiles the loops where no
process on this machine has done so before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shopthelook.retrieval.embedded.errors import (
    DamagedSnapshot,
    NoSnapshot,
    OtherSnapshot,
    SnapshotError,
)
from shopthelook.retrieval.embedded.manifest import Manifest, read_manifest

if TYPE_CHECKING:
    from shopthelook.retrieval.embedded.index import EmbeddedIndex

__all__ = [
    "DamagedSnapshot",
    "EmbeddedIndex",
    "Manifest",
    "NoSnapshot",
    "OtherSnapshot",
    "SnapshotError",
    "read_manifest",
]


def __getattr__(name: str) -> Any:
    if name == "EmbeddedIndex":
        from shopthelook.retrieval.embedded.index import EmbeddedIndex

        return EmbeddedIndex
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
