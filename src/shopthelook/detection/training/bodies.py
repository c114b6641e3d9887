"""Backbones by name: their maps, where they can be cut, and their first weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torchvision
from torch import nn
from torchvision.ops import FrozenBatchNorm2d

from shopthelook.errors import ShopError
from shopthelook.models import coco_backbone
from shopthelook.models.backbones import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    LITE0_MEAN,
    LITE0_STD,
    LITES,
    efficientnet_lite,
)
from shopthelook.models.card import DataUse
from shopthelook.training.weights import load_state, read_state, torchvision_or_file

if TYPE_CHECKING:
    from torch import Tensor

RESNETS = (
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
)
COCO_MOBILENET, COCO_HINTED = "coco-mobilenet-v2", "coco-mobilenet-v2-hinted"
LATER = "later"  # in place of weights: the caller loads those of a whole detector
BACKBONES = (*LITES, COCO_MOBILENET, COCO_HINTED, *RESNETS)


@dataclass(frozen=True, slots=True)
class Body:
    """A backbone: a network that gives a list of maps, and what it takes and gives.

    ``channels`` are those of its maps, whose strides double up to 32. ``parts`` are prefixes of the names of its
    weights from the input on; those in ``frozen`` stay as they are: edges and textures carry over, and leaving them
    saves a quarter of a step.
    """

    net: nn.Module
    channels: tuple[int, ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    parts: tuple[str, ...]
    frozen: tuple[str, ...]
    described: str
    start: tuple[DataUse, ...] = ()

    def freeze(self, trainable: int = 0) -> None:
        """Stop all but the last ``trainable`` parts from learning; 0 keeps what suits the backbone."""
        held = self.parts[: len(self.parts) - trainable] if trainable else self.frozen
        for name, weight in self.net.named_parameters():
            if any(name.startswith(f"{part}.") for part in held):
                weight.requires_grad_(False)


def open_body(name: str, weights: str) -> Body:
    """A backbone by name with its first weights, as `recipe.ModelChoice` says them, or `LATER`.

    Raises:
        ShopError: no such backbone, or its weights are missing or another network's.
    """
    if name in LITES:
        return _lite(name, weights)
    if name in (COCO_MOBILENET, COCO_HINTED):
        return _coco_mobilenet(name, weights)
    if name in RESNETS:
        return _resnet(name, weights)
    raise ShopError(f"no backbone {name!r}; there are {', '.join(BACKBONES)}")


def _lite(name: str, weights: str) -> Body:
    net = efficientnet_lite(name, pretrained=weights == "package", features_only=True)
    channels = tuple(net.feature_info.channels())[2:]  # type: ignore[union-attr,operator]
    if weights not in ("package", "none", LATER):
        load_state(net, read_state(weights), weights)
    if weights != "none":
        freeze_batch_norm(net)
    start = DataUse("ImageNet, through the backbone's first weights", "weights Apache-2.0")
    parts = ("net.conv_stem", *(f"net.blocks.{i}" for i in range(7)))
    described = f"EfficientNet-{name.removeprefix('efficientnet-').capitalize()}"
    started = _started(weights, parts[:3], described, start)
    return Body(_Coarsest(net, 3), channels, LITE0_MEAN, LITE0_STD, parts, *started)


def _coco_mobilenet(name: str, weights: str) -> Body:
    hinted = name == COCO_HINTED
    kind = coco_backbone.HintedMobileNetV2 if hinted else coco_backbone.CocoMobileNetV2
    if weights in ("none", LATER):
        net = kind()
    elif weights.endswith(".onnx") and Path(weights).exists():
        net = kind.from_onnx(Path(weights))
    else:
        raise ShopError(
            f"the backbone {name} needs the file of the COCO detector that it comes from, and there is no "
            f"{weights!r}: name it with --weights /path/to/coco_ssdlite_mobilenet_v2.onnx"
        )
    half = (127.5, 127.5, 127.5)
    start = DataUse("COCO, through the backbone's first weights", "weights Apache-2.0; annotations CC BY 4.0")
    described = (
        "MobileNetV2 (weights of the COCO detector SSDLite, Apache-2.0; COCO photos that are used to measure this "
        "bundle may have been among its training pictures)"
    )
    if hinted:
        described = f"{described}, with the scores of its class heads"
    parts = (
        "stem",
        *(f"blocks.{i}" for i in range(len(coco_backbone.BLOCKS))),
        "last",
        *(["hints"] if hinted else []),
    )
    channels = coco_backbone.HINTED_CHANNELS if hinted else coco_backbone.CHANNELS
    return Body(net, channels, half, half, parts, *_started(weights, parts[:4], described, start))


def _resnet(name: str, weights: str) -> Body:
    if weights == "package":
        raise ShopError(
            f"no package brings weights of {name}: give a torchvision name such as IMAGENET1K_V1, a file, or none"
        )
    # With statistics of a handful of pictures a pretrained network would get worse, one from scratch needs them.
    norm = nn.BatchNorm2d if weights == "none" else FrozenBatchNorm2d
    whole = torchvision.models.get_model(name, weights=None, norm_layer=norm)
    licence = "weights BSD-3-Clause (torchvision)"
    if weights not in ("none", LATER):
        load_state(whole, torchvision_or_file(name, weights), weights)
        licence = "as the file of weights states" if Path(weights).suffix else licence
    start = DataUse("ImageNet, through the backbone's first weights", licence)
    net = _ResNet(whole)
    parts = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")
    started = _started(weights, parts[:3], net.described(name), start)
    return Body(net, net.channels, IMAGENET_MEAN, IMAGENET_STD, parts, *started)


def _started(
    weights: str, frozen: tuple[str, ...], described: str, start: DataUse
) -> tuple[tuple[str, ...], str, tuple[DataUse, ...]]:
    """The frozen parts, the description and the data of a body with or without first weights."""
    if weights == "none":
        return (), f"{described} from random weights", ()
    return frozen, described, () if weights == LATER else (start,)


class _Coarsest(nn.Module):
    """The last ``n`` maps of a network that gives more."""

    def __init__(self, net: nn.Module, n: int) -> None:
        super().__init__()
        self.net, self.n = net, n

    def forward(self, x: Tensor) -> list[Tensor]:
        maps: list[Tensor] = self.net(x)[-self.n :]
        return maps

    def cut(self) -> tuple[nn.Module, nn.Module, int, int]:
        """The part up to stride 16, the part after it, and the channels that each gives."""
        blocks = self.net.blocks
        head = nn.Sequential(self.net.conv_stem, self.net.bn1, *list(blocks)[:5])  # type: ignore[arg-type]
        tail = nn.Sequential(*list(blocks)[5:])  # type: ignore[arg-type]
        *_, at_16, at_32 = self.net.feature_info.channels()  # type: ignore[union-attr,operator]
        return head, tail, at_16, at_32


class _ResNet(nn.Module):
    """torchvision's ResNet or ResNeXt without its classifier: maps of strides 4, 8, 16 and 32."""

    conv1: nn.Module
    bn1: nn.Module
    relu: nn.Module
    maxpool: nn.Module
    layer1: nn.Module
    layer2: nn.Module
    layer3: nn.Module
    layer4: nn.Module

    def __init__(self, whole: nn.Module) -> None:
        super().__init__()
        for name in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"):
            setattr(self, name, getattr(whole, name))
        deepest: int = whole.fc.in_features  # type: ignore[assignment,union-attr]
        self.channels = (deepest // 8, deepest // 4, deepest // 2, deepest)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        maps = []
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            maps.append(x)
        return maps

    def cut(self) -> tuple[nn.Module, nn.Module, int, int]:
        """The part up to stride 16, the part after it, and the channels that each gives."""
        head = nn.Sequential()
        for name in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3"):
            head.add_module(name, getattr(self, name))
        return head, self.layer4, self.channels[-2], self.channels[-1]

    @staticmethod
    def described(name: str) -> str:
        return name.replace("resnext", "ResNeXt-").replace("resnet", "ResNet-").replace("_", " ")


def freeze_batch_norm(module: nn.Module) -> None:
    """Replace batch norms by frozen ones in place: batches of eight are too small for their statistics."""
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            frozen = FrozenBatchNorm2d(child.num_features, eps=child.eps)
            frozen.load_state_dict(child.state_dict())
            setattr(module, name, nn.Sequential(frozen, getattr(child, "act", nn.Identity())))
        else:
            freeze_batch_norm(child)
