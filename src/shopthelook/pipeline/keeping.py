"""Where a shop's product index comes from: its snapshot on disk, or nothing, to be filled from the catalog."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook.catalog import Catalog, CatalogError
from shopthelook.retrieval import Attributes, ExactIndex, ProductIndex
from shopthelook.retrieval.embedded import Manifest, NoSnapshot, OtherSnapshot, SnapshotError, read_manifest
from shopthelook.retrieval.engine import embedded_engine
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from shopthelook.retrieval.embedded import EmbeddedIndex

_log = logging.getLogger(__name__)

# To be raised whenever `attributes_of` finds other values in a product than before: snapshots hold them.
_ATTRIBUTES = "3"

# The state of the database that a snapshot was made from; see `Catalog.new_mark`.
MARK = "database"


class IndexKeeping:
    """Makes, opens and keeps the index of one shop.

    Only the embedded engine has snapshots. One is used only where it is of the same embedder, category list
    and database, and every byte of it is as it was written.

    Args:
        engine: "embedded" or "exact".
        folder: where snapshots are; None to have none.
        threads: at most so many compare codes at a time; 0 for one a core.
        recall: the share of the nearest that searches of the embedded engine aim at.
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
        recall: float = 1.0,
    ) -> None:
        self._catalog = catalog
        self._bundle = bundle
        self._bits = bits
        self._engine = engine
        self._threads = threads
        self._recall = recall
        self.folder = folder if engine == "embedded" else None
        places = "\n".join(f"{category.id} {category.position}" for category in taxonomy)
        self._taxonomy = hashlib.sha256(places.encode()).hexdigest()[:16]

    def empty(self) -> ProductIndex:
        """An index of no products."""
        if self._engine != "embedded":
            return ExactIndex(self._bits)
        return embedded_engine()(self._bits, self._threads, recall=self._recall)

    @property
    def is_shared(self) -> bool:
        """Whether the index is outside this process, and all processes of the shop use the same."""
        return self._engine == "milvus"

    def turn(self) -> AbstractContextManager[None]:
        """Wait until no other process writes to the index; an index in memory is nobody else's."""
        return nullcontext()

    def current(self, index: ProductIndex) -> ProductIndex | None:
        """The index as others have left it since; None where it must be built anew."""
        return index

    def fill(
        self,
        index: ProductIndex,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes],
    ) -> None:
        """Put products into an empty index, each once."""
        index.upsert(ids, codes, positions, attributes)

    def filled(self, index: ProductIndex, seq: int) -> None:
        """Take note that a new index holds all products as they were after a change."""
        index.seq = seq

    def publish(self, index: ProductIndex) -> None:
        """Let others use a new index, too."""

    def close(self) -> None:
        """Let go of what is kept elsewhere."""

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
        manifest = self.look()
        assert self.folder is not None  # noqa: S101 - look() raises without one
        try:
            return embedded_engine().open(
                self.folder, self._bits, manifest.made_for, self._threads, self._recall
            )
        except OtherSnapshot:
            # Another process may have replaced the snapshot since it was looked at.
            if read_manifest(self.folder) == manifest:
                raise
            return self.open()

    def look(self) -> Manifest:
        """What the snapshot says of itself, where it is of this shop as it is now. Raises as `open` does."""
        if self.folder is None:
            raise NoSnapshot(f"the engine {self._engine!r} has no snapshots")
        manifest = read_manifest(self.folder)
        mark = manifest.made_for.get(MARK, "")
        manifest.check(self.folder, self._bits, self._made_for(mark))
        if not self._catalog.has_mark(mark):
            raise OtherSnapshot(
                f"the snapshot in {self.folder} was made from another database, or from this one before it "
                "was put back to an earlier backup"
            )
        return manifest

    def keep(self, index: ProductIndex) -> Manifest:
        """Make a snapshot of the index.

        Raises:
            SnapshotError: the engine has none, the folder cannot be written, or another process is at it.
        """
        if self.folder is None or not isinstance(index, embedded_engine()):
            raise SnapshotError(f"the engine {self._engine!r} has no snapshots; it is read from the catalog")
        # The number is read before the products are, so that no change is taken for one that is in already;
        # and before the mark is made, so that who knows the mark has the change, too.
        seq = index.seq
        try:
            mark = self._catalog.new_mark()
        except CatalogError as error:
            raise SnapshotError(f"cannot write a snapshot of the index: {error}") from error
        manifest = index.snapshot(self.folder, self._made_for(mark), seq)
        try:
            self._catalog.forget_outdated_changes()
        except CatalogError as error:
            _log.warning("the change log was not shortened: %s", error)
        return manifest

    def try_to_keep(self, index: ProductIndex) -> None:
        """Make a snapshot; where that fails, the log says why, and nothing but time is lost."""
        try:
            self.keep(index)
        except SnapshotError as error:
            _log.warning("%s", error)

    def _made_for(self, mark: str) -> dict[str, str]:
        return {
            "embedder": self._bundle,
            "taxonomy": self._taxonomy,
            "attributes": _ATTRIBUTES,
            MARK: mark,
        }
