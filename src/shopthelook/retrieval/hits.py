"""The answer to one query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Products found, nearest first; equal distances in the order of the ids.

    ids: n product ids; distances: (n,) int32, bits that differ from the query.
    """

    ids: tuple[str, ...]
    distances: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)
