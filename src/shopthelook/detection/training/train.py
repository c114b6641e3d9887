"""Train the small detector: one loop, one checkpoint, the same batches after a kill as without one."""

from __future__ import annotations

import csv
import math
import os
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch

from shopthelook.detection.training.model import build_detector, open_body
from shopthelook.detection.training.sampling import Batch, BatchStream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor
    from torchvision.models.detection import FasterRCNN

    from shopthelook.detection.datasets import LabelledScene


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is made of. Learning rates are those of AdamW at the peak of a cosine schedule with warm-up."""

    backbone: str = "efficientnet-lite0"
    steps: int = 1200
    batch: int = 8
    shorter: int = 288
    longer: int = 448
    backbone_rate: float = 1.5e-4
    rate: float = 6e-4
    weight_decay: float = 1e-2
    warmup: int = 60
    average: float = 0.995  # of the weights that are exported
    seed: int = 0
    save_every: int = 50


def train(
    groups: Sequence[Sequence[LabelledScene]],
    weights: Sequence[float],
    n_labels: int,
    out: Path,
    recipe: Recipe,
    backbone_weights: Path | None = None,
) -> FasterRCNN:
    """Train (or go on with) the run in ``out`` and return the detector with its averaged weights.

    Writes ``checkpoint.pt`` every ``save_every`` steps and a row of losses to ``losses.csv`` every ten.
    """
    torch.manual_seed(recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    # Convolutions on a CPU are a fifth faster in this layout.
    body_parts = open_body(recipe.backbone, backbone_weights)
    detector = build_detector(n_labels, body_parts).train().to(memory_format=torch.channels_last)
    body = [weight for weight in detector.backbone.body.parameters() if weight.requires_grad]
    inside = {id(weight) for weight in detector.backbone.body.parameters()}
    rest = [weight for weight in detector.parameters() if id(weight) not in inside]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": recipe.backbone_rate}, {"params": rest, "lr": recipe.rate}],
        weight_decay=recipe.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, recipe))
    average = {name: value.clone() for name, value in detector.state_dict().items()}
    start = 0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        detector.load_state_dict(saved["detector"])
        optimiser.load_state_dict(saved["optimiser"])
        schedule.load_state_dict(saved["schedule"])
        average, start = saved["average"], saved["step"]
        print(f"going on from step {start} of {recipe.steps}", file=sys.stderr)

    stream = BatchStream(groups, weights, (recipe.shorter, recipe.longer), recipe.batch, recipe.seed)
    log = _Log(out / "losses.csv", start, recipe.steps)
    for step, batch in zip(range(start, recipe.steps), stream.batches(start), strict=False):
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # anchors and regions are sampled at random
        known = torch.from_numpy(batch.known)
        detector.roi_heads.known = torch.cat([known.new_ones(len(known), 1), known], dim=1)
        losses = detector(*to_tensors(batch))
        loss = sum(losses.values())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(detector.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        keep = min(recipe.average, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in detector.state_dict().items():
                if value.is_floating_point():
                    average[name].lerp_(value, 1 - keep)
        log.add(step, {name: float(value.detach()) for name, value in losses.items()})
        if (step + 1) % recipe.save_every == 0 or step + 1 == recipe.steps:
            _save(
                checkpoint,
                {
                    "detector": detector.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "average": average,
                    "step": step + 1,
                    "recipe": asdict(recipe),
                },
            )
    detector.load_state_dict(average)
    return detector.eval()


def to_tensors(batch: Batch) -> tuple[list[Tensor], list[dict[str, Tensor]]]:
    """Pictures ``(3, h, w)`` float32 in [0, 255] and targets with labels from 1, as torchvision wants them."""
    pictures = [torch.from_numpy(p).permute(2, 0, 1).float() for p in batch.pictures]
    targets = [
        {"boxes": torch.from_numpy(boxes), "labels": torch.from_numpy(labels) + 1}
        for boxes, labels in zip(batch.boxes, batch.labels, strict=True)
    ]
    return pictures, targets


def _rate(step: int, recipe: Recipe) -> float:
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _save(path: Path, state: dict[str, object]) -> None:
    # Written aside and renamed, so that a kill while saving leaves the checkpoint before.
    aside = path.with_suffix(".tmp")
    torch.save(state, aside)
    os.replace(aside, path)  # noqa: PTH105


class _Log:
    """Mean losses of ten steps: a row of a CSV, a line on stderr."""

    def __init__(self, path: Path, start: int, steps: int) -> None:
        self.path, self.start, self.steps = path, start, steps
        self.rows: list[dict[str, float]] = []
        self.began = time.monotonic()

    def add(self, step: int, losses: dict[str, float]) -> None:
        self.rows.append(losses)
        if (step + 1) % 10 and step + 1 < self.steps:
            return
        mean = {name: sum(row[name] for row in self.rows) / len(self.rows) for name in losses}
        self.rows.clear()
        fresh = not self.path.exists()
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(["step", *mean])
            writer.writerow([step + 1, *(f"{value:.4f}" for value in mean.values())])
        pace = (time.monotonic() - self.began) / (step + 1 - self.start)
        left = pace * (self.steps - step - 1) / 60
        print(
            f"step {step + 1}/{self.steps}  loss {sum(mean.values()):.3f}  {pace:.2f} s a step  {left:.0f} min left",
            file=sys.stderr,
            flush=True,
        )
