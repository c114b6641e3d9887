"""Features of several stages of a network, pooled: what a picture shows, and its colours and textures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

STAGED = ("conv_stem", "bn1", "blocks", "forward_head")
FIRST_POOLED = 2  # stages before it are too local to say anything by their means


class Stages(nn.Module):
    """A network of timm's EfficientNet or MobileNet kind: its features beside means and deviations of its stages.

    The last layers were trained to forget colour and texture where these don't tell ImageNet's classes apart; earlier
    stages still hold them.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net: Any = net

    def forward(self, pictures: Tensor) -> Tensor:  # (n, 3, s, s) -> (n, width)
        x = self.net.bn1(self.net.conv_stem(pictures))
        pooled: list[Tensor] = []
        for number, stage in enumerate(self.net.blocks):
            x = stage(x)  # (n, c, h, w)
            if number >= FIRST_POOLED and number + 1 < len(self.net.blocks):
                pooled += moments(x)
        if hasattr(self.net, "bn2"):  # EfficientNet widens before it pools, MobileNetV3 after it
            x = self.net.bn2(self.net.conv_head(x))
        return torch.cat([self.net.forward_head(x), *pooled], 1)


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the positions of a map: (n, c, h, w) -> two of (n, c)."""
    mean = x.mean((2, 3), keepdim=True)
    deviation = ((x - mean) ** 2).mean((2, 3)).add(1e-6).sqrt()
    return mean.flatten(1), deviation
