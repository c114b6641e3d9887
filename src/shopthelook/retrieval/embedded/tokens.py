"""Tokens of codes: rows that share one with the query are compared, others are not (section 6.1.2).

The paper's tokens are bits sampled from a code. Here a token is the nearest of some thousand codes that were
learned from the index itself, by k-means with the majority of each bit as the mean: neighbours share such a token far
more often than a sample of their bits, and one list per row does the work of many hash tables. A query
has the tokens of its nearest learned codes; how many is chosen by the recall asked for, from how far down
that order the true neighbours of a sample were found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.found import Found
from shopthelook.retrieval.embedded.inverted import RowList
from shopthelook.retrieval.embedded.kernels import all_distances, scan_span
from shopthelook.retrieval.embedded.wording import count_ones, nearest_token

FROM = 50_000
"""Rows of a segment from which on tokens beat a scan of all."""

_TURNS = 8
_LEARN_FROM = 32  # rows for each token
_SAMPLE = 200
_NEIGHBOURS = 10
# A shopper's crop is not a product's photo: the sample's codes are changed by so many of their bits.
_CHANGED = 1 / 16


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tokens of a segment's rows.

    learned: (t * words,) uint64; bounds: (t + 1,) int64 and rows: (n,) uint32, the rows of token i ascending
    in rows[bounds[i]:bounds[i + 1]]; ranks: (m,) int64 ascending, for neighbours of a sample where in the
    order of the query's tokens theirs was.
    """

    learned: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    rows: RowList
    ranks: NDArray[np.int64]

    def of_query(self, code: NDArray[np.uint64], recall: float) -> NDArray[np.int64]:
        """The tokens of a query (words,), as many as find that share of its neighbours; nearest first."""
        count = self._needed(recall)
        distances = np.empty(len(self.bounds) - 1, np.int32)
        all_distances(self.learned, len(code), code, distances)
        if count >= len(distances):
            return np.argsort(distances, kind="stable").astype(np.int64)
        return np.argpartition(distances, count)[:count].astype(np.int64)

    def _needed(self, recall: float) -> int:
        at = min(len(self.ranks) - 1, math.ceil(recall * len(self.ranks)) - 1)
        return int(self.ranks[at]) + 1


def learned(codes: NDArray[np.uint64], words: int, seed: int = 0) -> Tokens:
    """Learn tokens from the codes (n * words,) of a segment and give each row one."""
    count = len(codes) // words
    rng = np.random.default_rng(seed)
    by_row = codes.reshape(count, words)
    tokens = _means(by_row, words, max(1, 4 * math.isqrt(count)), rng)
    token_of = np.empty(count, np.uint32)
    nearest_token(codes, words, tokens, 0, count, token_of)
    rows = np.argsort(token_of, kind="stable").astype(np.uint32)
    bounds = np.zeros(len(tokens) // words + 1, np.int64)
    np.cumsum(np.bincount(token_of, minlength=len(bounds) - 1), out=bounds[1:])
    return Tokens(tokens, bounds, rows, _ranks(codes, words, tokens, token_of, rng))


def _means(
    by_row: NDArray[np.uint64], words: int, count: int, rng: np.random.Generator
) -> NDArray[np.uint64]:
    """k-means: the mean of a group has each bit that more than half of the group has."""
    some = rng.choice(len(by_row), min(len(by_row), count * _LEARN_FROM), replace=False)
    sample = np.ascontiguousarray(by_row[np.sort(some)])
    tokens = np.ascontiguousarray(sample[rng.choice(len(sample), count, replace=False)])
    token_of = np.empty(len(sample), np.uint32)
    for _ in range(_TURNS):
        nearest_token(sample.reshape(-1), words, tokens.reshape(-1), 0, len(sample), token_of)
        ones, sizes = np.zeros((count, words * 64), np.int64), np.zeros(count, np.int64)
        count_ones(sample.reshape(-1), words, token_of, ones, sizes)
        majority = np.packbits(2 * ones > sizes[:, None], axis=1, bitorder="little").view(np.uint64)
        # A token that no row has starts anew from some row.
        majority[sizes == 0] = sample[rng.integers(0, len(sample), int((sizes == 0).sum()))]
        tokens = np.ascontiguousarray(majority)
    return tokens.reshape(-1)


def _ranks(
    codes: NDArray[np.uint64],
    words: int,
    tokens: NDArray[np.uint64],
    token_of: NDArray[np.uint32],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """For the nearest rows of some queries, where in the order of the query's tokens theirs is; ascending."""
    count = len(token_of)
    ranks = []
    distances = np.empty(len(tokens) // words, np.int32)
    no_rows = np.zeros(0, np.uint32)
    for row in rng.integers(0, count, _SAMPLE).tolist():
        query = codes[row * words : (row + 1) * words].copy()
        changed = np.packbits(rng.random(words * 64) < _CHANGED, bitorder="little").view(np.uint64)
        query ^= changed
        found = Found(query, words, _NEIGHBOURS, [words * 64])
        found.scan(scan_span, codes, 0, 0, count, no_rows)
        all_distances(tokens, words, query, distances)
        order = np.argsort(distances, kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        ranks.append(place[token_of[found.rows()[0][0]]])
    return np.sort(np.concatenate(ranks))
