"""The small detector: Faster R-CNN on a light backbone with a narrow feature pyramid.

Ren et al., "Faster R-CNN" (NeurIPS 2015) and Lin et al., "Feature Pyramid Networks" (CVPR 2017), as the paper
uses them (section 5), on a backbone that one core can bear. Built from torchvision's parts.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import FeaturePyramidNetwork, FrozenBatchNorm2d, MultiScaleRoIAlign

from shopthelook.errors import ShopError
from shopthelook.models import coco_backbone
from shopthelook.models.backbones import LITE0_MEAN, LITE0_STD, efficientnet_lite0

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

CHANNELS = 96
ANCHOR_SIZES = ((16, 32, 48), (64, 96, 128), (176, 240, 320))  # pixels of the resized picture, a row a level
ANCHOR_RATIOS = (0.4, 0.7, 1.0, 1.8)  # height / width


@dataclass(frozen=True, slots=True)
class Body:
    """A backbone: a network whose last three maps have strides 8, 16 and 32, and what it takes and gives."""

    net: nn.Module
    channels: tuple[int, int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    frozen: tuple[str, ...]
    """Layers that stay as they are: edges and textures carry over, and leaving them saves a quarter of a step."""


def open_body(name: str, weights: Path | None = None) -> Body:
    """A backbone by name: ``efficientnet-lite0`` (ImageNet) or ``coco-mobilenet-v2`` (COCO, from ``weights``).

    Raises:
        ShopError: no such backbone, or its weights are missing or another network's.
    """
    if name == "efficientnet-lite0":
        net = efficientnet_lite0(features_only=True)
        freeze_batch_norm(net)
        return Body(net, (40, 112, 320), LITE0_MEAN, LITE0_STD, ("conv_stem", "blocks.0", "blocks.1"))
    if name == "coco-mobilenet-v2":
        if weights is None:
            raise ShopError("coco-mobilenet-v2 needs --weights: the file coco_ssdlite_mobilenet_v2.onnx")
        net = coco_backbone.CocoMobileNetV2.from_onnx(weights)
        half = (127.5, 127.5, 127.5)
        frozen = ("stem", "blocks.0", "blocks.1", "blocks.2")
        return Body(net, coco_backbone.CHANNELS, half, half, frozen)
    raise ShopError(f"no backbone {name!r}; there are efficientnet-lite0 and coco-mobilenet-v2")


class LitePyramid(nn.Module):
    """A backbone and a feature pyramid over its strides 8, 16 and 32."""

    out_channels = CHANNELS

    def __init__(self, body: Body) -> None:
        super().__init__()
        self.body = body.net
        for name, weight in self.body.named_parameters():
            if any(name.startswith(f"{layer}.") for layer in body.frozen):
                weight.requires_grad_(False)
        self.pyramid = FeaturePyramidNetwork(list(body.channels), CHANNELS)

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:  # (n, 3, h, w) -> maps (n, 96, h/8.., w/8..)
        maps = self.body(x)[-3:]
        named: OrderedDict[str, Tensor] = self.pyramid(OrderedDict(zip("012", maps, strict=True)))
        return named


def freeze_batch_norm(module: nn.Module) -> None:
    """Replace batch norms by frozen ones in place: batches of eight are too small for their statistics."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            frozen = FrozenBatchNorm2d(child.num_features, eps=child.eps)
            frozen.load_state_dict(child.state_dict())
            setattr(module, name, nn.Sequential(frozen, getattr(child, "act", nn.Identity())))
        else:
            freeze_batch_norm(child)


class BoxHead(nn.Module):
    """Pooled regions to vectors: one narrow hidden layer, since most of a light detector's weights sit here."""

    def __init__(self, width: int = 384) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
        self.hidden = nn.Linear(CHANNELS * 7 * 7, width)
        self.hidden2 = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:  # (regions, 96, 7, 7) -> (regions, width)
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


def build_detector(n_labels: int, body: Body) -> FasterRCNN:
    """A detector of ``n_labels`` kinds of object.

    Pictures in are float32 ``(3, h, w)`` RGB in [0, 255], resized already: training and serving share the
    resizing of ``shopthelook.models.preprocess``. Label 0 is the background.
    """
    width = 384
    detector = FasterRCNN(
        LitePyramid(body),
        image_mean=body.mean,
        image_std=body.std,
        rpn_anchor_generator=AnchorGenerator(ANCHOR_SIZES, (ANCHOR_RATIOS,) * 3),
        rpn_pre_nms_top_n_train=1000,
        rpn_post_nms_top_n_train=600,
        rpn_pre_nms_top_n_test=300,
        rpn_post_nms_top_n_test=150,
        rpn_batch_size_per_image=128,
        box_roi_pool=MultiScaleRoIAlign(["0", "1", "2"], output_size=7, sampling_ratio=2),
        box_head=BoxHead(width),
        box_predictor=BoxPredictor(width, n_labels + 1),
        box_batch_size_per_image=128,
        box_score_thresh=0.02,
        box_nms_thresh=0.5,
        box_detections_per_img=60,
        _skip_resize=True,
    )
    detector.roi_heads.__class__ = PartlyLabelledHeads  # FasterRCNN takes no other class of heads
    return detector


class PartlyLabelledHeads(RoIHeads):  # type: ignore[misc]  # torchvision has no types
    """Region heads that learn from data sets of which each labels some kinds of object only.

    A lamp in a photo whose data set has no lamps is not background. Before a step, ``known`` is set to a bool
    ``(n, labels + 1)``: what the data set of each picture labels. The scores of other kinds are left out of the
    softmax of that picture's regions.
    """

    known: Tensor | None = None

    def select_training_samples(self, proposals: Any, targets: Any) -> Any:
        selected = super().select_training_samples(proposals, targets)
        if self.known is not None:
            counts = torch.tensor([len(labels) for labels in selected[2]])
            self.box_predictor.known = self.known.repeat_interleave(counts, dim=0)
        return selected


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
