"""The slow and obvious index that every engine is compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Oracle:
    """A dict of products; a search unpacks every bit and sorts everything."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[NDArray[np.uint8], int]] = {}

    def upsert(self, ids: Sequence[str], codes: NDArray[np.uint8], positions: Sequence[int]) -> None:
        for product_id, code, position in zip(ids, codes, positions, strict=True):
            self.rows[product_id] = (np.array(code), int(position))

    def delete(self, ids: Sequence[str]) -> None:
        for product_id in ids:
            self.rows.pop(product_id, None)

    def search(
        self, code: NDArray[np.uint8], k: int, limits: tuple[int, int] | None
    ) -> list[tuple[int, str]]:
        """The k nearest as (distance, id)."""
        query = np.unpackbits(code)
        found = [
            (int((np.unpackbits(row) != query).sum()), product_id)
            for product_id, (row, position) in self.rows.items()
            if limits is None or limits[0] <= position < limits[1]
        ]
        return sorted(found)[:k]
