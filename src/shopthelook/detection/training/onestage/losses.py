"""Losses of dense predictions on partly labelled data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional
from torchvision.ops import complete_box_iou_loss

from shopthelook.detection.training.onestage.assign import assign
from shopthelook.detection.training.onestage.boxes import decode, distances, distribution_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

FOCUS = 2.0  # power that quiets easy background
BACKGROUND = 0.75  # weight of background against objects
BOX, DISTRIBUTION = 2.0, 0.5  # weights of the box losses against that of the classes


def varifocal(logits: Tensor, wanted: Tensor) -> Tensor:
    """Loss of every score (Zhang et al., CVPR 2021, eq. 2): objects count by their wanted quality, background by
    how loud it is. Both of one shape, ``wanted`` 0 for background."""
    score = logits.detach().sigmoid()
    weight = torch.where(wanted > 0, wanted, BACKGROUND * score**FOCUS)
    return functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * weight


def losses(
    kinds: Tensor,
    sides: Tensor,
    centres: Tensor,
    strides: Tensor,
    boxes: Sequence[Tensor],
    labels: Sequence[Tensor],
    known: Tensor | None = None,
) -> dict[str, Tensor]:
    """Losses of a batch, each divided by the sum of the wanted qualities.

    Args:
        kinds, sides: logits ``(n, cells, labels)`` and ``(n, cells, 4 * bins)``, float32.
        centres, strides: of the cells.
        boxes, labels: of each picture ``(m, 4)`` xyxy in pixels and ``(m,)`` from 0.
        known: ``(n, labels)`` bool, the kinds of object that each picture's data set labels. A cell without an
            object is no background for the others: they give no loss there.
    """
    predicted = decode(sides, centres, strides)
    wanted = torch.zeros_like(kinds)
    fits, spreads = [], []
    total = kinds.new_zeros(())
    for i, (mine, label) in enumerate(zip(boxes, labels, strict=True)):
        if not len(mine):
            continue
        given = assign(kinds[i].detach().sigmoid(), predicted[i].detach(), centres, strides, mine, label)
        wanted[i, given.cells, label[given.objects]] = given.quality
        target = mine[given.objects]
        fits.append(complete_box_iou_loss(predicted[i, given.cells], target) * given.quality)
        aim = distances(target, centres[given.cells], strides[given.cells])
        spreads.append(distribution_loss(sides[i, given.cells], aim) * given.quality)
        total = total + given.quality.sum()
    each = varifocal(kinds, wanted)
    if known is not None:
        each = each * (known[:, None] | (wanted > 0))
    # A batch without objects still says what background is.
    norm = total.clamp(min=1.0)
    nothing = sides.sum() * 0.0
    return {
        "loss_kind": each.sum() / norm,
        "loss_box": BOX * (torch.cat(fits).sum() if fits else nothing) / norm,
        "loss_distribution": DISTRIBUTION * (torch.cat(spreads).sum() if spreads else nothing) / norm,
    }
