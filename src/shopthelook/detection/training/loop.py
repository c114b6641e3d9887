"""A detector as the training loop's lesson: its pictures, its losses, its validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from shopthelook.detection.training.sampling import BatchStream, Example
from shopthelook.detection.training.validation import Predictor, validate
from shopthelook.models.session import usable_cores
from shopthelook.training import checkpoint, loop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.architectures import Built
    from shopthelook.detection.training.recipe import DataSetUse, Recipe
    from shopthelook.training.devices import Device


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Scenes to learn from, a group a data set with its use, scenes to validate on, and the labels' names."""

    groups: Sequence[Sequence[LabelledScene]]
    uses: Sequence[DataSetUse]
    validation: Sequence[LabelledScene]
    names: Sequence[str]


def epoch_of(recipe: Recipe, data: TrainingData) -> int:
    """Steps of an epoch, which draws as many pictures as there are."""
    return max(1, -(-sum(len(group) for group in data.groups) // recipe.training.batch))


def train(built: Built, recipe: Recipe, data: TrainingData, out: Path, device: Device) -> float | None:
    """Train, or go on with, the run in ``out``; leave its best weights in ``built.model`` and in ``best.pt``.

    The best are those with the highest AP50 on the validation scenes, the last ones where there are none. Every
    device of a run calls this with the same arguments; the first one writes.

    Returns:
        The best AP50, None without validation scenes.

    Raises:
        ShopError: ``out`` holds another run, a picture cannot be read, or the loss is no number any more.
    """
    identity = checkpoint.identity(recipe.as_dict(), _pieces(data.groups))
    lesson = Detection(built, recipe, data, device)
    return loop.train(lesson, recipe.training, epoch_of(recipe, data), identity, out, device)


def _pieces(groups: Sequence[Sequence[LabelledScene]]) -> Iterator[bytes]:
    for group in groups:
        for scene in group:
            yield f"{scene.path.name} {scene.size}".encode()
            for array in (scene.boxes, scene.labels, scene.known):
                yield array.tobytes()


class Detection:
    """The lesson; see `shopthelook.training.loop.Lesson`."""

    decisive = "AP50"

    def __init__(self, built: Built, recipe: Recipe, data: TrainingData, device: Device) -> None:
        # Convolutions on a CPU are a fifth faster in this layout.
        self.model = built.model.to(device.torch).to(memory_format=torch.channels_last)
        self.body, self.mean = built.body, built.mean
        self.recipe, self.data, self.device = recipe, data, device

    def batches(self, start: int, steps: int) -> Generator[list[Example], None, None]:
        """This device's share of every batch."""
        stream = BatchStream(
            self.data.groups,
            self.data.uses,
            self.recipe.picture,
            self.recipe.training.batch,
            steps,
            self.recipe.training.seed,
            (self.device.rank, self.device.count),
            self.device.makers(usable_cores()),
        )
        return stream.batches(start)

    def losses(self, wrapped: nn.Module, part: Sequence[Example]) -> dict[str, Tensor]:
        """The detector's losses, summed up over the pictures as it does."""
        losses: dict[str, Tensor] = wrapped(*to_tensors(part, self.device.torch))
        return losses

    def validate(self, tick: Callable[[int, int], None]) -> tuple[dict[str, float], NDArray[np.uint8]] | None:
        """AP50 and AP on the validation scenes, and a picture of predictions."""
        if not self.data.validation:
            return None
        predict = Predictor(self.model, self.recipe.picture, self.mean, self.device.torch)
        return validate(predict, self.data.validation, self.data.names, tick)


def to_tensors(
    examples: Sequence[Example], device: torch.device
) -> tuple[list[Tensor], list[dict[str, Tensor | int]]]:
    """Pictures and targets as `architectures.Built` describes them."""
    pictures = [torch.from_numpy(one.pixels).to(device).permute(2, 0, 1).float() for one in examples]
    targets: list[dict[str, Tensor | int]] = []
    for one in examples:
        targets.append(
            {
                "boxes": torch.from_numpy(one.boxes).to(device),
                "labels": (torch.from_numpy(one.labels) + 1).to(device),
                "known": torch.from_numpy(one.known).to(device),
                "seed": one.seed,
            }
        )
    return pictures, targets
