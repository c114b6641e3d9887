"""Which cell answers for which object: task-aligned assignment (TOOD, Feng et al., ICCV 2021, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torchvision.ops import box_iou

if TYPE_CHECKING:
    from torch import Tensor

PER_OBJECT = 10  # cells that answer for an object
SCORE_POWER, IOU_POWER = 0.5, 6.0  # of the alignment metric


@dataclass(frozen=True, slots=True)
class Assignment:
    """The cells of one picture that answer for an object: ``cells`` and ``objects`` ``(k,)`` int64 indices of both.

    ``quality`` ``(k,)``: the score that the object's label should have there, 0..1.
    """

    cells: Tensor
    objects: Tensor
    quality: Tensor


@torch.no_grad()
def assign(
    scores: Tensor, predicted: Tensor, centres: Tensor, strides: Tensor, boxes: Tensor, labels: Tensor
) -> Assignment:
    """Give every object of a picture the cells that predict it best already.

    Args:
        scores: ``(cells, labels)``, 0..1.
        predicted: ``(cells, 4)`` xyxy in pixels.
        centres, strides: of the cells, ``(cells, 2)`` and ``(cells, 1)`` in pixels.
        boxes, labels: ``(m, 4)`` and ``(m,)`` of the objects, labels from 0.
    """
    if not len(boxes):
        return Assignment(labels, labels, scores.new_zeros(0))
    # A cell's centre lies in the object; of a thing thinner than a cell, the cell nearest to its middle may do.
    middle = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
    half = torch.maximum((boxes[:, None, 2:] - boxes[:, None, :2]) / 2, strides / 2)
    inside = ((centres - middle).abs() <= half).all(dim=2)  # (m, cells)
    iou = box_iou(boxes, predicted) * inside
    metric = scores[:, labels].T ** SCORE_POWER * iou**IOU_POWER
    best = metric.topk(min(PER_OBJECT, metric.shape[1]), dim=1).indices
    chosen = torch.zeros_like(inside).scatter_(1, best, True) & inside & (metric > 0)
    # A cell that several objects want goes to the one that it overlaps most.
    chosen &= torch.zeros_like(inside).scatter_(0, torch.where(chosen, iou, -1.0).argmax(dim=0)[None], True)
    metric, iou = metric * chosen, iou * chosen
    share = metric / metric.amax(dim=1, keepdim=True).clamp(min=1e-12)
    quality = share * iou.amax(dim=1, keepdim=True)
    objects, cells = chosen.nonzero(as_tuple=True)
    return Assignment(cells, objects, quality[objects, cells])
