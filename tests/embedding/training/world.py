"""Things that are points in a space of features, seen through noise: what a head can learn in a second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook.embedding.training.data import View
from shopthelook.embedding.training.train import Settings
from shopthelook.evaluation.splits import split_of

CHAIRS, SOFAS = 443, 460
WIDTH = 96
SETTINGS = Settings(bits=64, steps=60, pairs=64, labelled=32, check_every=10)


def world(things: int = 150, noise: float = 2.0) -> tuple[list[View], NDArray[np.float16]]:
    """Views, a room and a product picture of each thing, and features (views, 2, WIDTH).

    The first half of the features says which thing it is, the second half is as strong and says nothing.
    """
    rng = np.random.default_rng(7)
    views, features = [], []
    for n in range(things):
        category = (CHAIRS, SOFAS)[n % 2]
        point = rng.standard_normal(WIDTH // 2)
        point[:8] += 3 * (n % 2)
        split = split_of(f"thing {n}")
        for kind in ("scene", "product"):
            path = Path(f"{kind}-{n}.webp")
            views.append(View(path, "renders", f"renders/{n}", kind, category, split, main=kind == "product"))
            seen = point + 0.3 * rng.standard_normal((2, WIDTH // 2))
            features.append(np.concatenate([seen, noise * rng.standard_normal((2, WIDTH // 2))], axis=1))
    return views, np.stack(features).astype(np.float16)
