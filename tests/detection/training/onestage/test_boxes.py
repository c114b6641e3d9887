"""Boxes as distances from cells."""

import pytest
import torch

from shopthelook.detection.training.onestage.boxes import (
    LOWEST,
    N_BINS,
    cells,
    decode,
    distances,
    distribution_loss,
)


def test_cells_lie_in_the_middle_of_their_squares_row_by_row() -> None:
    centres, strides = cells([torch.zeros(1, 5, 4 // 2**i or 1, 8 // 2**i) for i in range(4)])
    assert len(centres) == 4 * 8 + 2 * 4 + 1 * 2 + 1 * 1
    assert centres[:2].tolist() == [[4.0, 4.0], [12.0, 4.0]]
    assert centres[8].tolist() == [4.0, 12.0]  # the second row of the finest map
    assert centres[32].tolist() == [8.0, 8.0]
    assert strides[[0, 32, 40, 42], 0].tolist() == [8, 16, 32, 64]


def test_a_box_that_is_encoded_decodes_to_itself() -> None:
    box = torch.tensor([[10.0, 3.0, 61.0, 40.0]])
    centre, stride = torch.tensor([[36.0, 20.0]]), torch.tensor([[8.0]])
    place = distances(box, centre, stride) - LOWEST
    low = place.floor().long()
    odds = torch.zeros(1, 4, N_BINS)
    odds.scatter_(2, low[..., None], (1 - (place - low))[..., None])
    odds.scatter_(2, low[..., None] + 1, (place - low)[..., None])
    logits = odds.clamp(min=1e-9).log().reshape(1, 1, -1)
    assert torch.allclose(decode(logits, centre, stride)[0], box, atol=1e-3)


def test_a_side_beyond_the_bins_is_cut_and_one_behind_the_centre_is_negative() -> None:
    box, centre = torch.tensor([[0.0, 22.0, 900.0, 26.0]]), torch.tensor([[20.0, 20.0]])
    left, top, right, bottom = distances(box, centre, torch.tensor([[8.0]]))[0].tolist()
    assert (left, top, bottom) == (2.5, -0.25, 0.75)
    assert right == pytest.approx(7.99)


def test_the_loss_is_least_where_the_two_bins_share_as_the_distance_lies() -> None:
    wanted = torch.full((1, 4), 2.25)

    def loss(share: float) -> float:
        odds = torch.full((1, 4, N_BINS), 1e-6)
        odds[..., 2 - LOWEST], odds[..., 3 - LOWEST] = 1 - share, share
        return float(distribution_loss(odds.log().reshape(1, -1), wanted))

    assert loss(0.25) < min(loss(0.1), loss(0.4), loss(0.75))
