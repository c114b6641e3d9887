"""Which cell answers for which object, beside slow loops."""

import torch
from torchvision.ops import box_iou

from shopthelook.detection.training.onestage.assign import IOU_POWER, PER_OBJECT, SCORE_POWER, assign
from shopthelook.detection.training.onestage.boxes import cells


def world(seed: int) -> tuple[torch.Tensor, ...]:
    made = torch.Generator().manual_seed(seed)
    centres, strides = cells([torch.zeros(1, 1, 16 // 2**i, 24 // 2**i) for i in range(4)])
    scores = torch.rand(len(centres), 5, generator=made)
    around = (torch.rand(len(centres), 4, generator=made) * 4 + 0.5) * strides
    predicted = torch.cat([centres - around[:, :2], centres + around[:, 2:]], dim=1)
    corners = torch.rand(6, 2, generator=made) * 100
    boxes = torch.cat([corners, corners + 8 + torch.rand(6, 2, generator=made) * 60], dim=1)
    return scores, predicted, centres, strides, boxes, torch.randint(0, 5, (6,), generator=made)


def slowly(scores, predicted, centres, strides, boxes, labels) -> dict[int, tuple[int, float]]:
    """Cell -> (object, quality), one at a time."""
    iou = box_iou(boxes, predicted)
    wants: list[list[int]] = []
    metric = torch.zeros(len(boxes), len(centres))
    for i, box in enumerate(boxes):
        for j, (x, y) in enumerate(centres):
            half = [max(float(box[2 + k] - box[k]), float(strides[j])) / 2 for k in (0, 1)]
            middle = [(float(box[k]) + float(box[2 + k])) / 2 for k in (0, 1)]
            if abs(float(x) - middle[0]) <= half[0] and abs(float(y) - middle[1]) <= half[1]:
                metric[i, j] = scores[j, labels[i]] ** SCORE_POWER * iou[i, j] ** IOU_POWER
        wants.append(metric[i].argsort(descending=True)[:PER_OBJECT].tolist())
    given = {}
    for j in range(len(centres)):
        who = [i for i in range(len(boxes)) if j in wants[i] and metric[i, j] > 0]
        if who:
            given[j] = max(who, key=lambda i: float(iou[i, j]))
    out = {}
    for j, i in given.items():
        mine = [k for k, owner in given.items() if owner == i]
        best = max(float(metric[i, k]) for k in mine)
        out[j] = (i, float(metric[i, j]) / best * max(float(iou[i, k]) for k in mine))
    return out


def test_it_gives_what_slow_loops_give() -> None:
    for seed in range(5):
        given = world(seed)
        found = assign(*given)
        expected = slowly(*given)
        assert sorted(found.cells.tolist()) == sorted(expected)
        for cell, thing, quality in zip(
            found.cells.tolist(), found.objects.tolist(), found.quality.tolist(), strict=True
        ):
            assert thing == expected[cell][0]
            assert abs(quality - expected[cell][1]) < 1e-5


def test_a_thing_thinner_than_a_cell_still_has_one() -> None:
    scores, predicted, centres, strides, _, _ = world(0)
    belt = torch.tensor([[40.0, 49.0, 90.0, 51.0]])  # between two rows of cells
    predicted = torch.cat([centres - strides, centres + strides], dim=1)
    found = assign(scores, predicted, centres, strides, belt, torch.tensor([1]))
    assert len(found.cells) >= 4
    assert (found.quality > 0).all()


def test_a_picture_without_objects_asks_for_nothing() -> None:
    scores, predicted, centres, strides, _, _ = world(0)
    found = assign(scores, predicted, centres, strides, torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))
    assert len(found.cells) == len(found.objects) == len(found.quality) == 0
