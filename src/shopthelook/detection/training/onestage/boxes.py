"""Cells, their centres, and boxes as distances from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from shopthelook.detection.training.onestage.network import STRIDES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

LOWEST, HIGHEST = -1, 8
"""A side lies this many strides from its cell's centre; below 0 where the centre is outside of a thin box."""
N_BINS = HIGHEST - LOWEST + 1


def cells(maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Centres ``(cells, 2)`` in pixels (x, y) and strides ``(cells, 1)`` of the cells of all maps."""
    centres, strides = [], []
    for x, stride in zip(maps, STRIDES, strict=True):
        # cumsum of ones, and not arange: it exports with free sizes without arithmetic on shapes.
        ones = torch.ones_like(x[0, :1], dtype=torch.float32)
        xs, ys = ones.cumsum(dim=2) - 0.5, ones.cumsum(dim=1) - 0.5
        centres.append(torch.cat([xs, ys]).flatten(1).T * stride)
        strides.append(ones.flatten(1).T * stride)
    return torch.cat(centres), torch.cat(strides)


def decode(sides: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """Logits of side distances ``(n, cells, 4 * bins)`` -> boxes ``(n, cells, 4)`` xyxy in pixels."""
    bins = sides.new_tensor(range(LOWEST, HIGHEST + 1))
    odds = sides.reshape(*sides.shape[:2], 4, N_BINS).softmax(dim=3)
    distances = (odds * bins).sum(dim=3) * strides  # left, top, right, bottom
    return torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], dim=2)


def distances(boxes: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """Boxes ``(m, 4)`` of as many cells -> distances ``(m, 4)`` in strides, within the bins' range."""
    sides = torch.cat([centres - boxes[:, :2], boxes[:, 2:] - centres], dim=1) / strides
    return sides.clamp(LOWEST, HIGHEST - 0.01)


def distribution_loss(sides: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy with the two bins around each distance (Li et al., NeurIPS 2020, eq. 6), mean of four.

    sides: ``(m, 4 * bins)`` logits; wanted: ``(m, 4)`` as `distances` gives. Returns ``(m,)``.
    """
    place = wanted - LOWEST
    low = place.floor().long()
    share = place - low
    odds = functional.log_softmax(sides.reshape(-1, 4, N_BINS), dim=2)
    below = odds.gather(2, low[..., None])[..., 0]
    above = odds.gather(2, low[..., None] + 1)[..., 0]
    return -(below * (1 - share) + above * share).mean(dim=1)
