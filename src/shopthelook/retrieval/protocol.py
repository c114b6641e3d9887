"""What every product index can do, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shopthelook.errors import ShopError
from shopthelook.retrieval.hits import Hits


class RetrievalError(ShopError, ValueError):
    """Arguments that an index cannot take: codes of another length, a range turned round, k below 1."""


class ProductIndex(Protocol):
    """Binary codes of products with their places in the taxonomy, searched by Hamming distance.

    A code is `bits // 8` bytes uint8, `bits` a multiple of 64 from 64 to 4096. A position is a category's
    depth-first rank in the taxonomy, so that a category with all below it is a half-open range; -1 stands
    for a product without a category, which only a search without a range finds.

    Invariants, for every engine; `tests/retrieval/test_conformance*.py` hold each against brute force:

    - A distance is the number of differing bits; smaller is nearer, 0 is an equal code.
    - Hits are exact: no product in the range that is left out is nearer than one that is given.
    - Hits are ordered by distance, then by product id (as Python orders str, by code point); the same
      order decides which of equally distant products make the first k.
    - There are fewer hits than k only where fewer products are in the range.
    - A product is in the index once: `upsert` replaces its code and position, and the last of two rows
      with one id in a call wins. Deleting an id that is not there does nothing.
    - A write that returned is seen by every search that starts after it. A search sees each write call
      as a whole or not at all.
    - Searches may run in any number of threads, during writes too, and do not wait for them.

    `seq` is the number in the catalog's change log up to which the index has followed it; 0 at first.
    Whoever applies the changes sets it; the index only keeps it.
    """

    @property
    def bits(self) -> int:
        """Length of a code in bits."""
        ...

    seq: int

    def __len__(self) -> int:
        """Number of products."""
        ...

    def upsert(self, ids: Sequence[str], codes: NDArray[np.uint8], positions: NDArray[np.int64]) -> None:
        """Put in n products: n ids, codes (n, bits // 8), positions (n,), -1 for none.

        Raises `RetrievalError` where these do not fit together; nothing has changed then.
        """
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Take products out."""
        ...

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """Find the `k` nearest products of each of q codes (q, bits // 8).

        `ranges` has one entry per code: a half-open range of positions [first, end) with 0 <= first <= end,
        or None for all products. Raises `RetrievalError` for other arguments.
        """
        ...
