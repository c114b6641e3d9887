"""The last step of every write of products: embed what needs it, store pictures, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.catalog import Catalog, NextCode, ProductRecord
from shopthelook.embedding import Embedder
from shopthelook.images import PictureStore
from shopthelook.pipeline.encoding import CodeCache, Encoded, described, encode
from shopthelook.pipeline.preparing import Candidate


@dataclass(frozen=True, slots=True)
class Committed:
    """What one transaction wrote. ``seq`` is the catalog's change number after it."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    embedded: int
    seq: int


class Committer:
    """Writes candidates. The models are asked for only when a picture is to be embedded.

    Args:
        bundle: of the embedder.
        serving: the bundle that the caller takes for the one that serves; see ``Catalog.put_products``.
        beside: what the embedder that is to follow makes of candidates, to be kept with them.
    """

    def __init__(
        self,
        catalog: Catalog,
        pictures: PictureStore,
        embedder: Callable[[], Embedder],
        bundle: str,
        cache: CodeCache,
        *,
        serving: str | None = None,
        beside: Callable[[Sequence[Candidate]], tuple[str, Sequence[NextCode]]] | None = None,
    ) -> None:
        self._serving = serving
        self._beside = beside
        self._catalog = catalog
        self._pictures = pictures
        self._embedder = embedder
        self._bundle = bundle
        self._cache = cache

    def commit(self, candidates: Sequence[Candidate]) -> Committed:
        """Embed and write a batch; when this returns, it is on disk.

        Raises:
            EmbedderChanged: another bundle serves; nothing was written.
        """
        encoded, embedded = self._embed(candidates)
        records = [self._record(candidate, encoded) for candidate in candidates]
        beside = None if self._beside is None else self._beside(candidates)
        for candidate in candidates:
            if candidate.data is not None:
                self._pictures.put(candidate.data)
        # Pictures first: a crash in between leaves a picture too many, never a product without one.
        seq = (
            self._catalog.put_products(records, serving=self._serving, beside=beside)
            if records
            else self._catalog.last_seq()
        )
        return Committed(
            added=tuple(one.product.id for one in candidates if not one.known),
            updated=tuple(one.product.id for one in candidates if one.known),
            embedded=embedded,
            seq=seq,
        )

    def _embed(self, candidates: Sequence[Candidate]) -> tuple[dict[str, Encoded], int]:
        """Codes by content hash of the picture, and how many of them the embedder made just now."""
        found: dict[str, Encoded] = {}
        fresh: dict[str, NDArray[np.uint8]] = {}
        for one in candidates:
            # The cache is asked again: the batch before may have embedded this picture meanwhile.
            known = one.encoded or self._cache.get(one.image_hash)
            if known is not None:
                found[one.image_hash] = known
            elif one.picture is not None:
                fresh[one.image_hash] = one.picture
        found |= self._cache.fill(lambda pictures: encode(self._embedder(), pictures), fresh)
        return found, len(fresh)

    def _record(self, candidate: Candidate, found: dict[str, Encoded]) -> ProductRecord:
        product, code = candidate.product, candidate.code
        if code is None:
            encoded = found[candidate.image_hash]
            embedder = self._embedder()
            product = described(product, encoded, embedder.taxonomy, embedder.heads.values())
            code = encoded.code
        return ProductRecord(product=product, image_hash=candidate.image_hash, code=code, bundle=self._bundle)
