"""How far figures would move with other pictures: the bootstrap over pictures, without matching again.

A replicate draws n of the n pictures with replacement, so it is a weight for each picture. Matches do not depend on
the weights; average precision follows from cumulated weights of the matches that there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.detection.precision import RECALLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.matching import LabelMatches

_CELLS = 4_000_000  # replicates x predictions that are held at once


def replicate_precision(matches: LabelMatches, weights: NDArray[np.int64]) -> NDArray[np.float64]:
    """Average precision of one label for each row of ``weights`` and each IoU of the matches: ``(rows, IoUs)``.

    It is what COCO gives on the pictures repeated by their weights; NaN in a row without a true box.
    """
    rows, found = len(weights), len(matches.picture)
    totals = weights @ matches.true
    precision = np.full((rows, len(matches.hit)), np.nan)
    needed = _needed(totals)
    step = max(1, _CELLS // max(found, 1))
    for start in range(0, rows, step):
        part = slice(start, start + step)
        drawn = weights[part][:, matches.picture]
        seen = np.cumsum(drawn, axis=1)
        for i, hit in enumerate(matches.hit):
            columns = np.flatnonzero(hit)
            precision[part, i] = _average(drawn[:, columns], seen[:, columns], needed[part])
    precision[totals == 0] = np.nan
    return precision


def _average(
    drawn: NDArray[np.int64], seen: NDArray[np.int64], needed: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean precision at the recalls: ``drawn`` and ``seen`` (rows, hits), ``needed`` (rows, 101) hits."""
    rows, hits = drawn.shape
    if hits == 0:
        return np.zeros(rows)
    right = np.cumsum(drawn, axis=1)
    at = right / np.maximum(seen, 1)
    # The best precision at this recall or a higher one; it only ever changes at a hit.
    best = np.maximum.accumulate(at[:, ::-1], axis=1)[:, ::-1]
    # One search for all rows: each is moved above the one before.
    above = np.arange(rows)[:, None] * (max(int(right.max()), int(needed.max())) + 1)
    place = np.searchsorted((right + above).ravel(), (needed + above).ravel()).reshape(needed.shape)
    place -= np.arange(rows)[:, None] * hits
    reached = place < hits
    return np.asarray(np.where(reached, np.take_along_axis(best, place * reached, axis=1), 0.0).mean(axis=1))


def _needed(totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """``(rows, 101)``: the least hits of ``totals`` true boxes with which each recall is reached."""
    table = {
        int(total): np.searchsorted(np.arange(total + 1) / max(total, 1), RECALLS)
        for total in np.unique(totals)
    }
    return np.stack([table[int(total)] for total in totals])


def replicate_counts(matches: Sequence[LabelMatches], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """``(labels, rows, 3)``: hits at the first IoU, predictions and true boxes of each label in each replicate."""
    counts = [np.stack(one.counts(weights.shape[1])) for one in matches]  # (3, pictures) each
    return (
        np.stack([weights @ one.T for one in counts]) if counts else np.zeros((0, len(weights), 3), np.int64)
    )
