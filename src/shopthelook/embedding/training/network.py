"""The embedder as a network: backbone, layer of bits, a head a task.

picture (n, 3, s, s) -> features (n, d) -> embedding (n, bits), whose signs are the code
                                        -> probabilities of each softmax task (n, classes)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from shopthelook.embedding.training.losses import (
    among,
    binarised,
    expected,
    label_loss,
    pairs_loss,
    proxy_logits,
    quantisation_loss,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from shopthelook.embedding.training.recipe import Recipe
    from shopthelook.embedding.training.targets import Target


class Network(nn.Module):
    """What learns. In training ``model(pictures, classes, drawn)`` gives a dict of losses, otherwise see `outputs`.

    The embedding is a linear layer on the pooled features and a layer norm without scale and shift: that gives every
    code as many ones as zeros or nearly so, and new layers a good start (Zhai and Wu, BMVC 2019, section 3.2).

    Args:
        body: the backbone, pictures to features.
        width: numbers of features.
        recipe: its model and the size of its batches.
        targets: what is learnt.
    """

    def __init__(self, body: nn.Module, width: int, recipe: Recipe, targets: Sequence[Target]) -> None:
        super().__init__()
        choice = recipe.model
        self.body, self.choice, self.targets = body, choice, tuple(targets)
        self.shares = {one.name: expected(one.share, recipe.training.batch) for one in targets}
        # What is taken from the features and what they are multiplied with: fixed, see `start`.
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.bits = nn.Linear(width, choice.bits)
        self.heads = nn.ModuleDict()
        self.proxies = nn.ParameterDict()
        for one in targets:
            if one.task.kind == "instance":
                start = torch.empty(len(one.classes), choice.bits)
                self.proxies[one.name] = nn.Parameter(nn.init.normal_(start, std=choice.bits**-0.5))
            elif not one.task.of_things:
                self.heads[one.name] = _head(one, choice.bits if one.task.on == "embedding" else width)
        self.still = choice.frozen
        if choice.frozen:
            for weight in body.parameters():
                weight.requires_grad_(False)

    mean: Tensor
    scale: Tensor

    def train(self, mode: bool = True) -> Network:
        """As every module's; norms whose statistics stay are left in evaluation."""
        super().train(mode)
        if self.still:
            self.body.eval()
        elif mode and self.choice.norm == "frozen":
            for module in self.body.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def features(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) normalised pictures, or what the backbone made of them before (n, width), to (n, width)."""
        found = pictures
        if pictures.ndim > 2:
            with torch.set_grad_enabled(torch.is_grad_enabled() and not self.still):
                found = self.body(pictures)
        return (found - self.mean) * self.scale

    def embed(self, features: Tensor) -> Tensor:
        """(n, width) features to (n, bits), each row with mean 0 and variance 1."""
        return functional.layer_norm(self.bits(features), (self.choice.bits,))

    def forward(self, pictures: Tensor, *training: Any) -> Any:
        """Losses in training, `outputs` in evaluation."""
        return self.losses(pictures, *training) if training else self.outputs(pictures)

    def outputs(self, pictures: Tensor) -> dict[str, Tensor]:
        """The embedding and, by name, the probabilities of each head."""
        features = self.features(pictures)
        embedding = self.embed(features)
        found = {"embedding": embedding}
        for one in self.targets:
            if one.name in self.heads:
                found[one.name] = self._logits(one, features, embedding).softmax(1)
        return found

    def losses(
        self, pictures: Tensor, classes: Mapping[str, Tensor], drawn: Mapping[str, Tensor]
    ) -> dict[str, Tensor]:
        """The weighted loss of each task.

        Args:
            pictures: (n, 3, s, s), normalised, or features (n, width) of the backbone.
            classes: by the task's name, (n,) numbers of classes, -1 where nobody knows.
            drawn: by the name of an instance task, the sorted numbers of the classes that compete in this step;
                all compete in a task that is not there.
        """
        features = self.features(pictures)
        embedding = self.embed(features)
        code = binarised(embedding, self.choice.binary)
        found = {}
        for one in self.targets:
            wanted, share = classes[one.name], self.shares[one.name]
            if one.task.kind == "pairs":
                loss = pairs_loss(code, wanted, one.task.temperature, share)
            elif one.task.kind == "instance":
                proxies: Tensor = self.proxies[one.name]
                if one.name in drawn:
                    wanted, proxies = among(wanted, drawn[one.name]), proxies[drawn[one.name]]
                loss = label_loss(proxy_logits(code, proxies, one.task.temperature), wanted, share)
            else:
                loss = label_loss(self._logits(one, features, embedding), wanted, share)
            found[f"loss_{one.name}"] = one.task.weight * loss
        if self.choice.quantisation:
            found["loss_quantisation"] = self.choice.quantisation * quantisation_loss(embedding)
        return found

    def _logits(self, target: Target, features: Tensor, embedding: Tensor) -> Tensor:
        seen = embedding if target.task.on == "embedding" else features
        logits: Tensor = self.heads[target.name](seen)
        return logits


def _head(target: Target, width: int) -> nn.Module:
    """A softmax's layers; an attribute has one hidden fully connected layer (appendix A.3)."""
    if target.task.kind != "attribute":
        return nn.Linear(width, len(target.classes))
    hidden = target.task.hidden
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, len(target.classes)))


class Deployed(nn.Module):
    """What a bundle serves: the network with the rotation in its layer of bits.

    A layer norm takes the mean and divides by the deviation; the first is a part of the linear layer here, the second
    a root mean square, which a rotation leaves as it is. So ``rotation`` (bits, bits) turns the very embedding that
    was trained. The heads on the embedding see it unturned.

    Gives a tuple in the order of `names`.
    """

    def __init__(self, network: Network, rotation: Tensor | None = None) -> None:
        super().__init__()
        self.network = network
        self.names = ("embedding", *network.heads)
        weight, bias = network.bits.weight.detach(), network.bits.bias.detach()
        weight, bias = weight - weight.mean(0), bias - bias.mean()
        self.turned: Tensor | None = None
        if rotation is not None:
            weight, bias = rotation @ weight, rotation @ bias
            self.register_buffer("turn", rotation)
        self.bits = nn.Linear(weight.shape[1], weight.shape[0])
        self.bits.weight, self.bits.bias = nn.Parameter(weight), nn.Parameter(bias)
        self.rotated = rotation is not None

    turn: Tensor

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        network = self.network
        features = network.features(pictures)
        x = self.bits(features)
        embedding = x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-5)
        unturned = embedding @ self.turn if self.rotated else embedding
        found = [embedding]
        for one in network.targets:
            if one.name in network.heads:
                found.append(network._logits(one, features, unturned).softmax(1))
        return tuple(found)
