"""The parts of a Faster R-CNN that torchvision has otherwise: heads, sampling, partly labelled pictures."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

if TYPE_CHECKING:
    from torch import Tensor


class Pyramid(nn.Module):
    """A backbone and a feature pyramid over all its maps."""

    def __init__(
        self, body: nn.Module, channels: tuple[int, ...], out_channels: int, extra_level: bool
    ) -> None:
        super().__init__()
        self.body, self.out_channels = body, out_channels
        extra = LastLevelMaxPool() if extra_level else None
        self.pyramid = FeaturePyramidNetwork(list(channels), out_channels, extra)

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:  # (n, 3, h, w) -> maps (n, out_channels, ...)
        maps = OrderedDict((str(i), one) for i, one in enumerate(self.body(x)))
        named: OrderedDict[str, Tensor] = self.pyramid(maps)
        return named


class SingleMap(nn.Module):
    """A backbone up to stride 16, with the one map that it gives."""

    def __init__(self, body: nn.Module, out_channels: int) -> None:
        super().__init__()
        self.body, self.out_channels = body, out_channels

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:  # (n, 3, h, w) -> (n, out_channels, h/16, w/16)
        return OrderedDict([("0", self.body(x))])


class BlockHead(nn.Module):
    """Pooled regions to vectors by the backbone's last block, averaged (He et al., CVPR 2016)."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor) -> Tensor:  # (regions, channels, pool, pool) -> (regions, width)
        return self.block(x).mean(dim=(2, 3))  # type: ignore[no-any-return]


class LightHead(nn.Module):
    """Pooled regions to vectors: a narrow hidden layer, since most of a light detector's weights sit here."""

    def __init__(self, channels: int, pool: int, width: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, channels, 3, padding=1)
        self.hidden = nn.Linear(channels * pool * pool, width)
        self.hidden2 = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:  # (regions, channels, pool, pool) -> (regions, width)
        x = torch.relu(self.reduce(x)).flatten(1)
        return torch.relu(self.hidden2(torch.relu(self.hidden(x))))


class BoxPredictor(nn.Module):
    """Class scores and boxes of each class from a region's vector; label 0 is the background."""

    def __init__(self, width: int, n_classes: int) -> None:
        super().__init__()
        self.known: Tensor | None = None  # (regions, n_classes) bool, while training on partly labelled data
        self.cls_score = nn.Linear(width, n_classes)
        self.bbox_pred = nn.Linear(width, n_classes * 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scores = self.cls_score(x)
        if self.training and self.known is not None:
            scores = scores.masked_fill(~self.known, -1e4)
        return scores, self.bbox_pred(x)


class SeededSampler:
    """Draws the regions that a picture is learnt from, by the picture's own seed.

    Takes the place of torchvision's sampler, which draws from one stream for all pictures of a device: with it the
    same pictures would give another gradient on two devices than on one.
    """

    def __init__(self, per_picture: int, positive_share: float, salt: int) -> None:
        self.per_picture, self.positive_share, self.salt = per_picture, positive_share, salt
        self.seeds: list[int] | None = None

    def __call__(self, matched: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """``matched[i]`` ``(m,)``: above 0 an object, 0 background, below 0 neither; returns two masks a picture."""
        seeds = self.seeds or [0] * len(matched)
        positives, negatives = [], []
        for labels, seed in zip(matched, seeds, strict=True):
            generator = torch.Generator().manual_seed(seed * 2 + self.salt)
            positive, negative = torch.where(labels >= 1)[0], torch.where(labels == 0)[0]
            n_positive = min(len(positive), int(self.per_picture * self.positive_share))
            n_negative = min(len(negative), self.per_picture - n_positive)
            positives.append(self._mask(labels, positive, n_positive, generator))
            negatives.append(self._mask(labels, negative, n_negative, generator))
        return positives, negatives

    @staticmethod
    def _mask(labels: Tensor, rows: Tensor, n: int, generator: torch.Generator) -> Tensor:
        chosen = torch.randperm(len(rows), generator=generator)[:n].to(rows.device)
        mask = torch.zeros_like(labels, dtype=torch.uint8)
        mask[rows[chosen]] = 1
        return mask


class KeptSize(GeneralizedRCNNTransform):  # type: ignore[misc]  # torchvision has no types
    """torchvision's preparation without its resizing: training and serving share that of ``models.preprocess``."""

    def resize(self, image: Tensor, target: Any = None) -> tuple[Tensor, Any]:
        return image, target


class SeededProposals(RegionProposalNetwork):  # type: ignore[misc]  # torchvision has no types
    """A proposal network whose sampling follows each picture's seed."""

    def assign_targets_to_anchors(self, anchors: Any, targets: Any) -> Any:
        self.fg_bg_sampler.seeds = _seeds(targets)
        return super().assign_targets_to_anchors(anchors, targets)


class PartlyLabelledHeads(RoIHeads):  # type: ignore[misc]  # torchvision has no types
    """Region heads that learn from data sets of which each labels some kinds of object only.

    A lamp in a photo whose data set has no lamps is not background: the scores of kinds that a target's ``known``
    denies are left out of the softmax of that picture's regions, but for a region's own: a box says what it is, even
    where others of its kind may have none.
    """

    def select_training_samples(self, proposals: Any, targets: Any) -> Any:
        self.fg_bg_sampler.seeds = _seeds(targets)
        selected = super().select_training_samples(proposals, targets)
        self.box_predictor.known = None
        if all("known" in target for target in targets):
            counts = torch.tensor([len(labels) for labels in selected[2]], device=selected[2][0].device)
            known = nn.functional.pad(
                torch.stack([target["known"] for target in targets]), (1, 0), value=True
            )
            labels = torch.cat(list(selected[2]))
            each = known.repeat_interleave(counts, dim=0).scatter(1, labels[:, None], True)
            self.box_predictor.known = each
        return selected


def _seeds(targets: Any) -> list[int] | None:
    return (
        [int(target["seed"]) for target in targets] if all("seed" in target for target in targets) else None
    )


def use_own_parts(detector: FasterRCNN) -> None:
    """Give a detector the preparation, sampling and heads of this file: FasterRCNN takes no other classes itself."""
    detector.transform.__class__ = KeptSize
    detector.rpn.__class__ = SeededProposals
    detector.roi_heads.__class__ = PartlyLabelledHeads
    for salt, part in enumerate((detector.rpn, detector.roi_heads)):
        old = part.fg_bg_sampler
        part.fg_bg_sampler = SeededSampler(old.batch_size_per_image, old.positive_fraction, salt)


class Deployed(nn.Module):
    """The detector as a bundle serves it: one resized, normalised picture in, boxes in its pixels out."""

    def __init__(self, detector: FasterRCNN) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(1, 3, h, w)`` -> boxes ``(n, 4)`` xyxy, scores ``(n,)``, labels ``(n,)`` from 0."""
        maps = self.detector.backbone(image)
        sizes = ImageList(image, [(image.shape[-2], image.shape[-1])])
        proposals, _ = self.detector.rpn(sizes, maps)
        found, _ = self.detector.roi_heads(maps, proposals, sizes.image_sizes)
        return found[0]["boxes"], found[0]["scores"], found[0]["labels"] - 1
