"""The slow and obvious index that every engine is compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval import Attributes, Query
from shopthelook.retrieval.query import matches


class Oracle:
    """A dict of products; a search unpacks every bit and sorts everything."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[NDArray[np.uint8], int, Attributes]] = {}

    def upsert(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: Sequence[int],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        for i, product_id in enumerate(ids):
            position = int(positions[i])
            own = dict(attributes[i]) if attributes is not None else {}
            if position >= 0:
                own["category"] = (position,)
            self.rows[product_id] = (np.array(codes[i]), position, own)

    def delete(self, ids: Sequence[str]) -> None:
        for product_id in ids:
            self.rows.pop(product_id, None)

    def search(
        self, code: NDArray[np.uint8], k: int, limits: tuple[int, int] | None
    ) -> list[tuple[int, str]]:
        """The k nearest as (distance, id)."""
        return self.query(Query(code, limits), k)

    def query(self, query: Query, k: int) -> list[tuple[int, str]]:
        """The k nearest that the query allows as (distance, id)."""
        bits, found = np.unpackbits(query.code), []
        for product_id, (row, position, attributes) in self.rows.items():
            distance = int((np.unpackbits(row) != bits).sum())
            if (
                (query.range is None or query.range[0] <= position < query.range[1])
                and (query.where is None or matches(query.where, attributes))
                and (query.max_distance is None or distance <= query.max_distance)
            ):
                found.append((distance, product_id))
        return sorted(found)[:k]
