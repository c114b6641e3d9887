"""The index of a shop in Milvus: found again when the shop is opened, and rebuilt beside the one in use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook.catalog import Catalog
from shopthelook.pipeline.keeping import MARK, IndexKeeping
from shopthelook.pipeline.turns import turn
from shopthelook.retrieval import Attributes, ProductIndex
from shopthelook.retrieval.embedded import Manifest, SnapshotError
from shopthelook.retrieval.milvus import Generations, MilvusIndex, OtherIndex, Server
from shopthelook.taxonomy import Taxonomy

_log = logging.getLogger(__name__)

TOKEN = "SHOPTHELOOK_MILVUS_TOKEN"  # noqa: S105 - the name of the variable that holds it
"""Environment variable with the token of the Milvus server; it is in no file of the shop."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shop's index is: the server's address, the token, and the alias of its collections."""

    uri: str
    token: str
    name: str


class MilvusKeeping(IndexKeeping):
    """Keeps the index of one shop in Milvus, where all its processes share it.

    It is used only where it is of the same embedder and category list; else a new one is built. One of another
    database is left alone: another shop may use it.

    Args:
        place: where it is.
        lock: file by which processes of this machine take turns.
    """

    def __init__(
        self, catalog: Catalog, taxonomy: Taxonomy, bundle: str, bits: int, place: Place, lock: Path
    ) -> None:
        super().__init__(catalog, taxonomy, bundle, bits, "milvus")
        self.place = place
        self._lock = lock
        self._connecting = threading.Lock()
        self._connected: Generations | None = None
        self._making: dict[str, str] = {}

    @property
    def generations(self) -> Generations:
        """The shop's collections. Raises `MilvusError` where no server answers, or pymilvus is missing."""
        with self._connecting:
            if self._connected is None:
                server = Server(self.place.uri, self.place.token)
                self._connected = Generations(server, self.place.name)
            return self._connected

    def turn(self) -> AbstractContextManager[None]:
        """Wait until no other process writes to the index."""
        return turn(self._lock, self._catalog)

    def opened(self) -> ProductIndex | None:
        """The index that is there; None, with the reason in the log, where a new one must be built. In a turn.

        Raises:
            OtherIndex: it was made from another database.
        """
        name = self.generations.current()
        if name is None:
            return None
        index = MilvusIndex(self.generations.server, name, self._bits)
        if not index.read_state():
            _log.warning("the collection %s does not say what it is; the index is built anew", name)
            return None
        if not self._is_ours(index):
            return None
        # After a write of its own, this process need not ask for the present at each search.
        index.write_state(index.seq, index.made_for)
        return index

    def current(self, index: ProductIndex) -> ProductIndex | None:
        """The index as other processes have left it, or the one they put in its place. In a turn."""
        if not isinstance(index, MilvusIndex) or self.generations.current() != index.name:
            return self.opened()
        seq = index.seq
        if not index.read_state() or not self._is_ours(index):
            return None
        if index.seq != seq:
            index.write_state(index.seq, index.made_for)
        return index

    def empty(self) -> ProductIndex:
        """A new collection, which is not in use until it is published."""
        self._making = self._made_for(self._catalog.new_mark())
        return self.generations.make(self._bits)

    def fill(
        self,
        index: ProductIndex,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes],
    ) -> None:
        """Load products into a new collection, without a look whether they are there."""
        assert isinstance(index, MilvusIndex)  # noqa: S101 - `empty` made it
        index.fill(ids, codes, positions, attributes)

    def filled(self, index: ProductIndex, seq: int) -> None:
        """Have the new collection made ready for searches and single writes."""
        assert isinstance(index, MilvusIndex)  # noqa: S101 - `empty` made it
        index.load()
        index.write_state(seq, self._making)

    def publish(self, index: ProductIndex) -> None:
        """Let all processes use the new collection. In a turn."""
        assert isinstance(index, MilvusIndex)  # noqa: S101 - `empty` made it
        self.generations.publish(index.name)

    def keep(self, index: ProductIndex) -> Manifest:  # noqa: ARG002 - none can be kept
        """Raises `SnapshotError`: there is nothing to keep."""
        raise SnapshotError(
            f"the index is in Milvus at {self.place.uri}, which keeps it itself; there is no snapshot to make"
        )

    def look(self) -> Manifest:
        """Raises `SnapshotError`: there is none."""
        raise SnapshotError("the engine 'milvus' has no snapshots")

    def present(self) -> MilvusIndex | None:
        """The index as it is, only to be looked at; None where there is none that this shop can use."""
        name = self.generations.current()
        if name is None:
            return None
        index = MilvusIndex(self.generations.server, name, self._bits)
        return index if index.read_state() and self._is_ours(index) else None

    def close(self) -> None:
        """Close the connection."""
        with self._connecting:
            if self._connected is not None:
                self._connected.server.close()
                self._connected = None

    def _is_ours(self, index: MilvusIndex) -> bool:
        """Whether the index is of this shop as it is now. Raises `OtherIndex` where it is of another database."""
        mark = index.made_for.get(MARK, "")
        if not self._catalog.has_mark(mark):
            raise OtherIndex(
                f"{self.place.name} in Milvus at {self.place.uri} was made from another database, or from this "
                "one before it was put back to an earlier backup. Where another shop uses it, give this one a "
                "milvus_collection of its own in shop.toml; else run: shopthelook index rebuild"
            )
        wanted = self._made_for(mark)
        others = [what for what in wanted if index.made_for.get(what) != wanted[what]]
        if others:
            _log.warning("the index in Milvus is of another %s; it is built anew", " and ".join(others))
        return not others
