"""The embedded engine: the product index in this process, compiled loops over memory-mapped segments.

Importing it loads Numba, and compiles the loops where no process on this machine has done so before.
"""

from shopthelook.retrieval.embedded.errors import (
    DamagedSnapshot,
    NoSnapshot,
    OtherSnapshot,
    SnapshotError,
)
from shopthelook.retrieval.embedded.index import EmbeddedIndex
from shopthelook.retrieval.embedded.snapshot import Manifest, read_manifest

__all__ = [
    "DamagedSnapshot",
    "EmbeddedIndex",
    "Manifest",
    "NoSnapshot",
    "OtherSnapshot",
    "SnapshotError",
    "read_manifest",
]
