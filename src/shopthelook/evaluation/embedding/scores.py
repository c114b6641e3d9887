"""Figures of searches: precision, recall and mean reciprocal rank, with intervals over the queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.embedding.searching import NEVER
from shopthelook.evaluation.intervals import REPLICATES, Interval, draw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shopthelook.evaluation.embedding.searching import Ranked

PRECISION_AT = (1, 5)
RECALL_AT = (5, 10)
FEW = 10
"""Groups of queries, below which draws say nothing about how a figure would move."""
NAMES: Mapping[str, str] = {
    "p@1": "P@1",
    "p@5": "P@5",
    "recall@5": "recall@5",
    "recall@10": "recall@10",
    "mrr": "MRR",
}
"""What each figure is called in reports."""


def score(ranked: Ranked) -> dict[str, NDArray[np.float64]]:
    """The figures of `NAMES` for each query, (n,) each, from 0 to 1.

    P@k is the share of right ones among the first k hits, of k or of all the right ones where there are fewer; recall@k
    whether one of the first k is right; MRR the mean of 1 / rank of the first right one, over the whole corpus.
    """
    found = ranked.first != NEVER
    scores = {
        f"p@{k}": ranked.right[:, :k].sum(axis=1) / np.maximum(np.minimum(k, ranked.rights), 1)
        for k in PRECISION_AT
    }
    scores |= {f"recall@{k}": (found & (ranked.first < k)).astype(np.float64) for k in RECALL_AT}
    scores["mrr"] = np.where(found, 1 / (np.maximum(ranked.first, 0) + 1), 0.0)
    return scores


class Draws:
    """Replicates of n queries that are drawn by group (cluster bootstrap: Davison and Hinkley 1997, section 3.8).

    Queries of one group (all colours of a model, all things of a photo) are right or wrong together: drawn one by one
    they would promise too narrow an interval. The same groups give the same draws, so figures of two models pair.
    """

    def __init__(self, groups: NDArray[np.int64], replicates: int = REPLICATES) -> None:
        """``groups`` (n,) int64 from 0."""
        self.groups = groups
        self.replicates = replicates
        self.count = int(groups.max()) + 1 if len(groups) else 0
        self._weights = draw(self.count, replicates)

    def mean(self, values: NDArray[np.float64], of: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """``(1 + replicates,)`` means of values (n,), of the queries ``of`` (n,) only; NaN where there is none."""
        chosen = np.ones(len(values), np.bool_) if of is None else of
        sums = np.bincount(self.groups[chosen], values[chosen], self.count)
        counts = np.bincount(self.groups[chosen], minlength=self.count)
        with np.errstate(invalid="ignore"):
            return np.asarray((self._weights @ sums) / (self._weights @ counts), np.float64)

    def interval(self, values: NDArray[np.float64], of: NDArray[np.bool_] | None = None) -> Interval:
        """The mean of values (n,) with its 95% interval, which has no ends where the queries are of few groups."""
        drawn = self.mean(values, of)
        groups = np.unique(self.groups if of is None else self.groups[of])
        return Interval.of(drawn if len(groups) >= FEW else drawn[:1])
