"""Train the embedder's head on features of a frozen backbone; a killed run goes on where it was."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from shopthelook.embedding.training.benchmarks import benchmarks, bit_distances, right_ranks, top
from shopthelook.embedding.training.data import View
from shopthelook.embedding.training.model import Head, bit_loss, pair_loss, sign, start_from_pca
from shopthelook.embedding.training.pairs import Labelled, Pairs, Rules


@dataclass(frozen=True)
class Settings:
    """What a run is made of; a checkpoint remembers it and goes on only with the same."""

    bits: int = 512
    steps: int = 400
    learning_rate: float = 1e-3
    float_weight: float = 1.0  # of the loss on the embeddings themselves, beside the one on their signs
    balance_weight: float = 1.0
    independence_weight: float = 1.0
    # The layer has many more weights than there are things: features are dropped, and the weights are held
    # near the PCA they start from, which tells things of every kind apart a little.
    dropout: float = 0.4
    pull: float = 3e-3
    whiten: float = 0.5
    pairs: int = 256
    labelled: int = 128
    render_weight: float = 3.0  # how often a rendered thing is drawn; there are few of each kind
    check_every: int = 100
    seed: int = 0


def train(
    views: Sequence[View],
    features: NDArray[np.float16],
    checkpoint: Path,
    settings: Settings,
    rules: Rules | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Head, tuple[int, ...]]:
    """Train a head on the train split and return it with the category ids of its second output.

    Every step draws its batch and its dropout from the seed and its own number, so a run that was killed and
    goes on from `checkpoint` ends with the same weights as one that was not.

    Args:
        features: (views, variants, d) of `cached_features`.
    """
    variants, width = features.shape[1:]
    rows = features.reshape(-1, width)  # (views * variants, d)
    pairs = Pairs(
        views, variants, rules or Rules(settings.pairs, weights={"renders": settings.render_weight})
    )
    labelled = Labelled(views, variants)
    head = new_head(views, features, len(labelled.categories), settings)
    start = head.bits.weight.detach().clone()
    optimiser = torch.optim.AdamW(head.parameters(), lr=settings.learning_rate, weight_decay=1e-4)

    first = load_checkpoint(checkpoint, settings, head, optimiser)
    began = time.monotonic()
    for step in range(first, settings.steps):
        rng = np.random.default_rng([settings.seed, step])
        torch.manual_seed(settings.seed * 1_000_003 + step)
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * schedule(step, settings.steps)

        a, b = pairs.draw(rng)  # (m,), (m,)
        c, classes = labelled.draw(rng, settings.labelled)
        x = head.normalise(torch.from_numpy(rows[np.concatenate([a, b, c])]).float())
        x = functional.dropout(x, settings.dropout)
        embedding = head.bits(x[: 2 * len(a)])  # (2m, bits)
        ea, eb = embedding.chunk(2)
        scale = head.temperature.exp()
        balance, dependence = bit_loss(embedding)
        category = functional.cross_entropy(
            head.category(x[2 * len(a) :]), torch.from_numpy(classes), label_smoothing=0.05
        )
        loss = (
            pair_loss(sign(ea), sign(eb), scale)
            + settings.float_weight * pair_loss(ea, eb, scale)
            + settings.balance_weight * balance
            + settings.independence_weight * dependence * settings.bits
            + settings.pull * ((head.bits.weight - start) ** 2).sum()
            + category
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

        if (step + 1) % settings.check_every == 0 or step + 1 == settings.steps:
            save_checkpoint(checkpoint, settings, step + 1, head, optimiser)
            pace = (time.monotonic() - began) / (step + 1 - first)
            progress(
                f"step {step + 1} of {settings.steps}: loss {loss.item():.3f}, "
                f"{check(head, views, features)}, {pace * (settings.steps - step - 1):.0f} s to go"
            )
    return head.eval(), labelled.categories


def new_head(
    views: Sequence[View], features: NDArray[np.float16], categories: int, settings: Settings
) -> Head:
    """Return a head that scales each feature by its deviation on the train split and starts from PCA."""
    rows = [number for number, view in enumerate(views) if view.split == "train"]
    x = torch.from_numpy(features[rows, 0]).float()  # (train views, d)
    deviation = x.std(0)
    # A feature that hardly varies is noise; it must not be blown up to the size of the others.
    scale = 1 / deviation.clamp_min(float(deviation.median()) * 0.05)
    torch.manual_seed(settings.seed)
    head = Head(x.mean(0), scale, settings.bits, categories)
    start_from_pca(head, x, settings.whiten, settings.seed)
    return head


def schedule(step: int, steps: int) -> float:
    """Factor of the learning rate: up over the first 5% of the steps, then down to 0 as a cosine."""
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + float(np.cos(np.pi * (step - warm) / max(1, steps - warm))))


@torch.no_grad()
def check(head: Head, views: Sequence[View], features: NDArray[np.float16]) -> str:
    """Return how the codes do on the val split, in words for the log."""
    head.eval()
    number = {view.key: n for n, view in enumerate(views)}

    def embed(asked: Sequence[View]) -> NDArray[np.float32]:
        rows = [number[view.key] for view in asked]
        out: Tensor = head.bits(head.normalise(torch.from_numpy(features[rows, 0]).float()))
        return out.numpy()

    words = []
    for benchmark in benchmarks(views, "val"):
        ranks = right_ranks(benchmark, bit_distances(embed(benchmark.queries), embed(benchmark.gallery)))
        words.append(f"{benchmark.name} {top(ranks, 1):.3f}/{top(ranks, 5):.3f}")
    head.train()
    return ", ".join(words) or "nothing to check on"


def save_checkpoint(
    path: Path, settings: Settings, step: int, head: Head, optimiser: torch.optim.Optimizer
) -> None:
    """Write the state after `step` steps, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    state = {
        "settings": json.dumps(asdict(settings)),
        "step": step,
        "head": head.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    torch.save(state, partial)
    partial.replace(path)


def load_checkpoint(path: Path, settings: Settings, head: Head, optimiser: torch.optim.Optimizer) -> int:
    """Load a checkpoint of the same settings and shapes into `head`; return its step, 0 for none."""
    if not path.exists():
        return 0
    state: dict[str, Any] = torch.load(path, weights_only=True)
    same = state["settings"] == json.dumps(asdict(settings)) and all(
        state["head"][name].shape == value.shape for name, value in head.state_dict().items()
    )
    if not same:
        print(f"{path} is of other settings or data: training starts anew", file=sys.stderr)
        return 0
    head.load_state_dict(state["head"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])
