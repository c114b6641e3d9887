"""The first layer of bits, and a last turn of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from shopthelook.embedding.training.network import Network

WHITENED = 0.5  # 0 keeps the variances of the principal components, 1 makes them equal
ITERATIONS = 50


@torch.no_grad()
def rotate_from(network: Network, features: Tensor, seed: int) -> None:
    """Start the layer of bits as a random rotation of the features' differences from their mean.

    The signs are those of random hyperplanes (Charikar, STOC 2002), the plain code of features that nothing was
    trained for.

    Args:
        features: (n, width) of the body, of some training views.
    """
    features = features.float()
    network.mean.copy_(features.mean(0))
    network.scale.fill_(1)
    bits, width = network.bits.weight.shape
    weight = random_rotation(max(bits, width), seed)[:bits, :width]
    x = features - network.mean
    network.bits.weight.copy_(weight / (x @ weight.T).std().clamp_min(1e-6))
    network.bits.bias.zero_()


@torch.no_grad()
def components_from(network: Network, features: Tensor, seed: int) -> None:
    """Standardise the features and start the layer of bits as a partly whitened PCA of them, turned at random.

    The first components of a PCA hold most of the variance, so that their signs alone would be a poor code; a random
    rotation spreads it over all bits (Gong and Lazebnik, CVPR 2011, section 3.1).

    Args:
        features: (n, width) of the body, of some training views.
    """
    features = features.float()
    network.mean.copy_(features.mean(0))
    deviation = features.std(0)
    # A feature that hardly varies is noise; it must not be blown up to the size of the others.
    least = float(deviation.median()) * 0.05
    network.scale.copy_(1 / deviation.clamp_min(max(least, 1e-6)))
    x = (features - network.mean) * network.scale
    variances, directions = torch.linalg.eigh(x.T @ x / len(x))  # ascending
    bits, width = network.bits.weight.shape
    kept = min(bits, width)
    floor = float(variances[-1]) * 1e-4  # of what fewer pictures than numbers leave without any
    top = directions[:, -kept:] * variances[-kept:].clamp_min(floor) ** (-WHITENED / 2)  # (width, kept)
    weight = (top @ random_rotation(bits, seed)[:kept]).T  # (bits, width)
    network.bits.weight.copy_(weight / (x @ weight.T).std().clamp_min(1e-6))
    network.bits.bias.zero_()


def random_rotation(bits: int, seed: int) -> Tensor:
    """A rotation (bits, bits), the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    turned: Tensor = torch.linalg.qr(torch.randn(bits, bits, generator=generator))[0]
    return turned


@torch.no_grad()
def itq(embedding: Tensor, seed: int = 0, iterations: int = ITERATIONS) -> Tensor:
    """The rotation R (bits, bits) with which R v of embeddings v (n, bits) is nearest its signs.

    Iterative quantisation (Gong and Lazebnik, "Iterative Quantization: A Procrustean Approach to Learning Binary
    Codes", CVPR 2011, section 3.2): the best signs for the rotation and the best rotation for the signs, by turns,
    from a random one. What is measured is the embedding as it is, not its difference from the mean.
    """
    v = embedding.float()
    turn = random_rotation(v.shape[1], seed)  # columns, as the paper writes it: v @ turn
    for _ in range(iterations):
        signs = torch.where(v @ turn > 0, 1.0, -1.0)
        left, _, right = torch.linalg.svd(signs.T @ v)
        turn = (left @ right).T
    return turn.T


def kept_by_signs(embedding: Tensor) -> float:
    """The mean cosine of embeddings (n, bits) and their signs: 1 where nothing is lost."""
    signs = torch.where(embedding > 0, 1.0, -1.0)
    return float(torch.nn.functional.cosine_similarity(embedding.float(), signs).mean())
