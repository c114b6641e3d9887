"""Products of the catalog as an index of one embedder's codes takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shopthelook.catalog import Catalog
from shopthelook.pipeline.attributes import attributes_of
from shopthelook.retrieval import Attributes
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from shopthelook.retrieval.milvus import MilvusIndex


class Rows(NamedTuple):
    """n products: ids, codes ``(n, bytes)`` uint8, ``(n,)`` positions of their categories (-1: none), attributes."""

    ids: Sequence[str]
    codes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    attributes: list[Attributes]


class IndexRows:
    """Reads products with a code of the bundle."""

    def __init__(self, catalog: Catalog, taxonomy: Taxonomy, bundle: str) -> None:
        self._catalog = catalog
        self._bundle = bundle
        self._positions = {category.id: category.position for category in taxonomy}

    def of(self, ids: Sequence[str] | None) -> Iterator[Rows]:
        """These products, or (None) all, by id, in batches; see ``Catalog.index_rows``."""
        for batch in self._catalog.index_rows(ids, self._bundle):
            positions = np.array([self._positions.get(int(i), -1) for i in batch.category_ids], np.int64)
            yield Rows(batch.ids, batch.codes, positions, [attributes_of(said) for said in batch.said])

    def differing(self, index: MilvusIndex) -> int:
        """How many products an index does not hold as they are in the catalog, and holds besides."""
        count = wrong = 0
        for rows in self.of(None):
            wrong += len(index.differing(rows.ids, rows.codes, rows.positions, rows.attributes))
            count += len(rows.ids)
        return wrong + max(0, len(index) - count)
