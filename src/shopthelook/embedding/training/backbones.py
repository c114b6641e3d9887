"""Backbones of embedders by name: pictures to pooled features, with the weights that they start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import timm
import torch
import torchvision
from torch import nn

from shopthelook.embedding.training.stages import STAGED, Stages
from shopthelook.errors import ShopError
from shopthelook.models.backbones import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    LITE0_MEAN,
    LITE0_STD,
    LITES,
    efficientnet_lite,
    make_exportable,
)
from shopthelook.models.card import DataUse
from shopthelook.training.weights import load_state, read_state, torchvision_or_file

if TYPE_CHECKING:
    from shopthelook.embedding.training.recipe import ModelChoice

LATER = "later"  # in place of weights: the caller loads those of a whole embedder
TORCHVISION, TRANSFORMERS = "torchvision:", "transformers"
Colours = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Backbone:
    """``net`` turns pictures ``(n, 3, side, side)``, normalised by ``mean`` and ``std``, into features ``(n, width)``.

    ``described`` says in the card what it is, ``start`` what its first weights were learnt from.
    """

    net: nn.Module
    width: int
    mean: Colours
    std: Colours
    described: str
    start: tuple[DataUse, ...] = ()


def open_backbone(choice: ModelChoice, side: int, weights: str) -> Backbone:
    """The backbone of a recipe for pictures of ``side`` pixels, with ``weights`` as `ModelChoice` says, or `LATER`.

    Raises:
        ShopError: there is no such backbone, or its weights are missing or another network's.
    """
    name = choice.backbone
    net: nn.Module
    if name == TRANSFORMERS:
        from shopthelook.embedding.training.towers import open_tower

        net, mean, std, described, start = open_tower(weights, side)
    elif name.startswith(TORCHVISION):
        net, mean, std, described, start = _torchvision(name.removeprefix(TORCHVISION), weights)
    elif name in LITES:
        net, mean, std, described, start = _lite(name, weights)
    else:
        net, mean, std, described, start = _timm(name, weights, side)
    if choice.pooled == "stages":
        if not all(hasattr(net, part) for part in STAGED):
            raise ShopError(
                f"pooled = 'stages' needs a network of EfficientNet's or MobileNet's kind, not {name}"
            )
        net, described = Stages(net), f"{described}, with means and deviations of its earlier stages"
    if weights in ("none", LATER):
        start = ()
    if weights == "none":
        described += ", from random weights"
    return Backbone(net, _width(net, side, name), mean, std, described, start)


def _width(net: nn.Module, side: int, name: str) -> int:
    """The features of a network, which must give one row a picture."""
    net.eval()
    with torch.no_grad():
        try:
            found = net(torch.zeros(1, 3, side, side))
        except (RuntimeError, AssertionError, ValueError) as error:
            raise ShopError(f"{name} cannot take pictures of {side} pixels: {error}") from None
    if found.ndim != 2:
        raise ShopError(f"{name} gives no pooled features, but {tuple(found.shape)}")
    return int(found.shape[1])


Parts = tuple[nn.Module, Colours, Colours, str, tuple[DataUse, ...]]


def _lite(name: str, weights: str) -> Parts:
    net: Any = efficientnet_lite(name, pretrained=weights == "package")
    net.reset_classifier(0)
    if weights not in ("package", "none", LATER):
        load_state(net, read_state(weights), weights)
    start = DataUse("ImageNet, through the backbone's first weights", _licence(weights, "weights Apache-2.0"))
    described = f"EfficientNet-{name.removeprefix('efficientnet-').capitalize()}"
    return net, LITE0_MEAN, LITE0_STD, described, (start,)


def _torchvision(name: str, weights: str) -> Parts:
    if name not in torchvision.models.list_models(module=torchvision.models):
        raise ShopError(f"torchvision has no network {name!r}")
    if weights == "package":
        raise ShopError(f"no package brings weights of {name}: give a torchvision name, a file, or none")
    net: Any = torchvision.models.get_model(name, weights=None)
    for last in ("fc", "classifier", "head", "heads"):
        if hasattr(net, last):
            setattr(net, last, nn.Identity())
    if weights not in ("none", LATER):
        load_state(net, torchvision_or_file(name, weights), weights)
    start = DataUse(
        "ImageNet, through the backbone's first weights",
        _licence(weights, "weights BSD-3-Clause (torchvision)"),
    )
    return net, IMAGENET_MEAN, IMAGENET_STD, f"torchvision's {name}", (start,)


def _timm(name: str, weights: str, side: int) -> Parts:
    """A network of timm's; files may also be those of its kind elsewhere, as open_clip's of a picture tower."""
    if not timm.is_model(name):
        raise ShopError(
            f"no backbone {name!r}; there are {', '.join(LITES)}, timm's networks, torchvision:NAME and transformers"
        )
    if weights == "package":
        raise ShopError(f"no package brings weights of {name}: give a tag of timm's, a file, or none")
    sized: dict[str, Any] = {"img_size": side} if _fixed(name) else {}
    made: Any
    source: str
    try:
        if weights in ("none", LATER):
            made, source = timm.create_model(name, num_classes=0, **sized), ""
        elif _is_file(weights):
            overlay: dict[str, Any] = {"file": weights, "custom_load": False}
            made = timm.create_model(
                name, pretrained=True, num_classes=0, pretrained_cfg_overlay=overlay, **sized
            )
            source = f"the weights in {Path(weights).name}"
        else:
            made = timm.create_model(f"{name}.{weights}", pretrained=True, num_classes=0, **sized)
            source = f"timm's weights {weights}"
    except Exception as error:  # noqa: BLE001 - timm and the hub's client raise of every kind
        raise ShopError(
            f"the weights {weights!r} of {name} cannot be had ({str(error)[:300] or type(error).__name__}): where "
            "there is no network, get them by other means and give the file"
        ) from None
    make_exportable(made)
    mean, std = _scaled(made.pretrained_cfg["mean"]), _scaled(made.pretrained_cfg["std"])
    licence = made.pretrained_cfg.get("license") or "as timm's page of the weights states"
    start = DataUse(f"what {source} were learnt from", _licence(weights, str(licence)))
    return made, mean, std, f"timm's {name}", (start,)


def _fixed(name: str) -> bool:
    """Whether a network has to be told the size of its pictures."""
    config = timm.get_pretrained_cfg(name, allow_unregistered=True)
    return bool(config and config.fixed_input_size)


def _is_file(weights: str) -> bool:
    if Path(weights).exists():
        return True
    if Path(weights).suffix in (".pt", ".pth", ".bin", ".safetensors", ".npz"):
        raise FileNotFoundError(f"there is no file {weights}")
    return False


def _licence(weights: str, known: str) -> str:
    return "as the file of weights states" if Path(weights).suffix else known


def _scaled(values: tuple[float, ...]) -> Colours:
    red, green, blue = (round(255 * value, 4) for value in values)
    return red, green, blue
