"""The one-stage detector, with the interface of torchvision's detection models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import nms

from shopthelook.detection.training.onestage.boxes import N_BINS, cells, decode
from shopthelook.detection.training.onestage.losses import losses
from shopthelook.detection.training.onestage.network import PathPyramid, SharedHead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


CANDIDATES = 300  # best scores that go into non-maximum suppression
MULTIPLE = 32  # of the sides of a batch, the coarsest stride of a backbone
APART = 8192.0  # pixels between the boxes of two labels while they are suppressed, each label for itself


class OneStage(nn.Module):
    """A backbone, a path pyramid and shared heads.

    In training, ``model(pictures, targets)`` returns a dict of losses; else ``model(pictures)`` a list of dicts with
    ``boxes`` ``(m, 4)`` xyxy pixels, ``scores`` ``(m,)`` and ``labels`` ``(m,)`` from 1, as torchvision's models do.
    Pictures are float32 ``(3, h, w)`` RGB in [0, 255] of any size; a batch is padded at the right and bottom. A target
    holds ``boxes``, ``labels`` (from 1) and may hold ``known``, ``(labels,)`` bool: the kinds of object that its data
    set labels.

    Args:
        body: a network whose last three maps have strides 8, 16 and 32 and ``body_channels`` channels.
        mean, std: of its input, of values in [0, 255].
        channels: of the pyramid and the heads.
        depth: separable convolutions in a head.
        least_score: of a box that comes out.
        same_iou: boxes of one label that overlap more are one object.
        most: boxes that come out.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        n_labels: int,
        body: nn.Module,
        body_channels: Sequence[int],
        mean: Sequence[float],
        std: Sequence[float],
        channels: int = 128,
        depth: int = 2,
        least_score: float = 0.02,
        same_iou: float = 0.6,
        most: int = 100,
    ) -> None:
        super().__init__()
        self.body = body
        self.pyramid = PathPyramid(body_channels, channels)
        self.head = SharedHead(channels, n_labels, N_BINS, depth)
        self.least_score, self.same_iou, self.most = least_score, same_iou, most
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1), persistent=False)

    def forward(
        self, pictures: Sequence[Tensor], targets: Sequence[dict[str, Tensor]] | None = None
    ) -> dict[str, Tensor] | list[dict[str, Tensor]]:
        kinds, sides, centres, strides = self.dense(self._batch(pictures))
        if not self.training:
            predicted = decode(sides, centres, strides)
            return [self._found(*one) for one in zip(predicted, kinds.sigmoid(), strict=True)]
        if targets is None:
            raise ValueError("targets are needed in training")
        return losses(
            kinds,
            sides,
            centres,
            strides,
            [target["boxes"] for target in targets],
            [target["labels"] - 1 for target in targets],
            torch.stack([target["known"] for target in targets]) if "known" in targets[0] else None,
        )

    def _batch(self, pictures: Sequence[Tensor]) -> Tensor:
        height, width = (
            -(-max(int(picture.shape[i]) for picture in pictures) // MULTIPLE) * MULTIPLE for i in (1, 2)
        )
        padded = [
            functional.pad((p - self.mean) / self.std, (0, width - p.shape[2], 0, height - p.shape[1]))
            for p in pictures
        ]
        return torch.stack(padded)

    def dense(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Normalised pictures ``(n, 3, h, w)`` -> logits of kinds and sides, centres and strides of the cells."""
        maps = self.pyramid(self.body(batch)[-3:])
        kinds, sides = self.head(maps)
        # Boxes and losses need more digits than bfloat16 has.
        return kinds.float(), sides.float(), *cells(maps)

    def found(self, boxes: Tensor, scores: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """One picture's boxes ``(cells, 4)`` and scores ``(cells, labels)`` to boxes, scores, labels; best first."""
        # Padded, since a graph with free sizes takes a constant number of them, and a tiny picture has fewer.
        best, place = functional.pad(scores.flatten(), (0, CANDIDATES), value=-1.0).topk(CANDIDATES)
        place = torch.where(best >= 0, place, 0)
        n_labels = scores.shape[1]
        labels = place % n_labels
        boxes = boxes[torch.div(place, n_labels, rounding_mode="floor")]
        kept = nms(boxes + labels[:, None] * APART, best, self.same_iou)[: self.most]
        kept = kept[best[kept] > self.least_score]
        return boxes[kept], best[kept], labels[kept]

    def _found(self, boxes: Tensor, scores: Tensor) -> dict[str, Tensor]:
        boxes, scores, labels = self.found(boxes, scores)
        return {"boxes": boxes, "scores": scores, "labels": labels + 1}


class DeployedOneStage(nn.Module):
    """The detector as a bundle serves it: one resized, normalised picture in, boxes in its pixels out."""

    def __init__(self, detector: OneStage) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(1, 3, h, w)`` -> boxes ``(n, 4)`` xyxy, scores ``(n,)``, labels ``(n,)`` from 0."""
        kinds, sides, centres, strides = self.detector.dense(image)
        return self.detector.found(decode(sides, centres, strides)[0], kinds[0].sigmoid())
