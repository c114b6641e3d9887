"""A figure with how far it would move on other pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPLICATES = 1000
SEED = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95% interval; all three are NaN where there is nothing to measure."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Interval:
        """From the figure on all pictures, first, and on the replicates; those that are NaN are left aside."""
        drawn = values[1:][np.isfinite(values[1:])]
        if not np.isfinite(values[0]):
            return cls(np.nan, np.nan, np.nan)
        if not len(drawn):
            return cls(float(values[0]), np.nan, np.nan)
        low, high = np.percentile(drawn, (2.5, 97.5))
        return cls(float(values[0]), float(low), float(high))

    @property
    def is_clear(self) -> bool:
        """Of a difference: whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    def as_dict(self) -> dict[str, float | None]:
        """For JSON; what cannot be measured is None."""
        return {
            name: round(value, 4) if np.isfinite(value) else None
            for name, value in (("value", self.value), ("low", self.low), ("high", self.high))
        }


def draw(n: int, replicates: int = REPLICATES, seed: int = SEED) -> NDArray[np.int64]:
    """Weights ``(1 + replicates, n)``: row 0 takes everything once, the others draw n of n with replacement.

    The same numbers give the same weights, which pairs the replicates of two models.
    """
    every = np.ones((1, n), np.int64)
    if n == 0:
        return np.repeat(every, 1 + replicates, axis=0)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), replicates)
    return np.concatenate([every, drawn.astype(np.int64)])
