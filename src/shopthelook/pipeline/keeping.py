"""Where a shop's product index comes from: its snapshot on disk, or nothing, to be filled from the catalog."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from shopthelook.catalog import Catalog
from shopthelook.retrieval import ExactIndex, ProductIndex
from shopthelook.retrieval.embedded import Manifest, NoSnapshot, SnapshotError, read_manifest
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from shopthelook.retrieval.embedded import EmbeddedIndex

_log = logging.getLogger(__name__)

# To be raised whenever `attributes_of` finds other values in a product than before: snapshots hold them.
_ATTRIBUTES = "1"

# Changes whose products tell one change log from another.
_MARKS = 16


class IndexKeeping:
    """Makes, opens and keeps the index of one shop.

    Only the embedded engine has snapshots. One is used only where it is of the same embedder, category list
    and change log, and every byte of it is as it was written.

    Args:
        engine: "embedded" or "exact".
        folder: where snapshots are; None to have none.
        threads: at most so many compare codes at a time; 0 for one a core.
    """

    def __init__(
        self,
        catalog: Catalog,
        taxonomy: Taxonomy,
        bundle: str,
        bits: int,
        engine: str = "embedded",
        folder: Path | None = None,
        threads: int = 0,
    ) -> None:
        self._catalog = catalog
        self._bundle = bundle
        self._bits = bits
        self._engine = engine
        self._threads = threads
        self.folder = folder if engine == "embedded" else None
        places = "\n".join(f"{category.id} {category.position}" for category in taxonomy)
        self._taxonomy = hashlib.sha256(places.encode()).hexdigest()

    def empty(self) -> ProductIndex:
        """An index of no products."""
        if self._engine != "embedded":
            return ExactIndex(self._bits)
        from shopthelook.retrieval.embedded import EmbeddedIndex

        return EmbeddedIndex(self._bits, self._threads)

    def opened(self) -> ProductIndex | None:
        """The index of the snapshot; None, with the reason in the log, where none can be used."""
        try:
            return self.open()
        except NoSnapshot:
            return None
        except SnapshotError as error:
            _log.warning("the index is rebuilt from the catalog: %s", error)
            return None

    def open(self) -> EmbeddedIndex:
        """The index of the snapshot.

        Raises:
            SnapshotError: there is none, or it cannot be used; the message says why.
        """
        if self.folder is None:
            raise NoSnapshot(f"the engine {self._engine!r} has no snapshots")
        from shopthelook.retrieval.embedded import EmbeddedIndex

        manifest = read_manifest(self.folder)
        return EmbeddedIndex.open(self.folder, self._bits, self._made_for(manifest.seq), self._threads)

    def keep(self, index: ProductIndex) -> Manifest:
        """Make a snapshot of the index.

        Raises:
            SnapshotError: the engine has none, the folder cannot be written, or another process is at it.
        """
        from shopthelook.retrieval.embedded import EmbeddedIndex

        if self.folder is None or not isinstance(index, EmbeddedIndex):
            raise SnapshotError(f"the engine {self._engine!r} has no snapshots; it is read from the catalog")
        # The number is read before the products are, so that no change is taken for one that is in already.
        seq = index.seq
        return index.snapshot(self.folder, self._made_for(seq), seq)

    def try_to_keep(self, index: ProductIndex) -> None:
        """Make a snapshot; where that fails, the log says why, and nothing but time is lost."""
        try:
            self.keep(index)
        except SnapshotError as error:
            _log.warning("%s", error)

    def _made_for(self, seq: int) -> dict[str, str]:
        return {
            "embedder": self._bundle,
            "taxonomy": self._taxonomy,
            "attributes": _ATTRIBUTES,
            "changes": self._mark(seq),
        }

    def _mark(self, seq: int) -> str:
        """What some changes up to `seq` were: another database that took this one's place has others."""
        found = hashlib.sha256()
        for number in sorted({1 + (seq - 1) * i // (_MARKS - 1) for i in range(_MARKS)} if seq else ()):
            for change in self._catalog.changes(after=number - 1, limit=1):
                found.update(f"{change.seq} {change.product_id} {change.deleted}\n".encode())
        return found.hexdigest()
