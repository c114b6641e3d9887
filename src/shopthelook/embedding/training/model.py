"""The embedder as a PyTorch network: a frozen backbone, a layer of bits and a category head.

picture (n, 3, s, s) -> pooled features (n, d) -> embedding (n, bits), signs are the code
                                               -> category probabilities (n, c)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from shopthelook.models.backbones import LITE0_MEAN, LITE0_STD, efficientnet_lite0

MEAN, STD = LITE0_MEAN, LITE0_STD

# Stages of EfficientNet-Lite0 that are pooled beside its head, with their channels. The head was trained to
# forget colour and texture where they don't tell ImageNet's classes apart; earlier stages still hold them.
STAGES = {2: 40, 3: 80, 4: 112, 5: 192}
HEAD_CHANNELS = 1280


class Features(nn.Module):
    """EfficientNet-Lite0 up to pooled features: means of the head and means and deviations of some stages."""

    width = HEAD_CHANNELS + 2 * sum(STAGES.values())

    def __init__(self) -> None:
        super().__init__()
        self.net: Any = efficientnet_lite0()

    def forward(self, image: Tensor) -> Tensor:  # (n, 3, s, s) -> (n, width)
        x = self.net.bn1(self.net.conv_stem(image))  # (n, 32, s/2, s/2)
        pooled: list[Tensor] = []
        for number, stage in enumerate(self.net.blocks):
            x = stage(x)  # (n, c, s/2^k, s/2^k)
            if number in STAGES:
                pooled += moments(x)
        x = self.net.bn2(self.net.conv_head(x))  # (n, 1280, s/32, s/32)
        return torch.cat([x.mean((2, 3)), *pooled], 1)


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the positions of a map: (n, c, h, w) -> two of (n, c)."""
    mean = x.mean((2, 3), keepdim=True)
    deviation = ((x - mean) ** 2).mean((2, 3)).add(1e-6).sqrt()
    return mean.flatten(1), deviation


class Head(nn.Module):
    """What is learned: features (n, d) to an embedding (n, bits) and to category logits (n, c).

    Args:
        mean, scale: (d,) what is taken from the features and what they are multiplied with, fixed.
        bits: length of the code, a multiple of 64.
        categories: number of coarse categories c.
    """

    def __init__(self, mean: Tensor, scale: Tensor, bits: int, categories: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.bits = nn.Linear(len(mean), bits)
        self.category = nn.Linear(len(mean), categories)
        nn.init.zeros_(self.category.weight)  # features outnumber the steps that could unlearn a random start
        self.temperature = nn.Parameter(torch.tensor(3.0))  # natural logarithm of the loss's scale

    mean: Tensor
    scale: Tensor

    def normalise(self, features: Tensor) -> Tensor:  # (n, d) -> (n, d)
        return (features - self.mean) * self.scale

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:  # (n, d) -> (n, bits), (n, c) logits
        x = self.normalise(features)
        return self.bits(x), self.category(x)


class Embedder(nn.Module):
    """The whole network, as it is exported: pictures to an embedding and category probabilities."""

    def __init__(self, features: Features, head: Head) -> None:
        super().__init__()
        self.features, self.head = features, head

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:  # (n, 3, s, s) -> (n, bits), (n, c)
        embedding, logits = self.head(self.features(image))
        return embedding, logits.softmax(1)


@torch.no_grad()
def start_from_pca(head: Head, features: Tensor, whiten: float = 0.5, seed: int = 0) -> None:
    """Start the layer of bits as a partly whitened PCA of `features` (n, d), turned at random.

    The first components of a PCA hold most of the variance, so that their signs alone would be a poor code;
    a random rotation spreads it over all bits (Gong and Lazebnik, "Iterative Quantization", CVPR 2011,
    section 3.1, where it is the starting point).

    Args:
        whiten: 0 keeps the components' variances, 1 makes them equal.
    """
    x = head.normalise(features)
    x = x - x.mean(0)
    variances, directions = torch.linalg.eigh(x.T @ x / len(x))  # ascending
    bits, width = head.bits.weight.shape
    kept = min(bits, width)
    top = directions[:, -kept:] * variances[-kept:].clamp_min(1e-8) ** (-whiten / 2)  # (d, kept)
    generator = torch.Generator().manual_seed(seed)
    rotation = torch.linalg.qr(torch.randn(bits, bits, generator=generator))[0]
    weight = (top @ rotation[:kept]).T  # (bits, d)
    weight /= (x @ weight.T).std()
    head.bits.weight.copy_(weight)
    head.bits.bias.copy_(-(weight @ head.normalise(features).mean(0)))


def sign(embedding: Tensor) -> Tensor:
    """+1 or -1 for each number, with the gradient of tanh.

    A straight-through estimator (Bengio, Leonard and Courville, 2013, section 4): the loss sees the bits that
    will be stored, and the numbers near zero still learn.
    """
    soft = torch.tanh(embedding)
    hard = torch.where(embedding > 0, 1.0, -1.0)
    return soft + (hard - soft).detach()


def pair_loss(a: Tensor, b: Tensor, scale: Tensor) -> Tensor:
    """InfoNCE over pairs, both ways (van den Oord, Li and Vinyals, 2018, section 2.3).

    Args:
        a, b: (n, bits); row i of both shows thing i, and no two rows of one show the same.
        scale: () what a cosine is multiplied with.
    """
    logits = scale * functional.normalize(a) @ functional.normalize(b).T  # (n, n)
    target = torch.arange(len(a))
    return (functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)) / 2


def bit_loss(embedding: Tensor) -> tuple[Tensor, Tensor]:
    """How unbalanced and how correlated the bits of (n, bits) embeddings are; both are 0 at best.

    Balance and independence are the two conditions of a good code in Weiss, Torralba and Fergus, "Spectral
    Hashing", NIPS 2008, section 2.
    """
    soft = torch.tanh(embedding)
    balance = (soft.mean(0) ** 2).mean()
    centred = soft - soft.mean(0)
    correlation = (centred.T @ centred) / len(soft)  # (bits, bits)
    off = correlation - torch.diag(torch.diag(correlation))
    return balance, (off**2).mean()
