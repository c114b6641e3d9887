"""What each kind of index does to hits of the wrong category, on labelled objects and products (section 6.1.1)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.kinds import make_kind
from shopthelook.retrieval.protocol import ProductIndex, Query, RetrievalError

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Half-open ranges of positions, none of which overlap."""

UNRESTRICTED = "nothing"
"""The restriction that is none."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledProducts:
    """n products to search.

    ids: n; codes: (n, bits // 8) uint8; positions: (n,) int64, -1 for none, as in `ProductIndex`; labels: (n,)
    int64, what each is, -1 where that is not known. `RetrievalError` where these do not fit together.
    """

    ids: Sequence[str]
    codes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not len(self.ids) == len(self.codes) == len(self.positions) == len(self.labels):
            raise RetrievalError(
                f"there must be one code, position and label per product: {len(self.ids)} ids, "
                f"{len(self.codes)} codes, {len(self.positions)} positions, {len(self.labels)} labels"
            )


@dataclass(frozen=True, slots=True, eq=False)
class LabelledQueries:
    """q objects to find products for.

    codes: (q, bits // 8) uint8; labels: (q,) int64, what each is; products: q ids of the product that it shows,
    None where that is not known; restrictions: by name, where each object is searched, None for an object that
    is not asked about under this restriction (a detector did not find it). `RetrievalError` where these do not
    fit together.
    """

    codes: NDArray[np.uint8]
    labels: NDArray[np.int64]
    products: Sequence[str | None]
    restrictions: Mapping[str, Sequence[Spans | None]]

    def __post_init__(self) -> None:
        count = len(self.codes)
        for name, given in {"labels": self.labels, "products": self.products, **self.restrictions}.items():
            if len(given) != count:
                raise RetrievalError(f"there are {count} queries and {len(given)} entries of {name!r}")


@dataclass(slots=True)
class Tally:
    """What the queries of one label got: hits in all, and those of the query's own label."""

    queries: int = 0
    hits: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        """The share of right hits; None where there are no hits."""
        return self.right / self.hits if self.hits else None


@dataclass(slots=True)
class KindFigures:
    """What one kind of index gave under one restriction.

    starved: queries that got fewer than k hits although more of what they are restricted to is there; known:
    queries whose product is known and in the index, first and found those that have it as the first hit and
    among the k; seconds: what all queries took, one a call; by_label: the hits of each label's queries.
    """

    kind: str
    restriction: str
    k: int
    starved: int = 0
    known: int = 0
    first: int = 0
    found: int = 0
    seconds: float = 0.0
    by_label: dict[int, Tally] = field(default_factory=dict)

    @property
    def queries(self) -> int:
        """Number of queries."""
        return sum(tally.queries for tally in self.by_label.values())

    @property
    def hits(self) -> int:
        """Number of hits of all queries."""
        return sum(tally.hits for tally in self.by_label.values())

    @property
    def wrong(self) -> float | None:
        """The share of hits whose label is not the query's; None where there are no hits."""
        right = sum(tally.right for tally in self.by_label.values())
        return 1 - right / self.hits if self.hits else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: shares from 0 to 1, None where there is nothing to take a share of."""
        return {
            "kind": self.kind,
            "restricted_to": self.restriction,
            "queries": self.queries,
            "wrong_category": self.wrong,
            "hits_per_query": _share(self.hits, self.queries),
            "starved": _share(self.starved, self.queries),
            "with_known_product": self.known,
            "hit_at_1": _share(self.first, self.known),
            "hit_at_k": _share(self.found, self.known),
            "queries_per_second": _share(self.queries, self.seconds),
        }


def compare(
    products: LabelledProducts, queries: LabelledQueries, kinds: Sequence[str], k: int
) -> Iterator[KindFigures]:
    """Fill an index of each kind with the products, and ask it about the queries under each restriction.

    The kinds `flat` and `tree` are asked without a restriction, `flat` once more about only those queries that a
    restriction asks about where these are not all, to be compared with the others on the same objects. All but
    `flat`, which knows no restriction, are asked under each. Under one of several ranges, the nearest of all of
    them count.

    Raises:
        RetrievalError: a kind is unknown or its library is not installed, codes are malformed, k is below 1.
    """
    bits = 8 * products.codes.shape[1]
    everything = range(len(queries.codes))
    for kind in kinds:
        index = make_kind(kind, bits)
        index.upsert(products.ids, products.codes, products.positions)
        setting = _Setting(index, products, queries, k)
        if kind in ("flat", "tree"):
            yield _measured(setting, KindFigures(kind, UNRESTRICTED, k), dict.fromkeys(everything))
        for name, spans in queries.restrictions.items():
            asked = {number: within for number, within in enumerate(spans) if within is not None}
            if kind != "flat":
                yield _measured(setting, KindFigures(kind, name, k), asked)
            elif len(asked) < len(everything):
                figures = KindFigures(kind, f"{UNRESTRICTED} ({name}'s objects)", k)
                yield _measured(setting, figures, dict.fromkeys(asked))


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """A filled index and what it is asked."""

    index: ProductIndex
    products: LabelledProducts
    queries: LabelledQueries
    k: int


def _measured(setting: _Setting, figures: KindFigures, asked: Mapping[int, Spans | None]) -> KindFigures:
    """Ask about queries, by number, within these ranges, None for all products."""
    index, products, queries, k = setting.index, setting.products, setting.queries, setting.k
    label_of = dict(zip(products.ids, products.labels.tolist(), strict=True))
    for number in list(asked)[:1]:
        # The first search of a process compiles loops or builds tables, which is none of its own.
        _nearest(index, queries.codes[number], None, k)
    for number, within in asked.items():
        label, product = int(queries.labels[number]), queries.products[number]
        start = time.perf_counter()
        ids = _nearest(index, queries.codes[number], within, k)
        figures.seconds += time.perf_counter() - start
        tally = figures.by_label.setdefault(label, Tally())
        tally.queries += 1
        tally.hits += len(ids)
        tally.right += sum(label_of[found] == label for found in ids)
        there = len(products.ids) if within is None else _count(products.positions, within)
        figures.starved += len(ids) < min(k, there)
        if product in label_of:
            figures.known += 1
            figures.first += ids[:1] == [product]
            figures.found += product in ids
    return figures


def _nearest(index: ProductIndex, code: NDArray[np.uint8], within: Spans | None, k: int) -> list[str]:
    """Ids of the k nearest in all of the ranges together, None for all products."""
    spans: Sequence[tuple[int, int] | None] = (None,) if within is None else within
    parts = index.query([Query(code, span) for span in spans], k)
    if len(parts) == 1:
        return list(parts[0].ids)
    pairs = ((int(d), key) for part in parts for d, key in zip(part.distances, part.ids, strict=True))
    return [key for _, key in sorted(pairs)[:k]]


def _count(positions: NDArray[np.int64], spans: Spans) -> int:
    return sum(int(((positions >= first) & (positions < end)).sum()) for first, end in spans)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
