"""What a recipe can say about a one-stage detector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OneStageOptions:
    """The parts of a one-stage detector: ``channels`` of its pyramid and heads, ``depth`` convolutions in a head.

    ``same_iou``: boxes of one label that overlap more are one object. ``trainable``: last parts of the backbone that
    learn, 0 for what suits it.
    """

    channels: int = 128
    depth: int = 2
    same_iou: float = 0.6
    max_objects: int = 100
    trainable: int = 0

    def __post_init__(self) -> None:
        for name in ("channels", "depth", "max_objects"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if not 0 < self.same_iou < 1:
            raise ValueError("same_iou must lie between 0 and 1")
        if self.trainable < 0:
            raise ValueError("trainable must be at least 0")
