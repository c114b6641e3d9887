"""Whether one embedder is better than another on the same queries, or was only luckier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.evaluation.embedding.scores import Draws
    from shopthelook.evaluation.intervals import Interval

ROUNDS = 10_000
_CHUNK = 2_000_000  # signs that are held at once
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Gain:
    """By how much a figure is better than another's on the same queries.

    ``p`` is that of `permutation_test`; ``won`` and ``lost`` count the queries that only the new one, and only the old
    one, answers better.
    """

    difference: Interval
    p: float
    won: int
    lost: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**self.difference.as_dict(), "p": round(self.p, 5), "won": self.won, "lost": self.lost}


def compare(new: NDArray[np.float64], old: NDArray[np.float64], draws: Draws) -> Gain:
    """The gain of scores ``new`` (n,) over ``old`` (n,) of the same queries, its interval by the paired bootstrap."""
    return Gain(
        draws.interval(new - old),
        permutation_test(new - old, draws.groups),
        int((new > old).sum()),
        int((new < old).sum()),
    )


def permutation_test(
    differences: NDArray[np.float64], groups: NDArray[np.int64], rounds: int = ROUNDS, seed: int = 0
) -> float:
    """The two-sided p-value of the paired randomisation test (Fisher 1935; for rankings Smucker et al., CIKM 2007).

    Were the two models alike, which of them gave which score would be chance: the signs of the ``differences`` (n,) are
    drawn anew, one for all queries of a group (n,), and p is the share of draws whose sum is as far from 0 as the one
    that was seen. For right and wrong answers without groups it is McNemar's exact test, up to the draws. Never 0: the
    observed signs count as a draw.
    """
    sums = np.bincount(groups, differences) if len(groups) else np.zeros(0)
    sums = sums[np.abs(sums) > _NOISE]
    if not len(sums):
        return 1.0
    seen = abs(float(sums.sum())) - _NOISE
    rng = np.random.default_rng(seed)
    as_far = 0
    step = max(1, _CHUNK // len(sums))
    for start in range(0, rounds, step):
        signs = rng.integers(0, 2, (min(step, rounds - start), len(sums)), np.int8) * 2 - 1
        as_far += int((np.abs(signs @ sums) >= seen).sum())
    return (1 + as_far) / (1 + rounds)
