"""The product index, kept level with the catalog's change log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from shopthelook.catalog import Catalog, EmbedderChanged
from shopthelook.pipeline.index_rows import IndexRows
from shopthelook.pipeline.keeping import IndexKeeping
from shopthelook.retrieval import Hits, ProductIndex, Query
from shopthelook.retrieval.milvus.errors import IndexMoved
from shopthelook.taxonomy import Taxonomy

_T = TypeVar("_T")

# Changes that are followed in less than a second or so.
_WORTH_KEEPING = 5_000


class FollowingIndex:
    """An index that first reads what the catalog's change log has since it last looked.

    So a write of this or any other process that was committed before a search is in its answer.
    Safe to share among threads: one follows the log at a time, searches do not wait for each other.

    Args:
        bundle: id of the embedder whose codes are indexed; products with codes of another are left out.
        bits: length of a code in bits.
        keeping: where the index comes from and is kept; by default it is read from the catalog each time.
        serving: the embedder that serves in the database while this index is used, if that is another one. Where
            the database says that a third one does, every search raises EmbedderChanged: the codes that this
            index is made of may be gone.

    Attributes:
        rows: the products that it holds, as the catalog has them.
    """

    def __init__(
        self,
        catalog: Catalog,
        taxonomy: Taxonomy,
        bundle: str,
        bits: int,
        keeping: IndexKeeping | None = None,
        serving: str | None = None,
    ) -> None:
        self.serving = serving or bundle
        # When it was loaded or last followed a change, in seconds since 1970; 0 before.
        self.changed_at = 0.0
        self._catalog = catalog
        self._bundle = bundle
        self._keeping = keeping or IndexKeeping(catalog, taxonomy, bundle, bits)
        self.rows = IndexRows(catalog, taxonomy, bundle)
        self._following = threading.Lock()
        self._index: ProductIndex | None = None
        self._seq = 0
        # The change up to which the snapshot has followed, None where there is none.
        self._kept: int | None = None
        self._keeper: threading.Thread | None = None

    @property
    def seq(self) -> int:
        """The last change that the index holds."""
        return self._seq

    def __len__(self) -> int:
        return 0 if self._index is None else len(self._index)

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """The ``k`` nearest products of each code, shape ``(q, bits // 8)``, in each taxonomy range."""
        return self._asked(lambda index: index.search(codes, k, ranges))

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """The ``k`` nearest products that each query allows; see ``ProductIndex.query``."""
        return self._asked(lambda index: index.query(queries, k))

    def count(self) -> int:
        """How many products it holds, once it is level with the catalog; asks the index, wherever that is."""
        return self._asked(len)

    def refresh(self) -> ProductIndex:
        """Bring the index level with the catalog and return it.

        Raises:
            EmbedderChanged: it is of no use any more, since another embedder serves.
        """
        last, serving = self._catalog.changeover.standing()
        self._check(serving)
        index = self._index
        if index is not None and last == self._seq:
            return index
        return self._level()

    def rebuild(self) -> ProductIndex:
        """Read all products from the catalog anew, whatever the snapshot says, and make a snapshot of them.

        Raises:
            SnapshotError: that cannot be written; searches use the new index all the same.
        """
        with self._following:
            # Others that share the index follow the catalog in the old one meanwhile.
            index, seq = self._loaded()
            with self._keeping.turn():
                self._take(index, seq)
                self._follow_all(self._catalog.last_seq())
                self._keeping.publish(index)
        return index if self._keeping.folder is None else self.keep()

    def keep(self) -> ProductIndex:
        """Bring the index level with the catalog and make a snapshot of it.

        Raises:
            SnapshotError: the engine has none, or it cannot be written.
        """
        index = self.refresh()
        self._kept = self._keeping.keep(index).seq
        return index

    def prepare(self) -> ProductIndex:
        """Make the index anew from the catalog, for nobody but this object until it is put in use."""
        with self._following:
            self._take(*self._loaded())
            self._follow_all(self._catalog.last_seq())
            assert self._index is not None  # noqa: S101 - _take sets it
            return self._index

    def put_in_use(self, switch: Callable[[], bool]) -> bool:
        """Bring a prepared index level with the catalog, switch to it, and let others use it.

        Args:
            switch: has its embedder serve in the database; whether that was possible.

        Returns:
            Whether it was.
        """
        with self._following, self._keeping.turn():
            self._follow_all(self._catalog.last_seq())
            if not switch():
                return False
            self.serving = self._bundle
            assert self._index is not None  # noqa: S101 - it was prepared
            self._keeping.publish(self._index)
            return True

    def close(self) -> None:
        """Let go of what the index holds outside this process."""
        self._keeping.close()

    def _asked(self, question: Callable[[ProductIndex], _T]) -> _T:
        index = self.refresh()
        try:
            return question(index)
        except IndexMoved:
            # Another process has put a new one in its place since.
            return question(self._level())

    def _level(self) -> ProductIndex:
        """The index as it is now, level with the catalog."""
        with self._following, self._keeping.turn():
            # While it waited, another process may have put an index of another embedder in the place of this one.
            self._check(self._catalog.changeover.serving())
            first = self._index is None
            self._open()
            # Others that share the index may have followed further than the catalog was before the turn.
            last = self._catalog.last_seq()
            # A smaller number means another database took the place of the one that was read.
            built = self._index is None or last < self._seq
            if built:
                self._take(*self._loaded())
            self._follow_all(last)
            assert self._index is not None  # noqa: S101 - _take sets it
            if built:
                self._keeping.publish(self._index)
            self._keep(self._index, wait=first)
            return self._index

    def _open(self) -> None:
        if self._index is not None:
            index = self._keeping.current(self._index)
            if index is not self._index or (index is not None and index.seq > self._seq):
                self._take(index, 0 if index is None else index.seq)
            return
        index = self._keeping.opened()
        if index is not None:
            self._index, self._seq, self._kept = index, index.seq, index.seq
            self.changed_at = time.time()

    def _loaded(self) -> tuple[ProductIndex, int]:
        """A new index of the catalog's products, and the change it holds."""
        # The number is read first: a change in between is followed once more, which does no harm.
        seq = self._catalog.last_seq()
        index = self._keeping.empty()
        for rows in self.rows.of(None):
            self._keeping.fill(index, *rows)
        self._check(self._catalog.changeover.serving())
        self._keeping.filled(index, seq)
        return index, seq

    def _take(self, index: ProductIndex | None, seq: int) -> None:
        self._index, self._seq, self._kept = index, seq, None
        self.changed_at = time.time()

    def _follow_all(self, last: int) -> None:
        while self._seq < last and self._follow():
            pass

    def _keep(self, index: ProductIndex, wait: bool) -> None:
        """Make a snapshot where following the log anew would take longer than a person likes to wait."""
        if self._keeping.folder is None:
            return
        behind = len(index) if self._kept is None else self._seq - self._kept
        if behind < max(_WORTH_KEEPING, len(index) // 50):
            return
        self._kept = self._seq
        if wait:
            self._keeping.try_to_keep(index)
        elif self._keeper is None or not self._keeper.is_alive():
            self._keeper = threading.Thread(
                target=self._keeping.try_to_keep, args=(index,), name="shopthelook-snapshot", daemon=True
            )
            self._keeper.start()

    def _follow(self) -> bool:
        """Apply the next stretch of the log; False when there was nothing left."""
        index = self._index
        changes = self._catalog.changes(after=self._seq)
        if index is None or not changes:
            return False
        # Only how a product is now counts, however often it changed; it is read as it is now.
        names = {change.product_id for change in changes}
        batches = list(self.rows.of(sorted(names)))
        # Codes go only when another embedder serves: what goes then must not leave an index that is searched.
        self._check(self._catalog.changeover.serving())
        for rows in batches:
            index.upsert(*rows)
        index.delete(sorted(names - {key for rows in batches for key in rows.ids}))
        index.seq = self._seq = changes[-1].seq
        self.changed_at = time.time()
        return True

    def _check(self, serving: str | None) -> None:
        if serving not in (None, self.serving):
            raise EmbedderChanged(f"the shop's embedder is {serving} now, no more {self.serving}: try again")
