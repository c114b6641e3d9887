"""The first layer of bits and the last turn of it."""

import itertools
from pathlib import Path

import pytest
import torch

from shopthelook.embedding.training.start import (
    components_from,
    itq,
    kept_by_signs,
    random_rotation,
    rotate_from,
)
from tests.embedding.training.recipes import tiny
from tests.embedding.training.test_network import network


def stretched(n: int, bits: int) -> torch.Tensor:
    """Points of which a few directions hold nearly everything, as embeddings are."""
    generator = torch.Generator().manual_seed(0)
    spread = torch.linspace(3, 0.1, bits)
    return (torch.randn(n, bits, generator=generator) * spread) @ random_rotation(bits, 9)


def test_a_rotation_is_one() -> None:
    turn = itq(stretched(200, 16))
    torch.testing.assert_close(turn @ turn.T, torch.eye(16), atol=1e-4, rtol=0)


def test_itq_loses_less_than_any_random_rotation() -> None:
    points = stretched(400, 16)
    turned = kept_by_signs(points @ itq(points, iterations=30).T)
    random = [kept_by_signs(points @ random_rotation(16, seed).T) for seed in range(20)]
    assert turned > max(random)
    assert turned > kept_by_signs(points)


def test_each_round_of_itq_is_no_worse() -> None:
    points = stretched(300, 12)

    def error(iterations: int) -> float:
        turned = points @ itq(points, iterations=iterations).T
        return float(((turned - torch.where(turned > 0, 1.0, -1.0)) ** 2).sum())

    errors = [error(n) for n in range(8)]
    assert all(after <= before * (1 + 1e-6) for before, after in itertools.pairwise(errors))


@pytest.mark.parametrize("count", [300, 40])
def test_bits_start_balanced_and_all_in_use(things: Path, count: int) -> None:
    model = network(things, tiny())
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(count, 1024, generator=generator) * torch.linspace(0.5, 5, 1024) + 3
    components_from(model, features, seed=0)
    standard = (features - model.mean) * model.scale
    torch.testing.assert_close(standard.mean(0), torch.zeros(1024), atol=1e-4, rtol=0)
    torch.testing.assert_close(standard.std(0), torch.ones(1024), atol=1e-3, rtol=0)
    embedding = model.embed(standard)
    ones = (embedding > 0).float().mean(0)
    assert 0.2 < float(ones.min()) < float(ones.max()) < 0.8
    # Alike pictures have alike codes.
    near = model.embed(standard + 0.01 * torch.randn(standard.shape, generator=generator))
    assert float(((near > 0) == (embedding > 0)).float().mean()) > 0.95


def test_a_code_without_training_keeps_angles(things: Path) -> None:
    model = network(things, tiny())
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(300, 1024, generator=generator) * torch.linspace(0.5, 5, 1024) + 3
    rotate_from(model, features, seed=0)
    x = (features - model.mean) * model.scale
    torch.testing.assert_close(x.mean(0), torch.zeros(1024), atol=1e-4, rtol=0)
    found, wanted = (
        torch.nn.functional.normalize(one) @ torch.nn.functional.normalize(one).T
        for one in (model.bits(x).detach(), x)
    )
    # 64 of 1,024 directions: the cosines of nearly unrelated points are known to about one in eight.
    assert float((found - wanted).abs().mean()) < 0.15
    weight = model.bits.weight.detach()
    turned = weight @ weight.T
    torch.testing.assert_close(turned, turned[0, 0] * torch.eye(64), atol=1e-4, rtol=0)
