"""The embedded index: exact filtered Hamming search in this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.checks import check_bits, check_queries, check_rows, check_search
from shopthelook.retrieval.embedded import snapshot
from shopthelook.retrieval.embedded.answering import Answering, Content
from shopthelook.retrieval.embedded.digest import digest
from shopthelook.retrieval.embedded.fresh import FreshRows
from shopthelook.retrieval.embedded.manifest import Manifest
from shopthelook.retrieval.embedded.merging import due, groups, replaced
from shopthelook.retrieval.embedded.segment import Part, Segment, made, merged, sketched
from shopthelook.retrieval.embedded.texts import Texts
from shopthelook.retrieval.hits import Hits
from shopthelook.retrieval.protocol import Attributes, Query, RetrievalError

# Parts at which a writer merges by itself, since the thread that should do it does not keep up.
_MOST_PARTS = 48


class EmbeddedIndex:
    """A `ProductIndex` of immutable segments, with an inverted index of attributes in each.

    In a segment products are laid out by category, so that a category with all below it is one range of
    rows. New rows wait in a small part of their own until they make a segment; rows that are replaced or deleted
    are marked; segments are merged in the background, so that each is four times as large as the next.
    A search reads one immutable content, which writers replace as a whole: it never waits.

    Within a category rows lie in runs of like codes, and a run that is too far from a query to matter is passed
    over, see `runs`. How a query runs otherwise (`Hits.plan`): its range and the filter's categories narrow the
    rows to one range per segment; then the rows of the filter's narrowest condition are listed and the rest of the
    filter is asked of each ("gather"), or all rows are asked, 64 at a time ("masked scan"; "scan" without a
    filter). All of these are exact. With a `recall` below 1, more runs are passed over ("tokens").

    Memory a product: `bits / 8` bytes for the code, 10 for its place, 20 and the letters for the id, 8 for each
    text value and 16 for each number of its attributes; with a `recall` below 1 half a code more in large
    segments; up to three times that for what is merged at the moment.
    """

    def __init__(
        self, bits: int, threads: int = 0, fresh: int = 512, recall: float = 1.0, largest: int = 1 << 21
    ) -> None:
        """An empty index.

        Args:
            bits: length of a code, a multiple of 64 from 64 to 4096.
            threads: at most so many compare codes at a time; 0 for one a core.
            fresh: rows that wait for a segment of their own. Each search looks at all of them, and a write
                that fills the room pays for a segment of this size.
            recall: with less than 1, a search of a large segment passes over the runs that seldom hold a
                neighbour, and finds about this share of the k nearest, as measured on a sample of the
                products; as many hits come back as without.
            largest: rows of a segment at most, but for those of one call: merging takes as much memory again as
                what is merged.
        """
        if not 0 < recall <= 1:
            raise RetrievalError(f"recall must be above 0 and at most 1, not {recall}")
        check_bits(bits)
        self._bits = bits
        self._words = bits // 64
        self._recall = recall
        self.seq = 0
        self._answering = Answering(self._words, threads or os.cpu_count() or 1, recall)
        self._writing = threading.Lock()
        self._merging = threading.Lock()
        self._snapshotting = threading.Lock()
        self._merger: threading.Thread | None = None
        self._room = fresh
        self._largest = largest
        self._fresh = FreshRows(self._words, fresh)
        self._content = Content((), self._fresh.taken(frozenset()))

    @property
    def bits(self) -> int:
        """Length of a code in bits."""
        return self._bits

    def __len__(self) -> int:
        return len(self._content)

    def __contains__(self, product_id: object) -> bool:
        if not isinstance(product_id, str):
            return False
        with self._writing:
            return len(self._buried([product_id])) < len(self)

    def upsert(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        """Put in or replace products, see `ProductIndex.upsert`."""
        positions = np.asarray(positions)
        check_rows(self._bits, ids, codes, positions, attributes)
        last = {product_id: i for i, product_id in enumerate(ids)}
        if not last:
            return
        kept = list(last.values())
        words = np.ascontiguousarray(codes[kept]).view(np.uint64)
        own: list[Attributes] = [{}] * len(kept) if attributes is None else [attributes[i] for i in kept]
        positions = positions[kept]
        segment = self._own(made(list(last), words, positions, own)) if len(last) > self._room else None
        with self._writing:
            if segment is None and len(last) > self._fresh.room:
                self._content = self._sealed(self._content)
            content = self._buried(list(last))
            if segment is not None:
                self._content = Content((*content.parts, Part(segment)), content.fresh)
            else:
                self._fresh.add(list(last), words, positions, own)
                self._content = Content(content.parts, self._fresh.taken(content.fresh.dead))
        self._tend()

    def delete(self, ids: Sequence[str]) -> None:
        """Take products out, see `ProductIndex.delete`."""
        with self._writing:
            content = self._buried(list(dict.fromkeys(ids)))
            for product_id in ids:
                self._fresh.row_of.pop(product_id, None)
            self._content = content
        self._tend()

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """Find the nearest products of each code, see `ProductIndex.search`."""
        check_search(self._bits, codes, k, ranges)
        queries = [Query(code, limits) for code, limits in zip(codes, ranges, strict=True)]
        return self._answering.answer(self._content, queries, k)

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """Find the nearest products that each query allows, see `ProductIndex.query`."""
        check_queries(self._bits, queries, k)
        return self._answering.answer(self._content, queries, k)

    def compact(self) -> None:
        """Merge everything into as few segments as may be. Searches gain a little; it happens by itself in time."""
        with self._merging:
            with self._writing:
                self._content = self._sealed(self._content)
                parts = self._content.parts
            for some in groups(parts, self._largest):
                self._merge(some)

    def snapshot(self, folder: Path, made_for: Mapping[str, str], seq: int | None = None) -> Manifest:
        """Write all products to a folder, in place of the snapshot that it may hold.

        Searches and writes go on meanwhile; what is written after the call began may be left out. `made_for`
        says what the index belongs to, such as the embedder's id: `open` with another refuses. `seq` is the
        change that the snapshot says it holds, by default that of the index.

        Raises:
            SnapshotError: the folder cannot be written, or another process is at it. The snapshot that was
                there is still there.
        """
        with self._snapshotting:
            with self._writing:
                seq = self.seq if seq is None else seq
                self._content = self._sealed(self._content)
                parts = self._content.parts
            return snapshot.write(folder, self._bits, seq, parts, made_for)

    @classmethod
    def open(
        cls, folder: Path, bits: int, made_for: Mapping[str, str], threads: int = 0, recall: float = 1.0
    ) -> EmbeddedIndex:
        """The index of a snapshot, mapped into memory; every byte is checked first.

        Raises:
            NoSnapshot, DamagedSnapshot, OtherSnapshot: see `snapshot.read`; rebuild the index then.
        """
        index = cls(bits, threads, recall=recall)
        manifest, parts = snapshot.read(folder, bits, made_for)
        index.seq = manifest.seq
        own = tuple(Part(index._own(part.segment), part.dead) for part in parts if part.alive)
        index._content = Content(own, index._content.fresh)
        return index

    def digest(self) -> int:
        """A number that two indexes share when they hold the same products with the same attributes."""
        with self._writing:
            content = self._sealed(self._content)
            self._content = content
        return digest(content.parts, self._words)

    def _own(self, segment: Segment) -> Segment:
        """The segment as this index searches it."""
        return sketched(segment) if self._recall < 1 else segment

    def _buried(self, ids: list[str]) -> Content:
        """The content without these products."""
        content = self._content
        fresh = content.fresh
        rows = [row for product_id in ids if (row := self._fresh.row_of.get(product_id)) is not None]
        if rows:
            fresh = self._fresh.taken(fresh.dead.union(rows))
        parts, texts = list(content.parts), Texts.of(ids)
        for i, part in enumerate(parts):
            found = part.segment.ids.find_all(texts)
            found = found[found >= 0]
            parts[i] = part.without(found[~part.is_dead(found)])
        return Content(tuple(part for part in parts if part.alive), fresh)

    def _sealed(self, content: Content) -> Content:
        """The same with the fresh rows in a segment of their own."""
        parts = content.parts
        if content.fresh.alive:
            parts = (*parts, Part(content.fresh.sealed(self._words)))
        self._fresh = FreshRows(self._words, self._room)
        return Content(parts, self._fresh.taken(frozenset()))

    def _tend(self) -> None:
        """See that merges happen where some are due."""
        parts = self._content.parts
        if not due(parts, self._largest):
            return
        if len(parts) > _MOST_PARTS:
            self._merge_due()
        elif self._merger is None or not self._merger.is_alive():
            self._merger = threading.Thread(target=self._merge_due, name="shopthelook-merge", daemon=True)
            self._merger.start()

    def _merge_due(self) -> None:
        with self._merging:
            while parts := due(self._content.parts, self._largest):
                self._merge(parts)

    def _merge(self, parts: Sequence[Part]) -> None:
        segment, moved = merged(parts, self._words)
        segment = self._own(segment)
        with self._writing:
            content = self._content
            self._content = Content(replaced(content.parts, parts, segment, moved), content.fresh)
