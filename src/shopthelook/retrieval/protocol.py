"""What every product index can do, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopthelook.errors import ShopError
from shopthelook.retrieval.hits import Hits
from shopthelook.retrieval.query.ast import Filter

Attributes: TypeAlias = Mapping[str, Sequence[str | float]]
"""What filters look at in one product: the values of each field, texts and numbers."""

CATEGORY = "category"
"""The field of a filter that holds a row's position, where it has one."""


class RetrievalError(ShopError, ValueError):
    """Arguments that an index cannot take: codes of another length, a range turned round, k below 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n products as an index takes them in.

    ids: n; codes: (n, bits // 8) uint8; positions: (n,) int64, -1 for none; attributes: n, or None where no
    product has any.
    """

    ids: Sequence[str]
    codes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    attributes: Sequence[Attributes] | None = None


# Not frozen: that would make the making of one a good part of a quick search.
@dataclass(slots=True, eq=False)
class Query:
    """One question to an index.

    code: (bits // 8,) uint8; range: half-open range of positions [first, end), None for all products; where:
    what a product's attributes must fulfil; max_distance: the most bits that a hit may differ in; counted: whether
    the plan must say how many products qualify, which may take a look at all of them.
    """

    code: NDArray[np.uint8]
    range: tuple[int, int] | None = None
    where: Filter | None = None
    max_distance: int | None = None
    counted: bool = False


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
    - There are fewer hits than k only where fewer products are in the range and fulfil filter and distance.
    - A filter means what `retrieval.query.matches` says of a product's attributes, to which its position is
      added as the number `category`, unless it is -1.
    - A product is in the index once: `upsert` replaces its code, position and attributes, and the last of
      two rows with one id in a call wins. Deleting an id that is not there does nothing.
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

    def upsert(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        """Put in n products: n ids, codes (n, bits // 8), positions (n,), -1 for none, and n attributes.

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

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """Find the `k` nearest products that each query allows.

        Raises `RetrievalError` where a query's code, range or distance is none of this index.
        """
        ...
