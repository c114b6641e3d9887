"""What tasks cost. Every loss is a sum over pictures divided by a number known beforehand, so that parts add up.

A mean over the pictures that have a label would weigh them otherwise in every part of a batch, and a batch that two
devices share would not give what it gives on one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from shopthelook.embedding.training.targets import UNKNOWN

if TYPE_CHECKING:
    from torch import Tensor


def label_loss(logits: Tensor, classes: Tensor, share: float) -> Tensor:
    """Softmax cross-entropy of the pictures that have a label, on average over a batch their mean.

    Args:
        logits: (n, classes).
        classes: (n,) numbers of classes, `UNKNOWN` where nobody knows.
        share: the share of pictures that have a label, see `expected`.
    """
    summed = functional.cross_entropy(logits.float(), classes, ignore_index=UNKNOWN, reduction="sum")
    return summed / (len(classes) * share)


def expected(share: float, batch: int) -> float:
    """The share of a batch's pictures that a loss is divided by: the true one, but never less than one picture."""
    return max(share, 1 / batch)


def proxy_logits(embedding: Tensor, proxies: Tensor, temperature: float) -> Tensor:
    """Cosines of embeddings (n, bits) with proxies (classes, bits), divided by a temperature: (n, classes).

    The normalised softmax of Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning" (BMVC 2019,
    section 3.1). ``proxies`` may be those of some classes only (section 3.4, subsampling), which the loss of
    pytorch-metric-learning does not take.
    """
    cosines = functional.normalize(embedding.float()) @ functional.normalize(proxies.float()).T
    return cosines / temperature


def pairs_loss(code: Tensor, classes: Tensor, temperature: float, share: float) -> Tensor:
    """How poorly views of one thing find each other among a batch: NT-Xent (Chen et al., ICML 2020, section 2.1).

    Each of a thing's views is told from the views of all other things by its cosine with another view of the same.

    Args:
        code: (n, bits).
        classes: (n,) numbers of things, `UNKNOWN` where nobody knows; those neither ask nor compete.
        temperature: what cosines are divided by.
        share: the share of pictures whose thing is known, see `expected`.
    """
    unit = functional.normalize(code.float())
    cosines = unit @ unit.T / temperature  # (n, n)
    known = classes != UNKNOWN
    same = classes[:, None] == classes
    alike = same & known[:, None] & ~torch.eye(len(classes), dtype=torch.bool, device=classes.device)
    # A finite number: the gradient of a sum over nothing would be none.
    others = cosines.masked_fill(same | ~known, -1e4).logsumexp(1)
    told = (torch.logaddexp(cosines, others[:, None]) - cosines).masked_fill(~alike, 0)
    return (told.sum(1) / alike.sum(1).clamp_min(1)).sum() / (len(classes) * share)


def among(classes: Tensor, drawn: Tensor) -> Tensor:
    """The places of classes (n,) in the sorted ``drawn`` (m,), which holds all of them; `UNKNOWN` stays."""
    places = torch.searchsorted(drawn, classes.clamp_min(0))
    return torch.where(classes == UNKNOWN, classes, places)


def binarised(embedding: Tensor, how: str) -> Tensor:
    """An embedding (n, bits) as the instance tasks see it; ``how`` as `recipe.ModelChoice.binary` says.

    "straight-through" is the estimator of Bengio, Leonard and Courville (2013, section 4): the loss sees the bits
    that will be stored, and the numbers near zero still learn.
    """
    if how == "float":
        return embedding
    soft = torch.tanh(embedding)
    if how == "tanh":
        return soft
    hard = torch.where(embedding > 0, 1.0, -1.0)
    return soft + (hard - soft).detach()


def quantisation_loss(embedding: Tensor) -> Tensor:
    """Mean square distance of an embedding (n, bits) from its signs (as in Li, Wang and Kang, IJCAI 2016)."""
    return ((embedding.float().abs() - 1) ** 2).mean()
