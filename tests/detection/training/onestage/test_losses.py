"""Losses on partly labelled data."""

import pytest
import torch

from shopthelook.detection.training.onestage.boxes import N_BINS, cells
from shopthelook.detection.training.onestage.losses import losses, varifocal

LABELS = 4


def world() -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    centres, strides = cells([torch.zeros(1, 1, 8 // 2**i, 8 // 2**i) for i in range(4)])
    kinds = torch.randn(2, len(centres), LABELS, requires_grad=True)
    sides = torch.randn(2, len(centres), 4 * N_BINS, requires_grad=True)
    return kinds, sides, centres, strides


BOXES = [torch.tensor([[8.0, 8.0, 40.0, 44.0]]), torch.zeros(0, 4)]
KINDS = [torch.tensor([2]), torch.zeros(0, dtype=torch.int64)]


def test_a_kind_that_is_not_labelled_is_no_background() -> None:
    kinds, sides, centres, strides = world()
    known = torch.tensor([[True, False, True, True], [False, True, True, True]])
    sum(losses(kinds, sides, centres, strides, BOXES, KINDS, known).values()).backward()
    assert kinds.grad is not None
    silent = kinds.grad.abs().sum(dim=1) == 0  # (pictures, labels)
    assert silent.tolist() == (~known).tolist()


def test_an_object_counts_even_where_its_kind_is_not_labelled_throughout() -> None:
    kinds, sides, centres, strides = world()
    known = torch.ones(2, LABELS, dtype=torch.bool)
    known[0, 2] = False
    sum(losses(kinds, sides, centres, strides, BOXES, KINDS, known).values()).backward()
    assert kinds.grad is not None
    touched = kinds.grad[0, :, 2] != 0
    assert 0 < int(touched.sum()) < len(centres) / 2


def test_boxes_learn_from_objects_only() -> None:
    kinds, sides, centres, strides = world()
    sum(losses(kinds, sides, centres, strides, BOXES, KINDS).values()).backward()
    assert sides.grad is not None
    assert sides.grad[0].abs().sum() > 0
    assert sides.grad[1].abs().sum() == 0


def test_a_batch_without_objects_has_finite_losses() -> None:
    kinds, sides, centres, strides = world()
    found = losses(kinds, sides, centres, strides, BOXES[1:] * 2, KINDS[1:] * 2)
    assert all(bool(torch.isfinite(value)) for value in found.values())
    assert float(found["loss_box"]) == float(found["loss_distribution"]) == 0
    sum(found.values()).backward()


@pytest.mark.parametrize(("wanted", "least_at"), [(0.0, -6.0), (0.8, 1.386)])
def test_a_score_is_drawn_to_the_quality_that_is_wanted(wanted: float, least_at: float) -> None:
    logits = torch.linspace(-6, 6, 1201)
    loss = varifocal(logits, torch.full_like(logits, wanted))
    assert float(logits[loss.argmin()]) == pytest.approx(least_at, abs=0.02)
