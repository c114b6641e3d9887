"""The layers between a backbone and its predictions: pyramid and heads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

STRIDES = (8, 16, 32, 64)
PRIOR = 0.01  # score of every class at the start, as in RetinaNet (Lin et al., ICCV 2017, section 3.3)


class Normed(nn.Sequential):
    """Convolution without bias, batch norm, ReLU: ONNX Runtime runs the three as one."""

    def __init__(self, channels: int, out: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out, momentum=0.03),
            nn.ReLU(),
        )


class Separable(nn.Sequential):
    """A 5 x 5 depthwise and a 1 x 1 convolution: a wide view for little work."""

    def __init__(self, channels: int, out: int, stride: int = 1) -> None:
        super().__init__(Normed(channels, channels, 5, stride, channels), Normed(channels, out))


class Fuse(nn.Module):
    """Two maps of one size to one: a 1 x 1 convolution over both, then a residual separable one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = Normed(2 * channels, channels)
        self.look = Separable(channels, channels)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:  # two (n, c, h, w) -> (n, c, h, w)
        x: Tensor = self.mix(torch.cat([a, b], dim=1))
        y: Tensor = x + self.look(x)
        return y


class PathPyramid(nn.Module):
    """Three maps of a backbone to four of ``channels`` each, at ``STRIDES``: down the scales and up again."""

    def __init__(self, inputs: Sequence[int], channels: int) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(Normed(width, channels) for width in inputs)
        self.down = nn.ModuleList(Fuse(channels) for _ in range(2))
        self.shrink = nn.ModuleList(Separable(channels, channels, 2) for _ in range(3))
        self.up = nn.ModuleList(Fuse(channels) for _ in range(2))

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        c3, c4, c5 = (lateral(x) for lateral, x in zip(self.lateral, maps, strict=True))
        p4 = self.down[0](c4, functional.interpolate(c5, scale_factor=2.0))
        p3 = self.down[1](c3, functional.interpolate(p4, scale_factor=2.0))
        p4 = self.up[0](p4, self.shrink[0](p3))
        p5 = self.up[1](c5, self.shrink[1](p4))
        return [p3, p4, p5, self.shrink[2](p5)]


class SharedHead(nn.Module):
    """Classes and box sides of every cell.

    The convolutions are shared by the scales, which have a batch norm each (RTMDet, section 3.2): an object looks
    alike at every scale, and a small data set shows few of each.
    """

    def __init__(self, channels: int, n_labels: int, n_bins: int, depth: int = 2) -> None:
        super().__init__()
        self.kinds = nn.ModuleList(self._towers(channels, depth))
        self.sides = nn.ModuleList(self._towers(channels, depth))
        self.kind = nn.Conv2d(channels, n_labels, 1)
        self.side = nn.Conv2d(channels, 4 * n_bins, 1)
        nn.init.normal_(self.kind.weight, std=0.01)
        nn.init.constant_(self.kind.bias, -math.log((1 - PRIOR) / PRIOR))  # type: ignore[arg-type]
        nn.init.normal_(self.side.weight, std=0.01)

    @staticmethod
    def _towers(channels: int, depth: int) -> list[nn.Sequential]:
        towers = [nn.Sequential(*(Separable(channels, channels) for _ in range(depth))) for _ in STRIDES]
        first = [layer for layer in towers[0].modules() if isinstance(layer, Normed)]
        for tower in towers[1:]:
            for layer, shared in zip(
                (layer for layer in tower.modules() if isinstance(layer, Normed)), first, strict=True
            ):
                layer[0] = shared[0]
        return towers

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Logits ``(n, cells, labels)`` and ``(n, cells, 4 * bins)``, cells of all maps in a row."""
        kinds, sides = [], []
        for x, kind, side in zip(maps, self.kinds, self.sides, strict=True):
            kinds.append(self.kind(kind(x)).flatten(2))
            sides.append(self.side(side(x)).flatten(2))
        return torch.cat(kinds, dim=2).transpose(1, 2), torch.cat(sides, dim=2).transpose(1, 2)
