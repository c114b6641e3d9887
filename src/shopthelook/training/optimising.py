"""Learning rates, optimisers and the running mean of the weights: pure functions of the step and the recipe."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

    from shopthelook.training.schedule import Training


def rate_at(step: int, steps: int, training: Training) -> float:
    """The learning rate of step ``step`` (from 0) of ``steps``, relative to the recipe's."""
    if step < training.warmup:
        return (step + 1) / training.warmup
    if training.schedule == "steps":
        return float(0.1 ** sum(step >= share * steps for share in training.milestones))
    done = (step - training.warmup) / max(1, steps - training.warmup)
    low = training.last_rate
    return low + (1 - low) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def make_optimiser(model: nn.Module, body: nn.Module, training: Training) -> torch.optim.Optimizer:
    """SGD with momentum or AdamW over all weights that learn, those of ``body`` at their own rate.

    AdamW leaves biases and the scales of norms without decay, as it is commonly used; SGD decays all, as the
    reference training of torchvision does.
    """
    inside = {id(weight) for weight in body.parameters()}
    adamw = training.optimiser == "adamw"
    groups: dict[tuple[bool, bool], dict[str, Any]] = {}
    for weight in model.parameters():
        if not weight.requires_grad:
            continue
        in_body, decayed = id(weight) in inside, weight.ndim > 1 or not adamw
        rate = training.rate * (training.backbone_rate if in_body else 1)
        decay = training.weight_decay if decayed else 0.0
        group = groups.setdefault(
            (in_body, decayed), {"params": [], "lr": rate, "rate": rate, "weight_decay": decay}
        )
        group["params"].append(weight)
    if adamw:
        return torch.optim.AdamW([*groups.values()])
    return torch.optim.SGD([*groups.values()], momentum=training.momentum)


def set_rate(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Set each group's learning rate to ``share`` of its own full one."""
    for group in optimiser.param_groups:
        group["lr"] = group["rate"] * share


class RunningMean:
    """The running mean of a model's weights (Polyak and Juditsky, 1992), which often detects better than the last.

    In the first steps the decay is smaller, so that the first weights of all do not stay in it for long.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values: dict[str, Tensor] = {name: value.clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def add(self, model: nn.Module, step: int) -> None:
        """Take in the weights after step ``step`` (from 0)."""
        keep = min(self.decay, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                self.values[name].lerp_(value, 1 - keep)
            else:
                self.values[name].copy_(value)
