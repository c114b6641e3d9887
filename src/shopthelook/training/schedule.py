"""The schedule of a training run, as the table ``[training]`` of a recipe says it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from shopthelook.training.tables import check


@dataclass(frozen=True, slots=True)
class Frozen:
    """A first phase, before the schedule itself, in which the body stays as it is and the rest learns at ``rate``.

    Give either ``epochs`` or ``steps``, or neither for no such phase.
    """

    rate: float = 0.0
    epochs: int = 0
    steps: int = 0

    def __post_init__(self) -> None:
        check(self.epochs >= 0 and self.steps >= 0, "epochs and steps must not be below 0")
        check(not (self.epochs and self.steps), "give epochs or steps, not both")
        check(self.rate > 0 or not self, "rate must be above 0")

    def __bool__(self) -> bool:
        return self.epochs > 0 or self.steps > 0

    def steps_of(self, epoch: int) -> int:
        """Its steps, where an epoch has so many."""
        return self.steps or self.epochs * epoch


@dataclass(frozen=True, slots=True)
class Training:
    """The schedule. Give either ``epochs`` or ``steps``; an epoch draws as many pictures as there are.

    A step learns from ``batch`` pictures in all. They are shared out evenly over the devices; a device that would
    get more than ``per_device`` goes through its share in parts and adds their gradients up, so that the same recipe
    gives the same training on one device and on many. ``per_device`` 0 is all at once. The steps of ``frozen`` come
    before those of the schedule.
    """

    batch: int
    rate: float
    epochs: int = 0
    steps: int = 0
    per_device: int = 0
    optimiser: Literal["sgd", "adamw"] = "sgd"
    momentum: float = 0.9
    weight_decay: float = 1e-4
    backbone_rate: float = 1.0  # relative to rate
    warmup: int = 500  # steps over which the rate rises
    schedule: Literal["cosine", "steps"] = "cosine"
    milestones: tuple[float, ...] = (
        0.67,
        0.89,
    )  # shares of the run; schedule "steps" divides the rate by ten there
    last_rate: float = 0.0  # of schedule "cosine", relative to rate
    clip: float = 0.0  # largest norm of the gradient, 0 for no limit
    average: float = 0.0  # decay of the running mean of the weights, 0 for none
    precision: Literal["float32", "bfloat16", "float16"] = "float32"  # on a GPU; a CPU computes in float32
    patience: int = 0  # validations without a better decisive figure after which the run ends, 0 for never
    validate_every: int = 0  # steps, 0 for every epoch
    save_every: int = 200  # steps
    seed: int = 0
    frozen: Frozen = Frozen()

    def __post_init__(self) -> None:
        check((self.epochs > 0) != (self.steps > 0), "either epochs or steps must be given, above 0")
        for name in ("batch", "save_every"):
            check(getattr(self, name) >= 1, f"{name} must be at least 1")
        for name in ("per_device", "warmup", "patience", "validate_every", "seed", "clip", "weight_decay"):
            check(getattr(self, name) >= 0, f"{name} must not be below 0")
        for name in ("momentum", "average"):
            check(0 <= getattr(self, name) < 1, f"{name} must be from 0 to below 1")
        for name in ("rate", "backbone_rate"):
            check(getattr(self, name) > 0, f"{name} must be above 0")
        check(0 <= self.last_rate <= 1, "last_rate must be from 0 to 1")
        check(all(0 < at < 1 for at in self.milestones), "milestones must lie between 0 and 1")

    def changed(self, **changes: Any) -> Training:
        """The same with some values changed; ``epochs`` takes the place of ``steps`` and back."""
        if changes.get("epochs"):
            changes["steps"] = 0
        elif changes.get("steps"):
            changes["epochs"] = 0
        return dataclasses.replace(self, **changes)
