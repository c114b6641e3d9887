"""The training loop: the same steps after a kill as without one, on one device as on several."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image

from shopthelook.detection.training import checkpoint
from shopthelook.detection.training.devices import keep_memory
from shopthelook.detection.training.journal import Journal
from shopthelook.detection.training.optimising import RunningMean, make_optimiser, rate_at, set_rate
from shopthelook.detection.training.sampling import BatchStream, Example
from shopthelook.detection.training.validation import Predictor, validate
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.architectures import Built
    from shopthelook.detection.training.devices import Device
    from shopthelook.detection.training.recipe import DataSetUse, Recipe

PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Scenes to learn from, a group a data set with its use, scenes to validate on, and the labels' names."""

    groups: Sequence[Sequence[LabelledScene]]
    uses: Sequence[DataSetUse]
    validation: Sequence[LabelledScene]
    names: Sequence[str]


def steps_of(recipe: Recipe, data: TrainingData) -> tuple[int, int]:
    """Steps of the whole run, and steps between validations."""
    batch = recipe.training.batch
    epoch = max(1, -(-sum(len(group) for group in data.groups) // batch))
    return recipe.training.steps or recipe.training.epochs * epoch, recipe.training.validate_every or epoch


def train(built: Built, recipe: Recipe, data: TrainingData, out: Path, device: Device) -> float | None:
    """Train, or go on with, the run in ``out``; leave its best weights in ``built.model`` and in ``best.pt``.

    The best are those with the highest AP50 on the validation scenes, the last ones where there are none. Every
    device of a run calls this with the same arguments; the first one writes.

    Returns:
        The best AP50, None without validation scenes.

    Raises:
        ShopError: ``out`` holds another run, a picture cannot be read, or the loss is no number any more.
    """
    return _Run(built, recipe, data, out, device).go()


class _Run:
    def __init__(self, built: Built, recipe: Recipe, data: TrainingData, out: Path, device: Device) -> None:
        self.recipe, self.data, self.out, self.device = recipe, data, out, device
        self.training = recipe.training
        self.steps, self.validate_every = steps_of(recipe, data)
        # Convolutions on a CPU are a fifth faster in this layout.
        self.model = built.model.to(device.torch).to(memory_format=torch.channels_last)
        self.mean = built.mean
        self.optimiser = make_optimiser(self.model, built.body, self.training)
        self.scaler = torch.amp.GradScaler(
            device.kind, enabled=self._half and self._precision == torch.float16
        )
        self.average = RunningMean(self.model, self.training.average) if self.training.average else None
        self.step, self.best, self.since_best = 0, -1.0, 0
        self.identity = checkpoint.identity(recipe, data.groups)
        out.mkdir(parents=True, exist_ok=True)
        self._restore()

    @property
    def _precision(self) -> torch.dtype:
        precision: torch.dtype = getattr(torch, self.training.precision)
        return precision

    @property
    def _half(self) -> bool:
        return self.device.kind == "cuda" and self._precision != torch.float32

    def _restore(self) -> None:
        state = checkpoint.load(self.out / checkpoint.CHECKPOINT, self.identity)
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        if self.average:
            self.average.values = {k: v.to(self.device.torch) for k, v in state["average"].items()}
        self.step, self.best, self.since_best = state["step"], state["best"], state["since_best"]

    def _save(self) -> None:
        state: dict[str, Any] = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "step": self.step,
            "best": self.best,
            "since_best": self.since_best,
            "identity": self.identity,
        }
        if self.average:
            state["average"] = self.average.values
        checkpoint.save(self.out / checkpoint.CHECKPOINT, state)

    def go(self) -> float | None:
        journal = Journal(self.out, self.step, self.steps, self.training.batch) if self.device.first else None
        if journal and self.step:
            journal.say(f"going on from step {self.step} of {self.steps}")
        try:
            if not self._ended:
                self._learn(journal)
        finally:
            if journal:
                journal.close()
        best = self.out / checkpoint.BEST
        if best.exists():
            self.model.load_state_dict(checkpoint.read_weights(best))
        self.model.eval()
        return self.best if self.best >= 0 else None

    @property
    def _ended(self) -> bool:
        tired = self.training.patience and self.since_best >= self.training.patience
        return self.step >= self.steps or bool(tired)

    def _learn(self, journal: Journal | None) -> None:
        if self.device.kind == "cpu":
            keep_memory()
        wrapped = self.device.wrap(self.model)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        stream = BatchStream(
            self.data.groups,
            self.data.uses,
            self.recipe.picture,
            self.training.batch,
            self.steps,
            self.training.seed,
            (self.device.rank, self.device.count),
            # On a CPU the cores are busy with the network itself.
            max(1, cores // self.device.count - 1) if self.device.kind == "cuda" else 1,
        )
        with contextlib.closing(stream.batches(self.step)) as batches:
            for batch in batches:
                self.model.train()
                rate = rate_at(self.step, self.steps, self.training)
                losses = self._one_step(wrapped, batch, rate)
                self.step += 1
                if self.average:
                    self.average.add(self.model, self.step - 1)
                if journal:
                    journal.step(self.step, losses, rate)
                at_end = self.step >= self.steps
                if at_end or self.step % self.validate_every == 0:
                    self._look(journal)
                if journal and (at_end or self._ended or self.step % self.training.save_every == 0):
                    self._save()
                if self._ended:
                    return

    def _one_step(self, wrapped: nn.Module, batch: Sequence[Example], rate: float) -> dict[str, float]:
        """Learn from this device's share of a batch, in parts; the losses' means over all devices come back."""
        set_rate(self.optimiser, rate)
        self.optimiser.zero_grad(set_to_none=True)
        torch.manual_seed(self.training.seed * 1_000_003 + self.step)
        size = self.training.per_device or len(batch)
        parts = [batch[at : at + size] for at in range(0, len(batch), size)]
        sums: dict[str, Tensor] = {}
        for i, part in enumerate(parts):
            last = i + 1 == len(parts)
            # Devices exchange gradients once, after the last part.
            together = contextlib.nullcontext() if last or self.device.count == 1 else wrapped.no_sync()  # type: ignore[operator]
            share = len(part) / len(batch)
            with together:
                with torch.autocast(self.device.kind, self._precision, enabled=self._half):
                    losses = wrapped(*to_tensors(part, self.device.torch))
                self.scaler.scale(sum(losses.values()) * share).backward()
            for name, value in losses.items():
                sums[name] = sums.get(name, 0) + value.detach().float() * share
        self.scaler.unscale_(self.optimiser)
        if self.training.clip:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.training.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        told = self.device.mean(torch.stack(list(sums.values())))
        if not torch.isfinite(told).all():
            raise ShopError(
                f"the loss is no finite number any more after step {self.step}: lower the recipe's rate, or give it "
                "a longer warm-up or a clip"
            )
        return dict(zip(sums, told.tolist(), strict=True))

    def _look(self, journal: Journal | None) -> None:
        """Validate with the averaged weights; the first device does, the others hear of it."""
        if journal:
            held = {name: value.clone() for name, value in self.model.state_dict().items()}
            if self.average:
                self.model.load_state_dict(self.average.values)
            self.model.eval()
            better = True
            if self.data.validation:
                predict = Predictor(self.model, self.recipe.picture, self.mean, self.device.torch)
                figures, picture = validate(
                    predict,
                    self.data.validation,
                    self.data.names,
                    lambda *done: journal.doing("validating", *done),
                )
                better = figures["AP50"] > self.best
                self.since_best = 0 if better else self.since_best + 1
                self.best = max(self.best, figures["AP50"])
                journal.validated(self.step, figures, better, picture)
                if picture.size:
                    (self.out / PICTURES).mkdir(exist_ok=True)
                    Image.fromarray(picture).save(self.out / PICTURES / f"step-{self.step:06}.png")
            if better:
                checkpoint.save(self.out / checkpoint.BEST, {"model": self.model.state_dict()})
            self.model.load_state_dict(held)
        self.best, self.since_best = self.device.agreed((self.best, self.since_best))


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
