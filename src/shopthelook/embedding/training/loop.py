"""An embedder as the training loop's lesson: its pictures, its losses, its validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from shopthelook.embedding.training.sampling import BatchStream, Example
from shopthelook.embedding.training.validation import P1, Seen, Trial, contact_sheet, figures, look
from shopthelook.models.card import Resize
from shopthelook.models.preprocess import for_embedder, normalise
from shopthelook.models.session import usable_cores
from shopthelook.training import checkpoint, loop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from shopthelook.embedding.training.network import Network
    from shopthelook.embedding.training.recipe import PictureRule, Recipe
    from shopthelook.embedding.training.targets import Target
    from shopthelook.embedding.views import View
    from shopthelook.images import Rgb
    from shopthelook.training.devices import Device

Colours = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Built:
    """An embedder that the loop can train; ``mean`` and ``std`` are those of its pictures' normalisation."""

    model: Network
    mean: Colours
    std: Colours


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Views to learn from, a group a data set of the recipe's, what to learn of them, and what to validate on."""

    groups: Sequence[Sequence[View]]
    targets: tuple[Target, ...]
    trial: Trial


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a frozen backbone makes of the data: of each group (n, looks, width), of the trial's views (m, width)."""

    groups: Sequence[NDArray[np.float16]]
    trial: NDArray[np.float16]


def epoch_of(recipe: Recipe, data: TrainingData) -> int:
    """Steps of an epoch, which draws as many pictures as there are."""
    return max(1, -(-sum(len(group) for group in data.groups) // recipe.training.batch))


def train(
    built: Built,
    recipe: Recipe,
    data: TrainingData,
    out: Path,
    device: Device,
    kept: Kept | None = None,
) -> float | None:
    """Train, or go on with, the run in ``out``; leave its best weights in ``built.model`` and in ``best.pt``.

    The best are those with the highest P@1 of binary codes on the validation views (the most right categories where
    no view has a counterpart), the last ones where there are none. Every device of a run calls this with the same
    arguments; the first one writes. ``kept`` are the features that are learnt from in place of pictures.

    Returns:
        The best decisive figure, None without validation views.

    Raises:
        ShopError: ``out`` holds another run, a picture cannot be read, or the loss is no number any more.
    """
    identity = checkpoint.identity(recipe.as_dict(), _pieces(data.groups))
    lesson = Embedding(built, recipe, data, device, kept)
    return loop.train(lesson, recipe.training, epoch_of(recipe, data), identity, out, device)


def _pieces(groups: Sequence[Sequence[View]]) -> Iterator[bytes]:
    for group in groups:
        for view in group:
            # The key of a view starts with the name of its folder, which may be called otherwise the next time.
            said = (view.picture, view.box, view.instance, view.category, sorted(view.labels.items()))
            yield repr(said).encode()


def decisive_figure(trial: Trial) -> str:
    """By which the best weights are chosen."""
    return P1 if trial.queries else "category"


def resize_of(rule: PictureRule) -> Resize:
    """How pictures become input in use, as the card says it."""
    return Resize(rule.mode, size=rule.resize, crop=rule.crop if rule.crop < rule.resize else 0)


class Predictor:
    """Runs an embedder in PyTorch on pictures as its bundle would be served."""

    def __init__(self, built: Built, rule: PictureRule, device: torch.device) -> None:
        self.built, self.resize, self.device = built, resize_of(rule), device

    def pixels(self, pictures: Sequence[Rgb]) -> Tensor:
        """(n, 3, s, s), normalised."""
        batch = np.stack([for_embedder(one, self.resize) for one in pictures])
        return torch.from_numpy(normalise(batch, self.built.mean, self.built.std)).to(self.device)

    def __call__(self, pictures: Sequence[Rgb]) -> dict[str, NDArray[np.float32]]:
        """Rows of "embedding" and of each head, by name."""
        return self.of(self.pixels(pictures))

    @torch.no_grad()
    def of(self, shown: Tensor) -> dict[str, NDArray[np.float32]]:
        """The same of normalised pixels, or of features of the backbone (n, width)."""
        found = self.built.model(shown)
        return {name: value.float().cpu().numpy() for name, value in found.items()}

    @torch.no_grad()
    def raw_features(self, pictures: Sequence[Rgb]) -> Tensor:
        """What the backbone alone makes of them: (n, width)."""
        found: Tensor = self.built.model.body(self.pixels(pictures))
        return found.float().cpu()


class Embedding:
    """The lesson; see `shopthelook.training.loop.Lesson`."""

    def __init__(
        self,
        built: Built,
        recipe: Recipe,
        data: TrainingData,
        device: Device,
        kept: Kept | None = None,
    ) -> None:
        # Convolutions on a CPU are a fifth faster in this layout.
        self.model: nn.Module = built.model.to(device.torch).to(memory_format=torch.channels_last)
        self.body: nn.Module = built.model.body
        self.built, self.recipe, self.data, self.device, self.kept = built, recipe, data, device, kept
        self.decisive = decisive_figure(data.trial)

    def batches(self, start: int, steps: int) -> Generator[list[Example], None, None]:  # noqa: ARG002 - of every lesson
        """This device's share of every batch."""
        stream = BatchStream(
            self.data.groups,
            self.recipe.data.sets,
            self.data.targets,
            self.recipe.picture,
            self.recipe.training.batch,
            self.recipe.training.seed,
            (self.device.rank, self.device.count),
            self.device.makers(usable_cores()),
            self.kept.groups if self.kept else None,
        )
        return stream.batches(start)

    def losses(self, wrapped: nn.Module, part: Sequence[Example]) -> dict[str, Tensor]:
        """The tasks' losses, each by its weight."""
        where = self.device.torch
        shown = np.stack([one.shown for one in part])
        if self.kept:
            pictures = torch.from_numpy(shown.astype(np.float32)).to(where)
        else:
            pixels = normalise(shown.astype(np.uint8, copy=False), self.built.mean, self.built.std)
            pictures = torch.from_numpy(pixels).to(where).contiguous(memory_format=torch.channels_last)
        classes = {
            name: torch.tensor([one.classes[name] for one in part], device=where) for name in part[0].classes
        }
        drawn = {name: torch.from_numpy(numbers).to(where) for name, numbers in part[0].drawn.items()}
        losses: dict[str, Tensor] = wrapped(pictures, classes, drawn)
        return losses

    def validate(self, tick: Callable[[int, int], None]) -> tuple[dict[str, float], NDArray[np.uint8]] | None:
        """P@1 of codes and floats, the heads' accuracies, and a picture of queries with what is nearest."""
        if not self.data.trial.views:
            return None
        predict = Predictor(self.built, self.recipe.picture, self.device.torch)
        if self.kept:
            features = torch.from_numpy(self.kept.trial.astype(np.float32)).to(self.device.torch)
            seen = Seen(self.data.trial, predict.of(features))
        else:
            seen = look(predict, self.data.trial, tick)
        found = figures(seen, self.data.targets)
        return {self.decisive: 0.0, **found}, contact_sheet(seen)
