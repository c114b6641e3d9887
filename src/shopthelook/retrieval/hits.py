"""The answer to one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Plan(NamedTuple):
    """How an engine found its hits.

    name: the way it took, such as "scan" or "tokens"; rows_qualified: products that range and filter leave;
    rows_compared: codes compared with the query's; tokens_matched: products that share a token with the
    query, 0 where tokens took no part. The first two are None where the engine was not told.
    """

    name: str
    rows_qualified: int | None
    rows_compared: int | None
    tokens_matched: int = 0


@dataclass(slots=True, eq=False)
class Hits:
    """Products found, nearest first; equal distances in the order of the ids.

    ids: n product ids; distances: (n,) int32, bits that differ from the query; plan: how they were found.
    """

    ids: tuple[str, ...]
    distances: NDArray[np.int32]
    plan: Plan | None = None

    def __len__(self) -> int:
        return len(self.ids)
