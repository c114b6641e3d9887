"""The phases of a run: first the body frozen, where the schedule says so, then everything that learns."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from shopthelook.training.optimising import make_optimiser, rate_at

if TYPE_CHECKING:
    import torch
    from torch import nn

    from shopthelook.training.schedule import Training


class Phases:
    """Which weights learn at a step, and how fast.

    Args:
        model: all of it.
        body: the part that stays as it is in the first phase; weights of it that do not learn now never will.
        training: the schedule.
        epoch: steps of an epoch.
    """

    def __init__(self, model: nn.Module, body: nn.Module, training: Training, epoch: int) -> None:
        self.model, self.body, self.training = model, body, training
        self.frozen_steps = training.frozen.steps_of(epoch)
        self.steps = self.frozen_steps + (training.steps or training.epochs * epoch)
        """Of all phases together."""
        self._learning = [weight for weight in body.parameters() if weight.requires_grad]

    def frozen(self, step: int) -> bool:
        """Whether the body stays as it is in step ``step`` (from 0)."""
        return step < self.frozen_steps

    def enter(self, step: int) -> torch.optim.Optimizer:
        """Have the weights learn that do so in ``step``; return the optimiser of its phase, fresh."""
        frozen = self.frozen(step)
        for weight in self._learning:
            weight.requires_grad_(not frozen)
        training = self.training
        if frozen:
            training = dataclasses.replace(training, rate=training.frozen.rate)
        return make_optimiser(self.model, self.body, training)

    def rate(self, step: int) -> float:
        """The learning rate of a step, relative to its phase's."""
        if self.frozen(step):
            return 1.0
        return rate_at(step - self.frozen_steps, self.steps - self.frozen_steps, self.training)

    def train(self, step: int) -> None:
        """Put the model into training mode for ``step``; a frozen body keeps the statistics of its norms, too."""
        self.model.train()
        if self.frozen(step):
            self.body.eval()
