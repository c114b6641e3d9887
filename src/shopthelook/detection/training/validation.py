"""How good a detector is while it is trained: its average precision on the validation pictures, and a look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageDraw

from shopthelook import images
from shopthelook.evaluation.detection import LabelledBoxes, average_precision
from shopthelook.models.preprocess import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import nn

    from shopthelook.detection.datasets import LabelledScene
    from shopthelook.detection.training.recipe import PictureRule

COUNTED_FROM = 5  # true boxes of a label among the validation pictures; fewer say nothing
SHOWN = 6  # pictures
SHOWN_SCORE = 0.3
TILE = 320  # pixels
COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080", "#9a6324", "#808000", "#000075")


class Predictor:
    """Runs a detector in PyTorch on pictures as its bundle would be served.

    Args:
        model: with torchvision's interface, see `architectures.Built`.
        mean: of the normalisation, with which pictures are padded.
        device: where the model is.
    """

    def __init__(
        self, model: nn.Module, rule: PictureRule, mean: Sequence[float], device: torch.device
    ) -> None:
        self.model, self.rule, self.mean, self.device = model, rule, mean, device

    @torch.no_grad()
    def __call__(self, rgb: NDArray[np.uint8]) -> LabelledBoxes:
        """The objects of a picture ``(h, w, 3)`` uint8, in its pixels, labels from 0."""
        picture, scale = fit(rgb, self.rule.shorter, self.rule.longer, self.rule.multiple, self.mean)
        pixels = torch.from_numpy(picture).to(self.device).permute(2, 0, 1).float()
        found = {name: value.cpu().numpy() for name, value in self.model([pixels])[0].items()}
        return LabelledBoxes(
            (found["boxes"] / scale).astype(np.float32),
            found["labels"].astype(np.int64) - 1,
            found["scores"].astype(np.float32),
        )


def validate(
    predict: Predictor,
    scenes: Sequence[LabelledScene],
    names: Sequence[str],
    tick: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[dict[str, float], NDArray[np.uint8]]:
    """AP50 and AP over the labels with `COUNTED_FROM` true boxes or more, and a picture of predictions.

    Boxes of labels that are not known in a picture are left aside, true and found: what was found may be right.
    ``tick`` is told how many scenes of how many are done.

    Returns:
        The figures, 0 where no label counts, and an RGB picture ``(h, w, 3)`` of the first scenes, true boxes in
        black and white under what was found; empty without scenes.
    """
    truth: list[LabelledBoxes] = []
    found: list[LabelledBoxes] = []
    tiles: list[Image.Image] = []
    for scene in scenes:
        rgb = images.read(scene.path)
        seen = predict(rgb)
        truth.append(LabelledBoxes.true(*scene.counted()))
        found.append(seen.take(scene.known[seen.labels]))
        if len(tiles) < SHOWN:
            tiles.append(draw(rgb, truth[-1], seen.take(seen.scores >= SHOWN_SCORE), names))
        tick(len(found), len(scenes))
    counts = np.bincount(np.concatenate([np.zeros(0, np.int64), *(one.labels for one in truth)]))
    labels = [int(label) for label in np.flatnonzero(counts >= COUNTED_FROM)]
    measured = average_precision(truth, found, labels)
    figures = {
        "AP50": float(np.mean([one.ap50 for one in measured])) if measured else 0.0,
        "AP": float(np.mean([one.ap for one in measured])) if measured else 0.0,
    }
    return figures, sheet(tiles)


def draw(
    rgb: NDArray[np.uint8], true: LabelledBoxes, found: LabelledBoxes, names: Sequence[str]
) -> Image.Image:
    """A small copy of a picture with its boxes: true ones black and white, found ones coloured with label and score."""
    scale = TILE / max(rgb.shape[:2])
    height, width = (max(1, round(side * scale)) for side in rgb.shape[:2])
    picture = Image.fromarray(rgb).resize((width, height))
    pen = ImageDraw.Draw(picture)
    for box in true.boxes * scale:
        corners = [float(side) for side in box]
        pen.rectangle(corners, outline="black", width=3)
        pen.rectangle(corners, outline="white", width=1)
    for box, label, score in zip(found.boxes * scale, found.labels, found.scores, strict=True):
        colour = COLOURS[label % len(COLOURS)]
        x1, y1, x2, y2 = (float(side) for side in box)
        pen.rectangle([x1, y1, max(x1, x2), max(y1, y2)], outline=colour, width=2)
        text = f"{names[label]} {score:.2f}"
        pen.rectangle(pen.textbbox((x1, y1), text), fill=colour)
        pen.text((x1, y1), text, fill="white")
    return picture


def sheet(tiles: Sequence[Image.Image]) -> NDArray[np.uint8]:
    """Pictures side by side in rows of three, on grey."""
    if not tiles:
        return np.zeros((0, 0, 3), np.uint8)
    rows = [tiles[at : at + 3] for at in range(0, len(tiles), 3)]
    heights = [max(tile.height for tile in row) for row in rows]
    whole = Image.new("RGB", (len(rows[0]) * TILE, sum(heights)), "#707070")
    for i, row in enumerate(rows):
        for j, tile in enumerate(row):
            whole.paste(tile, (j * TILE, sum(heights[:i])))
    return np.asarray(whole)
