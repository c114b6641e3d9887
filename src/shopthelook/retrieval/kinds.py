"""Earlier generations of the index, to be compared with the present one (section 6.1.1).

`flat` looks at all products whatever the category; `tree` too, approximately, and holds the category against what it
found; `category` looks at the products of the category, exactly; `tokens` finds candidates by tokens where a search is
wide. None of them is what a shop should use for its own sake; `shopthelook eval kinds` compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.engine import embedded_engine
from shopthelook.retrieval.hits import Hits
from shopthelook.retrieval.protocol import Attributes, ProductIndex, Query, RetrievalError

TOKENS_RECALL = 0.95
"""Share of the nearest that the kind `tokens` aims at."""


def _embedded(bits: int, recall: float = 1.0) -> ProductIndex:
    return embedded_engine()(bits, recall=recall)


def _tree(bits: int) -> ProductIndex:
    from shopthelook.retrieval.tree import TreeIndex

    return TreeIndex(bits)


class FlatIndex:
    """A `ProductIndex` that takes no notice of a query's range: the nearest of all categories."""

    def __init__(self, bits: int) -> None:
        self._all = _embedded(bits)

    @property
    def bits(self) -> int:
        """Length of a code in bits."""
        return self._all.bits

    @property
    def seq(self) -> int:
        """The change up to which the index has followed."""
        return self._all.seq

    @seq.setter
    def seq(self, number: int) -> None:
        self._all.seq = number

    def __len__(self) -> int:
        return len(self._all)

    def upsert(
        self,
        ids: Sequence[str],
        codes: NDArray[np.uint8],
        positions: NDArray[np.int64],
        attributes: Sequence[Attributes] | None = None,
    ) -> None:
        """Put in or replace products."""
        self._all.upsert(ids, codes, positions, attributes)

    def delete(self, ids: Sequence[str]) -> None:
        """Take products out."""
        self._all.delete(ids)

    def search(
        self, codes: NDArray[np.uint8], k: int, ranges: Sequence[tuple[int, int] | None]
    ) -> list[Hits]:
        """The nearest of all products, whatever the ranges say."""
        if len(ranges) != len(codes):
            raise RetrievalError(
                f"there must be one range per code: {len(codes)} codes, {len(ranges)} ranges"
            )
        return self._all.search(codes, k, [None] * len(codes))

    def query(self, queries: Sequence[Query], k: int) -> list[Hits]:
        """The nearest of all products that the filters allow, whatever the ranges say."""
        return self._all.query([replace(query, range=None) for query in queries], k)


KINDS: dict[str, Callable[[int], ProductIndex]] = {
    "flat": FlatIndex,
    "tree": _tree,
    "category": _embedded,
    "tokens": lambda bits: _embedded(bits, TOKENS_RECALL),
}
"""Makes an empty index of a number of bits, by the kind's name."""


def make_kind(kind: str, bits: int) -> ProductIndex:
    """An empty index of a kind.

    Raises:
        RetrievalError: there is no such kind, or a library that it needs is not installed.
    """
    if kind not in KINDS:
        raise RetrievalError(f"no kind of index {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](bits)
