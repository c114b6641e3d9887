"""The training loop: the same steps after a kill as without one, on one device as on several."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING, Any, Protocol

import torch
from PIL import Image

from shopthelook.errors import ShopError
from shopthelook.training import checkpoint
from shopthelook.training.devices import keep_memory
from shopthelook.training.journal import Journal
from shopthelook.training.optimising import RunningMean, set_rate
from shopthelook.training.phases import Phases

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from shopthelook.training.devices import Device
    from shopthelook.training.schedule import Training

PICTURES = "pictures"


class Lesson(Protocol):
    """What a run learns, and how well it knows it."""

    model: nn.Module
    """On the run's device already."""
    body: nn.Module
    """The part of the model that learns at the schedule's ``backbone_rate``, or not at all in its frozen phase."""
    decisive: str
    """The figure of `validate` by which the best weights are chosen; more is better."""

    def batches(self, start: int, steps: int) -> Generator[Sequence[Any], None, None]:
        """This device's share of every batch from step ``start`` (from 0) of ``steps``, all phases together, on."""

    def losses(self, wrapped: nn.Module, part: Sequence[Any]) -> dict[str, Tensor]:
        """The losses of a part of a batch; ``wrapped`` is ``model``, or what averages its gradients over devices."""

    def validate(self, tick: Callable[[int, int], None]) -> tuple[dict[str, float], NDArray[np.uint8]] | None:
        """Figures and an RGB picture (empty for none) of ``model`` in evaluation; None with nothing to validate on.

        ``tick`` is told how much of how much is done.
        """


def train(
    lesson: Lesson, training: Training, epoch: int, identity: dict[str, str], out: Path, device: Device
) -> float | None:
    """Train, or go on with, the run in ``out``; leave its best weights in the lesson's model and in ``best.pt``.

    The best are those with the highest decisive figure, the last ones where there is nothing to validate on. Every
    device of a run calls this with the same arguments; the first one writes.

    Args:
        lesson: what to learn.
        training: its schedule.
        epoch: steps of an epoch.
        identity: of the run, see `checkpoint.identity`.
        out: folder of the run.
        device: this process's.

    Returns:
        The best decisive figure, None without validation.

    Raises:
        ShopError: ``out`` holds another run, or the loss is no number any more.
    """
    return _Run(lesson, training, epoch, identity, out, device).go()


class _Run:
    def __init__(
        self,
        lesson: Lesson,
        training: Training,
        epoch: int,
        identity: dict[str, str],
        out: Path,
        device: Device,
    ) -> None:
        self.lesson, self.training, self.identity, self.out, self.device = (
            lesson,
            training,
            identity,
            out,
            device,
        )
        self.phases = Phases(lesson.model, lesson.body, training, epoch)
        self.steps = self.phases.steps
        self.validate_every = training.validate_every or epoch
        self.model = lesson.model
        self.optimiser, self.in_frozen = self.phases.enter(0), self.phases.frozen(0)
        self.scaler = torch.amp.GradScaler(
            device.kind, enabled=self._half and self._precision == torch.float16
        )
        self.average = RunningMean(self.model, training.average) if training.average else None
        self.step, self.best, self.since_best = 0, -1.0, 0
        out.mkdir(parents=True, exist_ok=True)
        self._restore()

    @property
    def _precision(self) -> torch.dtype:
        precision: torch.dtype = getattr(torch, self.training.precision)
        return precision

    @property
    def _half(self) -> bool:
        return self.device.kind == "cuda" and self._precision != torch.float32

    def _enter_phase(self) -> bool:
        """Begin the next step's phase where it is another one than that of the step before."""
        if self.phases.frozen(self.step) == self.in_frozen:
            return False
        self.optimiser, self.in_frozen = self.phases.enter(self.step), self.phases.frozen(self.step)
        return True

    def _restore(self) -> None:
        state = checkpoint.load(self.out / checkpoint.CHECKPOINT, self.identity)
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        self.step, self.best, self.since_best = state["step"], state["best"], state["since_best"]
        self._enter_phase()
        # The state of the last frozen step holds that phase's optimiser; the next step begins with its own.
        if state.get("frozen", False) == self.in_frozen:
            self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        if self.average:
            self.average.values = {k: v.to(self.device.torch) for k, v in state["average"].items()}

    def _save(self) -> None:
        state: dict[str, Any] = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "frozen": self.in_frozen,
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
        with contextlib.closing(self.lesson.batches(self.step, self.steps)) as batches:
            for batch in batches:
                if self._enter_phase():
                    # Which weights exchange gradients is settled on wrapping, and the old wrap must be gone by then.
                    del wrapped
                    gc.collect()
                    wrapped = self.device.wrap(self.model)
                self.phases.train(self.step)
                rate = self.phases.rate(self.step)
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

    def _one_step(self, wrapped: nn.Module, batch: Sequence[Any], rate: float) -> dict[str, float]:
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
                    losses = self.lesson.losses(wrapped, part)
                whole = torch.stack([value.float() for value in losses.values()]).sum() * share
                self.scaler.scale(whole).backward()  # type: ignore[no-untyped-call]
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
            seen = self.lesson.validate(lambda *done: journal.doing("validating", *done))
            better = True
            if seen is not None:
                figures, picture = seen
                decisive = figures[self.lesson.decisive]
                better = decisive > self.best
                self.since_best = 0 if better else self.since_best + 1
                self.best = max(self.best, decisive)
                journal.validated(self.step, figures, better, picture)
                if picture.size:
                    (self.out / PICTURES).mkdir(exist_ok=True)
                    Image.fromarray(picture).save(self.out / PICTURES / f"step-{self.step:06}.png")
            if better:
                checkpoint.save(self.out / checkpoint.BEST, {"model": self.model.state_dict()})
            self.model.load_state_dict(held)
        self.best, self.since_best = self.device.agreed((self.best, self.since_best))
