"""Rates, groups of weights and the running mean."""

import pytest
import torch
from tests.detection.training.recipes import tiny
from torch import nn

from shopthelook.training.optimising import RunningMean, make_optimiser, rate_at, set_rate


def test_the_rate_rises_and_falls() -> None:
    cosine = tiny(warmup=4, last_rate=0.1).training
    rates = [rate_at(step, 20, cosine) for step in range(20)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[4] == 1.0
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rate_at(12, 20, cosine) == pytest.approx(0.55)
    assert rate_at(20, 20, cosine) == pytest.approx(0.1)


def test_steps_divide_the_rate_by_ten() -> None:
    steps = tiny(warmup=0, schedule="steps", milestones=(0.5, 0.8)).training
    rates = [rate_at(step, 10, steps) for step in range(10)]
    assert rates == pytest.approx([1.0] * 5 + [0.1] * 3 + [0.01] * 2)


@pytest.mark.parametrize(("name", "kind"), [("sgd", torch.optim.SGD), ("adamw", torch.optim.AdamW)])
def test_the_backbone_learns_at_its_own_rate_and_frozen_weights_not_at_all(name: str, kind: type) -> None:
    model = nn.ModuleDict({"body": nn.Linear(2, 2), "head": nn.Linear(2, 2)})
    model["body"].bias.requires_grad_(False)
    optimiser = make_optimiser(
        model, model["body"], tiny(optimiser=name, rate=0.5, backbone_rate=0.1).training
    )
    assert isinstance(optimiser, kind)
    set_rate(optimiser, 0.5)
    rates = {weight: group["lr"] for group in optimiser.param_groups for weight in group["params"]}
    body, head = model["body"], model["head"]
    assert rates == {body.weight: pytest.approx(0.025)} | dict.fromkeys(
        (head.weight, head.bias), pytest.approx(0.25)
    )


@pytest.mark.parametrize(("name", "of_bias"), [("sgd", 0.3), ("adamw", 0.0)])
def test_adamw_does_not_decay_biases(name: str, of_bias: float) -> None:
    model = nn.ModuleDict({"body": nn.Linear(2, 2), "head": nn.Linear(2, 2)})
    optimiser = make_optimiser(model, model["body"], tiny(optimiser=name, weight_decay=0.3).training)
    decays = {weight: group["weight_decay"] for group in optimiser.param_groups for weight in group["params"]}
    for part in model.values():
        assert (decays[part.weight], decays[part.bias]) == (0.3, of_bias)


def test_the_running_mean_forgets_the_first_weights() -> None:
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    mean = RunningMean(model, 0.9)
    nn.init.ones_(model.weight)
    values = []
    for step in range(60):
        mean.add(model, step)
        values.append(float(mean.values["weight"]))
    assert values[0] == pytest.approx(0.9)  # a decay of 1/10 at first
    assert values[-1] > 0.99
