"""The detectors that a recipe can name, each with its options. Nothing here needs PyTorch until one is built."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from torch import nn

    from shopthelook.detection.training.recipe import Recipe
    from shopthelook.models.card import DataUse

Options: TypeAlias = Any  # a frozen dataclass, which one depends on the architecture


@dataclass(frozen=True, slots=True)
class Built:
    """A detector that the training loop can train.

    ``model`` has torchvision's interface. In training, ``model(pictures, targets)`` gives a dict of losses; pictures
    are float32 ``(3, h, w)`` RGB in [0, 255], of any size, and a target holds

    - ``boxes`` ``(m, 4)`` float32 xyxy pixels and ``labels`` ``(m,)`` int64 from 1, 0 being the background,
    - ``known`` ``(labels,)`` bool: what the picture's data set labels; a kind that it does not label may be in
      the picture without a box and must not be learnt as background,
    - ``seed`` int: of whatever is drawn at random for this picture, so that a run is the same on many devices.

    In evaluation, ``model(pictures)`` gives for each picture ``boxes``, ``scores`` and ``labels`` (from 1).

    ``body`` is the part with pretrained weights, which learns at the recipe's ``backbone_rate``. ``deployed`` shares
    ``model``'s weights and is what a bundle serves: one normalised picture ``(1, 3, h, w)`` in, boxes ``(n, 4)`` in
    its pixels, scores ``(n,)`` and labels ``(n,)`` from 0 out; it can be exported to ONNX with free h and w.
    ``mean`` and ``std`` are those of the normalisation, of values in [0, 255]. ``described`` says in the card what
    the network is, ``start`` what its first weights were learnt from.
    """

    model: nn.Module
    body: nn.Module
    deployed: nn.Module
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    described: str
    start: tuple[DataUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Architecture:
    """Where an architecture's options and its builder are, as ``module:name``; imported only when used."""

    options: str
    builder: str


_HERE = "shopthelook.detection.training"
ARCHITECTURES = {
    "faster-rcnn": Architecture(
        f"{_HERE}.faster_rcnn.options:FasterRCNNOptions", f"{_HERE}.faster_rcnn.build:build"
    ),
    "one-stage": Architecture(f"{_HERE}.onestage.options:OneStageOptions", f"{_HERE}.onestage.build:build"),
}


def options_type(architecture: str) -> type[Any]:
    """The dataclass of an architecture's options; importing it needs no PyTorch."""
    kind: type[Any] = _load(ARCHITECTURES[architecture].options)
    return kind


def build_model(recipe: Recipe, n_labels: int) -> Built:
    """Build a recipe's detector of ``n_labels`` kinds of object, with its first weights.

    Raises:
        ShopError: the backbone or its weights cannot be had.
    """
    built: Built = _load(ARCHITECTURES[recipe.model.architecture].builder)(recipe, n_labels)
    return built


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)
