"""Made truth and predictions: random boxes, and predictions that are near them, doubled, elsewhere or mislabelled."""

import numpy as np

from shopthelook.evaluation.detection import LabelledBoxes


def boxes(*rows: tuple[float, float, float, float, int, float]) -> LabelledBoxes:
    table = np.array(rows, np.float64).reshape(-1, 6)
    return LabelledBoxes(
        table[:, :4].astype(np.float32), table[:, 4].astype(np.int64), table[:, 5].astype(np.float32)
    )


def made(seed: int, pictures: int, labels: int = 3) -> tuple[list[LabelledBoxes], list[LabelledBoxes]]:
    """The truth of some pictures, and predictions that range from near it to far from it; no two scores are equal."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(pictures):
        n = int(rng.integers(0, 6))
        corner, side = rng.uniform(0, 300, (n, 2)), rng.uniform(10, 200, (n, 2))
        real = np.concatenate([corner, corner + side], axis=1)
        kinds = rng.integers(0, labels, n)
        near = np.repeat(real, 2, axis=0) + rng.normal(0, 12, (2 * n, 4))
        far = rng.uniform(0, 300, (2, 2))
        guesses = np.concatenate([near, np.concatenate([far, far + rng.uniform(10, 200, (2, 2))], axis=1)])
        guesses[:, 2:] = np.maximum(guesses[:, 2:], guesses[:, :2] + 1)
        said = np.concatenate([np.repeat(kinds, 2), rng.integers(0, labels, 2)])
        said = np.where(rng.uniform(size=len(said)) < 0.15, rng.integers(0, labels, len(said)), said)
        truth.append(LabelledBoxes.true(real.astype(np.float32), kinds.astype(np.int64)))
        found.append(
            LabelledBoxes(
                guesses.astype(np.float32),
                said.astype(np.int64),
                rng.uniform(size=len(said)).astype(np.float32),
            )
        )
    return truth, found
