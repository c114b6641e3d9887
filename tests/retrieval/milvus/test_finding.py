"""Exact answers from a server that gives equals in any order, and no more than so many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shopthelook.retrieval import RetrievalError
from shopthelook.retrieval.milvus.expressions import Expression
from shopthelook.retrieval.milvus.finding import MOST, Row, Wanted, find


class Rows:
    """Rows with given distances; of equally distant ones it gives any, as Milvus may."""

    def __init__(self, distances: Sequence[int], spreads: Sequence[int], seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.distances = np.array(distances)
        self.spreads = np.array(spreads)
        self.asked = 0

    def ask(self, codes: Sequence[bytes], more: Expression | None, limit: int) -> list[list[Row]]:
        assert limit <= MOST
        self.asked += 1
        allowed = np.ones(len(self.distances), bool)
        if more is not None:
            words = more.text.strip("()").split()
            assert words[:2] == ["spread", ">="]
            assert words[4:6] == ["spread", "<"] or words[3:6] == ["and", "spread", "<"]
            allowed = (self.spreads >= int(words[2])) & (self.spreads < int(words[-1]))
        rows = self.rng.permutation(np.flatnonzero(allowed))
        rows = rows[np.argsort(self.distances[rows], kind="stable")][:limit]
        return [[Row(int(self.distances[i]), f"p{i:06}", 1, "") for i in rows] for _ in codes]

    def best(self, k: int) -> list[tuple[int, str]]:
        return sorted((int(d), f"p{i:06}") for i, d in enumerate(self.distances))[:k]


@pytest.mark.parametrize("count", [0, 1, 50, 3000, 3 * MOST])
@pytest.mark.parametrize("spread", [1, 3, 40])
def test_ties_are_settled_by_id(count: int, spread: int) -> None:
    rng = np.random.default_rng(count + spread)
    rows = Rows(rng.integers(0, spread, count).tolist(), rng.integers(0, 2**31, count).tolist())
    for k in (1, 10, 500):
        (found,) = find(rows.ask, [b""], Wanted(k, None, None))
        assert found.best == rows.best(k)
        assert found.qualified in (None, count)


def test_one_request_is_enough_without_ties() -> None:
    rows = Rows(range(5000), range(5000))
    assert find(rows.ask, [b""], Wanted(10, None, None))[0].best == rows.best(10)
    assert rows.asked == 1


def test_rows_that_cannot_be_cut_are_told() -> None:
    rows = Rows([3] * (MOST + 1), [7] * (MOST + 1))
    with pytest.raises(RetrievalError, match="equally near"):
        find(rows.ask, [b""], Wanted(1, None, None))


def test_a_product_in_both_slots_is_the_newer_one() -> None:
    def ask(codes: Sequence[bytes], more: Expression | None, limit: int) -> list[list[Row]]:
        return [[Row(1, "a", 5, ""), Row(2, "b", 5, ""), Row(9, "a", 6, "")]]

    assert find(ask, [b""], Wanted(2, None, None))[0].best == [(2, "b"), (9, "a")]
